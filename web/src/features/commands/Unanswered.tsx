// Everybody of every command who owes something, worst first: hundreds of rows, one look.
import { useEffect, useMemo, useState } from "react";
import { span } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName, personPost, stageName, stepName } from "../../i18n/words";
import { type Obligation, obligations, type Want } from "../../state/obligations";
import { commandsOf, isAnswered, isOpen } from "../../state/select";
import type { County } from "../../state/world";
import { Empty, Key } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { Pips } from "../marks/Pips";
import { Due } from "./Due";
import { wantName } from "./Obligations";
import { PersonPanel } from "./PersonPanel";
import { PlaceCell } from "./PlaceCell";
import { WantChips } from "./WantChips";

export function Unanswered({ county }: { county: County }) {
  const now = useNow();
  const { desk, move } = useDesk();
  const [only, setOnly] = useState<Want | null>(null);
  const commands = useMemo(() => commandsOf(county).filter(isOpen), [county]);
  const owed = useMemo(() => obligations(commands), [commands]);
  const shown = only ? owed.filter((one) => one.want === only) : owed;
  const tasks = commands.reduce((sum, command) => sum + command.tasks.length, 0);
  const answered = commands.reduce(
    (sum, command) => sum + command.tasks.filter(isAnswered).length,
    0,
  );
  const chosen = owed.find((one) => one.task.id === desk.task) ?? null;
  const first = shown[0]?.task.id;
  useEffect(() => {
    if (!desk.task && first) move({ to: "task", task: first });
  }, [desk.task, first, move]);
  const step = (by: number) => {
    const place = shown.findIndex((one) => one.task.id === desk.task);
    const next = shown[Math.min(shown.length - 1, Math.max(0, place + by))];
    if (next) move({ to: "task", task: next.task.id });
  };
  useKeys({ j: () => step(1), k: () => step(-1), down: () => step(1), up: () => step(-1) });
  return (
    <section className="p" data-testid="unanswered">
      <div className="f fill">
        <div className="p g">
          <div className="pt">
            <h2>{i18n.t("谁还没有应答")}</h2>
            <b data-testid="owed-count">{owed.length}</b>
            <span className="g" />
            <span className="s i2">
              {i18n.t("已应答 {answered} / {tasks}", { answered, tasks })}
            </span>
          </div>
          <div className="pf">
            <WantChips wants={owed.map((one) => one.want)} only={only} onOnly={setOnly} />
          </div>
          {shown.length === 0 ? (
            <Empty title={i18n.t("没有人欠应答。")} />
          ) : (
            <div className="pb boardtable">
              <div className="board wide head" aria-hidden="true">
                <span>{i18n.t("进程")}</span>
                <span>{i18n.t("状态")}</span>
                <span>{i18n.t("姓名")}</span>
                <span>{i18n.t("岗位")}</span>
                <span>{i18n.t("指令")}</span>
                <span className="r">{i18n.t("没声音")}</span>
                <span className="r c-place">{i18n.t("位置")}</span>
                <span>{i18n.t("自动下一步")}</span>
                <span className="r">{i18n.t("还有")}</span>
              </div>
              <VirtualList
                items={shown}
                rowHeight={24}
                keyOf={(one) => one.task.id}
                label={i18n.t("谁还没有应答")}
                active={desk.task}
                onActivate={(task) => move({ to: "task", task })}
                onOpen={(task) => move({ to: "task", task })}
                testId="unanswered-list"
                takesFocus
                render={(one) => <Line one={one} county={county} now={now} />}
              />
            </div>
          )}
          <div className="pk">
            <Key k="J K">{i18n.t("选人")}</Key>
            <Key k="P">{i18n.t("我来打")}</Key>
            <Key k="R">{i18n.t("改派")}</Key>
            <Key k="Y">{i18n.t("代记")}</Key>
            <span className="g" />
            {i18n.t("时限由服务器走，关掉这个窗口什么也不会停。")}
          </div>
        </div>
        {chosen ? (
          <PersonPanel
            key={chosen.task.id}
            county={county}
            command={chosen.command}
            task={chosen.task}
            now={now}
          />
        ) : null}
      </div>
    </section>
  );
}

function Line({ one, county, now }: { one: Obligation; county: County; now: number }) {
  const { task, command, want } = one;
  const person = county.people.get(task.person);
  const told = task.next?.to ?? task.person;
  const other = told === task.person ? null : county.people.get(told);
  const grave = want === "help" || want === "crew" || want === "conflict" || want === "crossed";
  return (
    <div
      className="board wide row"
      data-testid="unanswered-row"
      data-person={task.person}
      data-want={want}
    >
      <span>
        <Pips task={task} />
      </span>
      <span className="el">
        {grave ? (
          <span className="tag inv">{wantName(want)}</span>
        ) : want === "silent" ? (
          stageName(task.stage)
        ) : (
          <b>{wantName(want)}</b>
        )}
      </span>
      <span className="el">{personName(person, task.person)}</span>
      <span className="i2 el">{personPost(person)}</span>
      <span className="i2 el">{say(command.title)}</span>
      <span className="r">{span(now - Date.parse(task.heard ?? command.issued))}</span>
      <PlaceCell task={task} now={now} />
      <span className="i2 el">
        {task.next ? stepName(task.next.step) : task.stage === "declined" ? i18n.t("等改派") : "—"}
        {other ? ` ${other.name}` : ""}
      </span>
      <span className="r">{task.next ? <Due at={task.next.at} now={now} /> : "—"}</span>
    </div>
  );
}
