// Who is called about a situation: what happens next by itself, how far each call came, how long each has been
// silent, and what an officer hears when phoning them.
import { useState } from "react";
import { hm, span } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { cancelName, pageStageName, personName, personPost, runStateName } from "../../i18n/words";
import {
  callPips,
  callsOf,
  isCalling,
  isUsedUp,
  type Pages,
  type PersonCall,
  runsAbout,
} from "../../state/calls";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import type { RunView } from "../../wire/view";
import { AnswerPresses } from "../calls/AnswerPresses";
import { channelsName, fewNames, nextFor, nextWords, usedUpWords } from "../calls/callWords";
import { PhoneLink } from "../calls/PhoneLink";
import { Uncalled } from "../calls/Uncalled";
import { useCallPages } from "../calls/useCallPages";
import { Due } from "../commands/Due";
import { PipMarks } from "../marks/Pips";
import { openedName } from "./situationWords";

export function Calls({ county, id, now }: { county: County; id: string; now: number }) {
  const pages = useCallPages(county);
  const about = openedName(county, id);
  return (
    <>
      {runsAbout(county, id).map((run) => (
        <Run key={run.id} run={run} pages={pages} county={county} about={about} now={now} />
      ))}
    </>
  );
}

interface RunProps {
  run: RunView;
  pages: Pages;
  county: County;
  about: string;
  now: number;
}

function Run({ run, pages, county, about, now }: RunProps) {
  const system = useApp((state) => state.world.system);
  const calls = callsOf(run, pages);
  const calling = isCalling(run, county, system);
  const vain = isUsedUp(run, county, system);
  const silent = calls.filter((call) => call.answer === null).length;
  return (
    <Panel
      title={say(run.title)}
      count={
        calling && silent > 0
          ? i18n.t("未应答 {waiting} / {total}", { waiting: silent, total: run.called })
          : run.called
      }
      aside={<span className="s i3">{ended(run)}</span>}
      testId="run"
    >
      {vain ? (
        <p className="line" data-testid="run-used-up">
          <b>{usedUpWords()}</b>
        </p>
      ) : null}
      {run.next ? (
        <p className="line" data-testid="run-next">
          <Due at={run.next.at} now={now} />
          <span className="g">{nextWords(county, run)}</span>
        </p>
      ) : null}
      {run.next?.law ? (
        <p className="line" data-testid="run-law">
          <Due at={run.next.law.by} now={now} />
          <span className="g">
            {i18n.t("法定时限：{who} 要接到电话", {
              who: fewNames(county, run.next.law.of) || i18n.t("没有排人"),
            })}
          </span>
        </p>
      ) : null}
      {calls.map((call) =>
        calling && call.answer === null ? (
          <SilentLine
            key={call.person}
            call={call}
            run={run}
            county={county}
            about={about}
            now={now}
          />
        ) : (
          <div key={call.person} className="line" data-testid="call" data-person={call.person}>
            <span className="t">{hm(call.at)}</span>
            <span className="g el">{personName(county.people.get(call.person), call.person)}</span>
            <span className="s i2">{channelsName(call.channels)}</span>
            <span className="s">{call.stage ? pageStageName(call.stage) : ""}</span>
          </div>
        ),
      )}
      {calling ? <Uncalled county={county} run={run} /> : null}
    </Panel>
  );
}

/** Somebody who has not answered: two lines, and the presses once they are asked for. */
function SilentLine(props: Omit<RunProps, "pages"> & { call: PersonCall }) {
  const { call, run, county, about, now } = props;
  const [asked, setAsked] = useState(false);
  const person = county.people.get(call.person);
  const next = nextFor(county, run, call.person);
  const stage = call.stage ? pageStageName(call.stage) : i18n.t("没叫到");
  return (
    <div className="silentline" data-testid="call" data-person={call.person}>
      <div className="f">
        <PipMarks {...callPips(call)} />
        <b className="nw">{personName(person, call.person)}</b>
        <span className="s i2 el g">{personPost(person)}</span>
        <PhoneLink county={county} person={person} className="nw" />
        <Button small onPress={() => setAsked(!asked)} testId="call-record">
          {asked ? i18n.t("不记") : i18n.t("代记…")}
        </Button>
      </div>
      <p className="s i2">
        <b data-testid="call-silent">
          {i18n.t("静默 {age}", { age: span(now - Date.parse(call.at)) })}
        </b>
        {" · "}
        {[channelsName(call.channels), stage].filter(Boolean).join(" · ")}
        {next ? ` · ${i18n.t("接着 {next}", { next })}` : ""}
      </p>
      {asked ? <AnswerPresses county={county} call={call} about={about} now={now} small /> : null}
    </div>
  );
}

/** How the run stands, and why where it ended without an answer. */
function ended(run: RunView): string {
  const last = run.log[run.log.length - 1];
  const why = last?.what === "cancelled" ? ` · ${cancelName(last.why)}` : "";
  return `${runStateName(run.state)}${why}`;
}
