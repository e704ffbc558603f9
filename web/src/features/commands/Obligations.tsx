// Right zone: who needs a person now, who has not answered, and the commands that are running.
import { useMemo } from "react";
import { i18n, say } from "../../i18n/i18n";
import { stepName } from "../../i18n/words";
import { askedOf, callsOwed, usedUp } from "../../state/calls";
import { nextStep, obligations } from "../../state/obligations";
import { commandsOf, countyOf, isOpen, mayAct } from "../../state/select";
import { hasNotAnswered, type Row, silences } from "../../state/silence";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Key } from "../../ui/Panel";
import type { CommandView, Phase } from "../../wire/view";
import { UsedUpBrief } from "../calls/UsedUp";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { Mark } from "../marks/Mark";
import { Due } from "./Due";
import { NoneOwed } from "./NoneOwed";
import { OwedLine } from "./OwedLine";
import { TallyBar } from "./TallyBar";

/** Rows of people shown before "all of them" takes over. */
const SHOWN = 14;
/** Fewer where both lists are long: the second stays in sight too. */
const CROWDED = 7;

export function Obligations({ county }: { county: County }) {
  const commands = useApp((state) => commandsOf(countyOf(state)));
  const allowed = useApp(mayAct);
  const system = useApp((state) => state.world.system);
  const now = useNow();
  const { desk, move } = useDesk();
  const open = useMemo(() => commands.filter(isOpen), [commands]);
  const { runs, situations, pages } = county;
  const calling = useMemo(() => ({ runs, situations }), [runs, situations]);
  const calls = useMemo(() => callsOwed(calling, pages, system), [calling, pages, system]);
  const vain = useMemo(() => usedUp(calling, system), [calling, system]);
  const owed = useMemo(() => silences(obligations(open), calls), [open, calls]);
  // Who was given up, or is past a clock of the law, has not answered either: nobody shall read that all have.
  const people = owed.filter((row) => !hasNotAnswered(row));
  const silent = owed.filter(hasNotAnswered);
  const limit = people.length + silent.length > SHOWN ? CROWDED : SHOWN;
  const total = useMemo(() => askedOf(open, calling, system).all, [open, calling, system]);
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
  const line = (row: Row) => <OwedLine key={row.key} row={row} county={county} now={now} />;
  return (
    <section className="p greys" data-testid="obligations">
      <div className={`pb${people.length > 0 ? " owed" : ""}`}>
        {people.length > 0 ? (
          <div className="owe">
            <Title text={i18n.t("要人处理")} count={people.length} />
            {people.slice(0, limit).map(line)}
            <More left={people.length - limit} />
          </div>
        ) : null}
        <div className="owe">
          <Title
            text={i18n.t("谁还没有应答")}
            count={silent.length}
            aside={total > 0 ? i18n.t("共 {total} 人", { total }) : ""}
          />
          <UsedUpBrief county={county} runs={vain} />
          {silent.length === 0 ? (
            vain.length > 0 ? null : (
              <NoneOwed>
                {open.length === 0 ? i18n.t("没有执行中的指令。按 C 下指令。") : null}
              </NoneOwed>
            )
          ) : (
            <>
              {silent.slice(0, limit).map(line)}
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

/** Nobody has been told of it yet, and what it waits for. */
function phaseWords(phase: Phase["phase"], n: number): string {
  if (phase === "held") return i18n.t("正在发出，还停得住 · {n} 人", { n });
  if (phase === "prepared") return i18n.t("还没发出，等核对人数 · {n} 人", { n });
  return i18n.t("还没发出，等第二个人同意 · {n} 人", { n });
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
  const phase = command.phase?.phase ?? "issued";
  const groups = command.groups
    .map((id) => say(county.groups.find((group) => group.id === id)?.title))
    .filter(Boolean)
    .join(i18n.t("、"));
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
        {phase === "issued" ? (
          <TallyBar command={command} />
        ) : (
          <span className="tag inv" data-testid="command-phase">
            {phaseWords(phase, command.reach?.length ?? 0)}
          </span>
        )}
      </div>
    </button>
  );
}
