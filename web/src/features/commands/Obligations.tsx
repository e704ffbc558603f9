// Right zone: who needs a person now, who has not answered, and the commands that are running.
import { useMemo } from "react";
import { age } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import {
  factName,
  overdueName,
  personName,
  personPost,
  stageName,
  stepName,
} from "../../i18n/words";
import { nextStep, type Obligation, obligations, type Want } from "../../state/obligations";
import { commandsOf, countyOf, isOpen, mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty, Key } from "../../ui/Panel";
import type { CommandView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { Mark } from "../marks/Mark";
import { Pips } from "../marks/Pips";
import { Due } from "./Due";
import { TallyBar } from "./TallyBar";

/** Rows of people shown before "all of them" takes over. */
const SHOWN = 14;
/** Fewer where both lists are long: the second stays in sight too. */
const CROWDED = 7;

export function wantName(want: Want): string {
  switch (want) {
    case "help":
      return i18n.t("要帮助");
    case "conflict":
      return i18n.t("说法不一");
    case "declined":
      return i18n.t("拒绝");
    case "gave_up":
      return i18n.t("叫不应");
    case "overdue":
      return i18n.t("逾期");
    case "verify":
      return i18n.t("待核实");
    case "silent":
      return i18n.t("未应答");
    case "crew":
      return i18n.t("没有报平安");
    case "crossed":
      return i18n.t("撤销后还在做");
    case "end_unseen":
      return i18n.t("没看到撤销");
  }
}

export function Obligations({ county }: { county: County }) {
  const commands = useApp((state) => commandsOf(countyOf(state)));
  const allowed = useApp(mayAct);
  const now = useNow();
  const { desk, move } = useDesk();
  const open = useMemo(() => commands.filter(isOpen), [commands]);
  const owed = useMemo(() => obligations(open), [open]);
  // Who was given up has not answered either: nobody shall read below that all have.
  const hasNotAnswered = (one: Obligation) => one.want === "silent" || one.want === "gave_up";
  const people = owed.filter((one) => !hasNotAnswered(one));
  const silent = owed.filter(hasNotAnswered);
  const limit = people.length + silent.length > SHOWN ? CROWDED : SHOWN;
  const total = open.reduce((sum, command) => sum + command.tasks.length, 0);
  // A command begun beside an open situation is about that situation.
  const beside =
    desk.view === "situation" ? county.situations.get(desk.situation ?? "") : undefined;
  const begin = () => move({ to: "compose", ...(beside ? { situation: beside.id } : {}) });
  useKeys({
    w: () => move({ to: "unanswered" }),
    d: () => move({ to: "incidents" }),
    // The page of a situation has this key itself.
    ...(desk.view === "situation" ? {} : { c: () => allowed && begin() }),
  });
  const row = (one: Obligation) => (
    <PersonLine key={one.task.id} one={one} county={county} now={now} />
  );
  return (
    <section className="p greys" data-testid="obligations">
      <div className={`pb${people.length > 0 ? " owed" : ""}`}>
        {people.length > 0 ? (
          <div className="owe">
            <Title text={i18n.t("要人处理")} count={people.length} />
            {people.slice(0, limit).map(row)}
            <More left={people.length - limit} />
          </div>
        ) : null}
        <div className="owe">
          <Title
            text={i18n.t("谁还没有应答")}
            count={silent.length}
            aside={total > 0 ? i18n.t("共 {total} 人", { total }) : ""}
          />
          {silent.length === 0 ? (
            <Empty title={i18n.t("没有人欠应答。")}>
              {open.length === 0 ? i18n.t("没有执行中的指令。按 C 下指令。") : null}
            </Empty>
          ) : (
            <>
              {silent.slice(0, limit).map(row)}
              <More left={silent.length - limit} />
            </>
          )}
        </div>
      </div>
      <div className="running">
        <Title text={i18n.t("执行中的指令")} count={open.length} />
        {open.map((command) => (
          <CommandCard key={command.id} command={command} county={county} now={now} />
        ))}
      </div>
      <div className="pk tall">
        <Key k="W">{i18n.t("谁还没有应答")}</Key>
        <Key k="C">{i18n.t("下指令")}</Key>
        <span className="g" />
        <Button small disabled={!allowed} onPress={begin} testId="compose">
          {i18n.t("下指令")}
        </Button>
      </div>
    </section>
  );
}

function Title({ text, count, aside }: { text: string; count: number; aside?: string }) {
  return (
    <div className="pt">
      <h2>{text}</h2>
      <span className="i2">{count}</span>
      <span className="g" />
      <span className="s i3">{aside}</span>
    </div>
  );
}

function More({ left }: { left: number }) {
  if (left <= 0) return null;
  return <div className="line s i3">{i18n.t("另有 {left} 人，按 W 打开全表", { left })}</div>;
}

function PersonLine({ one, county, now }: { one: Obligation; county: County; now: number }) {
  const { move } = useDesk();
  const person = county.people.get(one.task.person);
  const next = one.task.next;
  return (
    <button
      type="button"
      className={`obrow${one.want === "silent" ? " one" : ""}`}
      onClick={() => move({ to: "board", command: one.command.id, task: one.task.id })}
      data-testid="obligation"
      data-want={one.want}
      data-person={one.task.person}
    >
      <Pips task={one.task} />
      {one.want === "silent" ? (
        <>
          <span className="s i2 nw">{stageName(one.task.stage)}</span>
          <span className="el">
            {personName(person, one.task.person)} <span className="s i3">{personPost(person)}</span>
          </span>
        </>
      ) : (
        <>
          {one.want === "help" || one.want === "conflict" ? (
            <span>
              <span className="tag inv">{wantName(one.want)}</span>
            </span>
          ) : (
            <b className="nw">{wantName(one.want)}</b>
          )}
          <span className="col">
            <span className="el">
              <b>{personName(person, one.task.person)}</b>{" "}
              <span className="s i2">{personPost(person)}</span>
            </span>
            <span className="s i2 el">
              {say(one.command.title)} · {last(one, now)}
            </span>
          </span>
        </>
      )}
      <span className="s i3 el step">{next ? stepName(next.step) : ""}</span>
      {next ? <Due at={next.at} now={now} /> : <span className="i3">—</span>}
    </button>
  );
}

/** The last word of the person, as words and age. */
function last(one: Obligation, now: number): string {
  const fact = one.task.facts.filter((fact) => fact.by !== null).at(-1);
  if (!fact) return stageName(one.task.stage);
  return i18n.t("{what}，{age}前", {
    what:
      one.want === "overdue" && one.task.overdue[0]
        ? overdueName(one.task.overdue[0])
        : factName(fact),
    age: age(now - Date.parse(fact.at)),
  });
}

function CommandCard({
  command,
  county,
  now,
}: {
  command: CommandView;
  county: County;
  now: number;
}) {
  const { desk, move } = useDesk();
  const next = nextStep(command);
  const groups = command.groups
    .map((id) => say(county.groups.find((group) => group.id === id)?.title))
    .filter(Boolean)
    .join("、");
  return (
    <button
      type="button"
      className={`cmd${desk.command === command.id && desk.view === "board" ? " sel" : ""}`}
      onClick={() => move({ to: "board", command: command.id })}
      data-testid="command-card"
      data-command={command.id}
    >
      <div className="f">
        <Mark level={command.level} size={20} />
        <b className="el">
          {say(command.title)}
          {groups ? ` · ${groups}` : ""}
        </b>
        <span className="g" />
        {next ? (
          <>
            <span className="s i3 nw">{stepName(next.step)}</span>
            <Due at={next.at} now={now} />
          </>
        ) : null}
      </div>
      <div style={{ marginTop: 4 }}>
        <TallyBar command={command} />
      </div>
    </button>
  );
}
