// What the next shift takes over: counts one can read at a glance, then each thing with the way to it.
import { type ReactNode, useMemo } from "react";
import { hm, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName, quietName, stageName, stepName } from "../../i18n/words";
import { type OwedTask, owing } from "../../state/handover";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Empty } from "../../ui/Panel";
import type { HandoverView, Level, RunView } from "../../wire/view";
import { Due } from "../commands/Due";
import { useDesk } from "../desk/desk";
import { coverWords } from "../ledger/ledgerWords";
import { Mark } from "../marks/Mark";
import { situationName } from "../situations/situationWords";
import { Part, Row } from "./OwingPart";

interface OwingListProps {
  county: County;
  handover: HandoverView | null;
  now: number;
}

export function OwingList({ county, handover, now }: OwingListProps) {
  const { move } = useDesk();
  const texts = useApp((state) => state.texts);
  const system = useApp((state) => state.world.system);
  const owed = useMemo(() => owing(county, handover, system), [county, handover, system]);
  const name = (id: string) => personName(county.people.get(id), id);
  const taskRow = ({ command, task }: OwedTask) => (
    <Row
      key={task.id}
      onOpen={() => move({ to: "board", command: command.id, task: task.id })}
      lead={<Mark level={command.level} size={16} />}
      words={name(task.person)}
      more={`${say(command.title)} · ${stageName(task.stage)}`}
    />
  );
  const runRow = (run: RunView) => (
    <Row
      key={run.id}
      onOpen={() =>
        "situation" in run.about
          ? move({ to: "situation", situation: run.about.situation })
          : move({ to: "duty", tab: "roll" })
      }
      words={say(run.title)}
      more={i18n.t("{time} 起，叫了 {called} 人，应了 {confirmed}", {
        time: hm(run.began),
        called: run.called,
        confirmed: run.confirmed,
      })}
      due={run.next ? <Due at={run.next.at} now={now} /> : null}
    />
  );
  const parts: { id: string; title: string; count: number; note?: string; rows: ReactNode[] }[] = [
    {
      id: "help",
      title: i18n.t("要帮助的"),
      count: owed.help.length,
      rows: owed.help.map(taskRow),
    },
    {
      id: "alarms",
      title: i18n.t("开着的报警"),
      count: owed.alarmCount,
      note: owed.unacked > 0 ? i18n.t("未确认 {n}", { n: owed.unacked }) : "",
      rows: owed.alarms.map(({ situation, alarms, unacked }) => (
        <Row
          key={situation?.id ?? "loose"}
          onOpen={situation ? () => move({ to: "situation", situation: situation.id }) : null}
          lead={
            situation && situation.level > 0 ? (
              <Mark level={situation.level as Level} size={16} ring={unacked > 0 ? "un" : "ack"} />
            ) : null
          }
          words={situation ? situationName(situation) : i18n.t("没有归入态势的")}
          aside={
            unacked > 0
              ? i18n.t("{n} 条，未确认 {unacked}", { n: alarms.length, unacked })
              : i18n.t("{n} 条", { n: alarms.length })
          }
        />
      )),
    },
    {
      id: "undecided",
      title: i18n.t("有预警、未决策"),
      count: owed.undecided.length,
      rows: owed.undecided.map((one) => (
        <Row
          key={one.id}
          onOpen={() => move({ to: "incidents" })}
          lead={one.level > 0 ? <Mark level={one.level as Level} size={16} /> : null}
          words={situationName(one)}
          due={<Due at={one.decide_by ?? one.opened} now={now} />}
        />
      )),
    },
    {
      id: "used-up",
      title: i18n.t("叫遍了没人应的"),
      count: owed.usedUp.length,
      rows: owed.usedUp.map(runRow),
    },
    {
      id: "by-hand",
      title: i18n.t("人工开的态势"),
      count: owed.byHand.length,
      rows: owed.byHand.map((one) => (
        <Row
          key={one.id}
          onOpen={() => move({ to: "situation", situation: one.id })}
          lead={one.level > 0 ? <Mark level={one.level as Level} size={16} /> : null}
          words={situationName(one)}
        />
      )),
    },
    {
      id: "untold",
      title: i18n.t("还没发出的指令"),
      count: owed.untold.length,
      rows: owed.untold.map((command) => (
        <Row
          key={command.id}
          onOpen={() => move({ to: "board", command: command.id })}
          lead={<Mark level={command.level} size={16} />}
          words={say(command.title)}
          aside={i18n.t("{n} 人", { n: command.tasks.length })}
        />
      )),
    },
    {
      id: "unanswered",
      title: i18n.t("没应答的任务"),
      count: owed.unansweredCount,
      rows: owed.unanswered.map(({ command, tasks }) => (
        <Row
          key={command.id}
          onOpen={() => move({ to: "board", command: command.id })}
          lead={<Mark level={command.level} size={16} />}
          words={say(command.title)}
          more={first(tasks.map((task) => name(task.person)))}
          aside={i18n.t("{n} 人", { n: tasks.length })}
        />
      )),
    },
    {
      id: "declined",
      title: i18n.t("拒绝了、没人接的任务"),
      count: owed.declined.length,
      rows: owed.declined.map(taskRow),
    },
    {
      id: "unverified",
      title: i18n.t("等核实的任务"),
      count: owed.unverified.length,
      rows: owed.unverified.map(taskRow),
    },
    {
      id: "end-unseen",
      title: i18n.t("撤回了、本人还没看到的任务"),
      count: owed.endUnseen.length,
      rows: owed.endUnseen.map(taskRow),
    },
    {
      id: "clocks",
      title: i18n.t("在走的时限"),
      count: owed.clocks.length,
      rows: owed.clocks.map(({ command, task, due }) => (
        <Row
          key={task.id}
          onOpen={() => move({ to: "board", command: command.id, task: task.id })}
          words={name(task.person)}
          more={`${say(command.title)} · ${stageName(task.stage)}${task.next ? ` · ${stepName(task.next.step)}` : ""}`}
          due={<Due at={due} now={now} />}
        />
      )),
    },
    {
      id: "reports",
      title: i18n.t("还没报的报告"),
      count: owed.reports.length,
      rows: owed.reports.map(({ incident, report }) => (
        <Row
          key={`${incident.id}${report.id}`}
          onOpen={() => move({ to: "incidents" })}
          words={say(report.title)}
          more={texts.get(incident.title) ?? ""}
          due={<Due at={report.due} now={now} />}
        />
      )),
    },
    {
      id: "endings",
      title: i18n.t("下一班里到期的静默"),
      count: owed.endings.length,
      rows: owed.endings.map(({ id, entry, until }) => (
        <Row
          key={id}
          onOpen={() => move({ to: "ledger", entry: id })}
          words={entry ? `${quietName(entry.kind)} ${coverWords(county, entry)}` : id}
          aside={i18n.t("到 {time}", { time: stamp(until, now) })}
        />
      )),
    },
    {
      id: "runs",
      title: i18n.t("还在叫的"),
      count: owed.runs.length,
      rows: owed.runs.map(runRow),
    },
  ];
  const total = parts.reduce((sum, part) => sum + part.count, 0);
  const jump = (id: string) =>
    document.getElementById(`owed-${id}`)?.scrollIntoView({ block: "nearest" });
  return (
    <>
      <div className="owedsums" data-testid="owed-sums" role="status">
        {parts.map((part) => (
          <button
            key={part.id}
            type="button"
            className={part.count === 0 ? "z" : ""}
            onClick={() => jump(part.id)}
            data-testid={`owed-sum-${part.id}`}
          >
            <b>{part.count}</b>
            <span>{part.title}</span>
            {part.note ? <span className="s tag inv">{part.note}</span> : null}
          </button>
        ))}
      </div>
      {total === 0 ? (
        <Empty title={i18n.t("什么都不欠。")}>
          {i18n.t("没有开着的报警，没有没应答的任务，没有在走的时限。")}
        </Empty>
      ) : (
        <div className="owedparts">
          {parts
            .filter((part) => part.count > 0)
            .map((part) => (
              <Part
                key={part.id}
                id={part.id}
                title={part.title}
                count={part.count}
                rows={part.rows}
              />
            ))}
        </div>
      )}
    </>
  );
}

/** The first few, and that there are more. */
function first(list: readonly string[]): string {
  const words = list.slice(0, 4).join(i18n.t("、"));
  return list.length > 4 ? i18n.t("{list} 等", { list: words }) : words;
}
