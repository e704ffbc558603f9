// One command, one row a person: how far, how long silent, what happens next by itself.
import { useEffect, useMemo, useState } from "react";
import { wantTexts } from "../../actions/read";
import { span, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName, whySentence } from "../../i18n/words";
import { ranked, type Want } from "../../state/obligations";
import { isAnswered, isClosed, isIssued, mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty, Key, Panel } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { CommandView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { Mark } from "../marks/Mark";
import { BoardRow } from "./BoardRow";
import { CancelDialog, TakeBack } from "./EndDialogs";
import { HeadCount } from "./HeadCount";
import { PersonPanel } from "./PersonPanel";
import { PhaseBox } from "./PhaseBox";
import { TallyBar } from "./TallyBar";
import { WantChips } from "./WantChips";

export function Board({ county, commandId }: { county: County; commandId: string }) {
  const command = county.commands.get(commandId);
  const pending = useApp((state) => state.outbox.find((one) => one.op === commandId));
  const { move } = useDesk();
  if (command) return <BoardOf county={county} command={command} />;
  return (
    <Panel title={i18n.t("指令")} testId="board">
      {pending?.state === "refused" ? (
        <Empty title={i18n.t("指令没有发出。没有任何人收到任何东西。")}>
          {whySentence(pending.why ?? "")}
        </Empty>
      ) : pending ? (
        <Empty title={i18n.t("指令在送往服务器的路上。")}>
          {i18n.t("它留在本机，连上就送，同一条不会发两遍。")}
        </Empty>
      ) : (
        <Empty title={i18n.t("这里没有这道指令。")}>
          {i18n.t("结束一周以上的不再列出；用下面的时间条回到当时，就能看到。")}
        </Empty>
      )}
      <div className="empty">
        <Button onPress={() => move({ to: "back" })}>{i18n.t("回到地图")}</Button>
      </div>
    </Panel>
  );
}

function BoardOf({ county, command }: { county: County; command: CommandView }) {
  const now = useNow();
  const { desk, move } = useDesk();
  const [only, setOnly] = useState<Want | null>(null);
  const all = ranked(command);
  const shown = useMemo(
    () => all.filter((one) => !only || one.want === only).map((one) => one.task),
    [all, only],
  );
  const chosen = command.tasks.find((task) => task.id === desk.task) ?? null;
  useEffect(() => wantTexts([command.wording]), [command.wording]);
  const step = (by: number) => {
    const place = shown.findIndex((task) => task.id === desk.task);
    const next = shown[Math.min(shown.length - 1, Math.max(0, place + by))];
    if (next) move({ to: "task", task: next.id });
  };
  useKeys({ down: () => step(1), up: () => step(-1) });
  const waiting = command.tasks.filter((task) => !isAnswered(task)).length;
  const { phase } = command;
  if (phase && phase.phase !== "issued") {
    return (
      <section className="p" data-testid="board" data-command={command.id}>
        <BoardHead county={county} command={command} now={now} />
        <PhaseBox county={county} command={command} phase={phase} now={now} />
      </section>
    );
  }
  return (
    <section className="p" data-testid="board" data-command={command.id}>
      <BoardHead county={county} command={command} now={now} />
      <HeadCount command={command} />
      <div
        className="f"
        style={{ flex: 1, minHeight: 0, alignItems: "stretch", gap: 1, background: "var(--bg-0)" }}
      >
        <div className="p g">
          <div className="pf wants">
            <b>{i18n.t("未应答 {waiting} / {total}", { waiting, total: command.tasks.length })}</b>
            <WantChips wants={all.map((one) => one.want)} only={only} onOnly={setOnly} />
          </div>
          <div className="pb boardtable">
            <div className="board head" aria-hidden="true">
              <span>{i18n.t("进程")}</span>
              <span>{i18n.t("状态")}</span>
              <span>{i18n.t("姓名")}</span>
              <span className="c-post">{i18n.t("岗位")}</span>
              <span className="r">{i18n.t("没声音")}</span>
              <span className="r c-place">{i18n.t("位置")}</span>
              <span className="c-next">{i18n.t("自动下一步")}</span>
              <span className="r">{i18n.t("还有")}</span>
            </div>
            <VirtualList
              items={shown}
              rowHeight={24}
              keyOf={(task) => task.id}
              label={i18n.t("谁还没有应答")}
              active={desk.task}
              onActivate={(task) => move({ to: "task", task })}
              onOpen={(task) => move({ to: "task", task })}
              testId="board-list"
              render={(task) => (
                <BoardRow task={task} command={command} county={county} now={now} />
              )}
            />
          </div>
          <div className="pk">
            <Key k="↑↓">{i18n.t("选人")}</Key>
            <Key k="P">{i18n.t("我来打")}</Key>
            <Key k="R">{i18n.t("改派")}</Key>
            <Key k="Y">{i18n.t("代记")}</Key>
            <Key k="Esc">{i18n.t("回到地图")}</Key>
            <span className="g" />
            {i18n.t("时限由服务器走，关掉这个窗口什么也不会停。")}
          </div>
        </div>
        {chosen ? <PersonPanel county={county} command={command} task={chosen} now={now} /> : null}
      </div>
    </section>
  );
}

function BoardHead({
  county,
  command,
  now,
}: {
  county: County;
  command: CommandView;
  now: number;
}) {
  const allowed = useApp(mayAct);
  const { move } = useDesk();
  const wording = useApp((state) => state.texts.get(command.wording));
  const [cancelling, setCancelling] = useState(false);
  const open = command.cancelled === null && command.tasks.some((task) => !isClosed(task));
  // Before anybody is told its words are there to be checked: whole, and with no tally of nobody.
  const out = isIssued(command);
  const written = {
    name: personName(county.people.get(command.by), command.by),
    time: stamp(command.issued, now),
    age: span(now - Date.parse(command.issued)),
  };
  return (
    <header className="boardhead">
      <div className="f" style={{ alignItems: "flex-start" }}>
        <Mark level={command.level} size={36} />
        <div className="g">
          <h1 className="l">{say(command.title)}</h1>
          <p className="s i2">
            {out
              ? i18n.t("{name} 发于 {time}，已 {age}", written)
              : i18n.t("{name} 写于 {time}，已 {age}", written)}
          </p>
          <p className={out ? "s i2 el" : ""} title={wording} data-testid="board-wording">
            {wording ?? i18n.t("正在取正文…")}
          </p>
        </div>
      </div>
      {out ? <TallyBar command={command} /> : <span />}
      <div className="acts">
        {!out ? null : command.superseded_by ? (
          <Button
            small
            onPress={() => move({ to: "board", command: command.superseded_by ?? "" })}
            testId="superseded-by"
          >
            {i18n.t("已被取代，看新的")}
          </Button>
        ) : command.cancelled ? (
          <span className="tag inv">
            {i18n.t("已撤销 {time}", { time: stamp(command.cancelled, now) })}
          </span>
        ) : open ? (
          <>
            <Button
              small
              disabled={!allowed}
              onPress={() => setCancelling(true)}
              testId="cancel-command"
            >
              {i18n.t("撤销…")}
            </Button>
            <TakeBack county={county} command={command} allowed={allowed} />
          </>
        ) : (
          <span className="tag">{i18n.t("全部核实")}</span>
        )}
      </div>
      {cancelling ? <CancelDialog command={command} onClose={() => setCancelling(false)} /> : null}
    </header>
  );
}
