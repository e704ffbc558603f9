// One person who was called about a warning: their number, how far each attempt came, what comes next, and
// what an officer heard from them.
import { useEffect, useRef, useState } from "react";
import { wantTexts } from "../../actions/read";
import { hm, span } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { channelName, meansName, pageStageName, personName, personPost } from "../../i18n/words";
import { type CallOwed, callPips, situationOf } from "../../state/calls";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import type { Means, PageView } from "../../wire/view";
import { Due } from "../commands/Due";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { PipMarks } from "../marks/Pips";
import { openedName } from "../situations/situationWords";
import { AnswerPresses } from "./AnswerPresses";
import { nextFor, usedUpWords } from "./callWords";
import { PhoneLink } from "./PhoneLink";

const MEANS: Means[] = ["phone", "radio", "in_person"];

interface CallPanelProps {
  county: County;
  one: CallOwed;
  /** Other calls at the same person that wait. */
  others: readonly CallOwed[];
  /** When a clock of the law ran out that their answer meets. */
  clock: string | null;
  now: number;
}

export function CallPanel({ county, one, others, clock, now }: CallPanelProps) {
  const { run, call } = one;
  const { move } = useDesk();
  const [means, setMeans] = useState<Means>("phone");
  const [words, setWords] = useState("");
  const [together, setTogether] = useState(false);
  const presses = useRef<HTMLDivElement>(null);
  useKeys({ y: () => presses.current?.querySelector("button")?.focus() });
  const person = county.people.get(call.person);
  const substitute = person?.substitute ? county.people.get(person.substitute) : undefined;
  const situation = situationOf(run) ?? "";
  const about = openedName(county, situation);
  const next = nextFor(county, run, call.person);
  const also = others.flatMap((other) => other.call.pages.at(-1)?.id ?? []);
  return (
    <aside className="p person" data-testid="call-panel" data-person={call.person}>
      <div className="pt">
        <h2>{personName(person, call.person)}</h2>
        <span className="s i2 el">{personPost(person)}</span>
      </div>
      <div className="empty col callbody">
        <div className="f">
          <PipMarks {...callPips(call)} />
          <b>{call.stage ? pageStageName(call.stage) : i18n.t("没叫到")}</b>
          <span className="g" />
          <span className="i2 nw">
            {i18n.t("静默 {age}", { age: span(now - Date.parse(call.at)) })}
          </span>
        </div>
        <PhoneLink county={county} person={person} className="l" />
        {substitute ? (
          <p className="s i2">
            {i18n.t("代班：{name} {phone}", {
              name: substitute.name,
              phone: substitute.phone ?? "",
            })}
          </p>
        ) : null}
        {clock ? (
          <p className="inv callclock" data-testid="call-clock">
            <Due at={clock} now={now} /> {i18n.t("法定时限已过。接到电话、记下“知道了”才算。")}
          </p>
        ) : null}
        <p className="s i2">
          {say(run.title)} ·{" "}
          <button
            type="button"
            className="linkbtn"
            onClick={() => move({ to: "situation", situation })}
            data-testid="call-situation"
          >
            {about}
          </button>
        </p>
        {next && run.next ? (
          <p className="s i2">
            {i18n.t("自动下一步：{step}", { step: next })} <Due at={run.next.at} now={now} />
          </p>
        ) : (
          <p className="s" data-testid="call-ended">
            {run.state === "exhausted" ? usedUpWords() : i18n.t("不再自动叫他，请打电话。")}
            {run.state === "exhausted" ? (
              <>
                {" "}
                <Button small onPress={() => move({ to: "duty", tab: "roll" })} testId="call-again">
                  {i18n.t("去点名")}
                </Button>
              </>
            ) : null}
          </p>
        )}
        <div className="chips">
          {MEANS.map((each) => (
            <Chip
              key={each}
              on={each === means}
              onPress={() => setMeans(each)}
              testId={`answer-by-${each}`}
            >
              {meansName(each)}
            </Chip>
          ))}
          {also.length > 0 ? (
            <Chip on={together} onPress={() => setTogether(!together)} testId="answer-together">
              {i18n.t("连同另外 {n} 件", { n: also.length })}
            </Chip>
          ) : null}
        </div>
        <input
          className="in"
          value={words}
          placeholder={i18n.t("原话（可不写）")}
          aria-label={i18n.t("原话（可不写）")}
          onChange={(event) => setWords(event.target.value)}
          data-testid="answer-words"
        />
        <div ref={presses}>
          <AnswerPresses
            county={county}
            call={call}
            about={about}
            now={now}
            means={means}
            words={words.trim()}
            also={together ? also : []}
          />
        </div>
        <p className="s i3">{i18n.t("记在你的名下。这是他应了，报警还要值班员确认。")}</p>
      </div>
      {others.length > 0 ? (
        <>
          <div className="pt">
            <h2>{i18n.t("他还没应的")}</h2>
            <span className="i2">{others.length}</span>
          </div>
          {others.map((other) => (
            <div key={other.key} className="line center">
              <span className="g el">{openedName(county, situationOf(other.run) ?? "")}</span>
              <Button small onPress={() => move({ to: "task", task: other.key })}>
                {i18n.t("看")}
              </Button>
            </div>
          ))}
        </>
      ) : null}
      <div className="pt">
        <h2>{i18n.t("怎么叫的")}</h2>
        <span className="i2">{call.pages.length}</span>
      </div>
      {call.pages.map((page) => (
        <Attempt key={page.id} page={page} />
      ))}
    </aside>
  );
}

/** One attempt: when, by what, how far, and why it came to nothing. */
function Attempt({ page }: { page: PageView }) {
  const note = page.facts.find((fact) => fact.note)?.note ?? null;
  const failed = page.facts.find((fact) => fact.fact === "failed");
  const words = useApp((state) => state.texts.get(note ?? ""));
  useEffect(() => wantTexts([note]), [note]);
  return (
    <div className="line" data-testid="attempt">
      <span className="t">{hm(page.sent ?? page.at)}</span>
      <span className="nw">{channelName(page.channel)}</span>
      <span className="g el i2">
        {pageStageName(page.stage)}
        {failed && "why" in failed ? ` · ${failed.why}` : ""}
        {words ? ` · ${words}` : ""}
      </span>
    </div>
  );
}
