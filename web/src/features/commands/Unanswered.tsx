// Everybody who owes an answer, to an order or to a call about a warning, worst first: hundreds of rows, one look.
import { useEffect, useMemo, useRef, useState } from "react";
import { i18n } from "../../i18n/i18n";
import { askedOf, callsOwed, missedClocks, usedUp } from "../../state/calls";
import { obligations, type Want } from "../../state/obligations";
import { commandsOf, isOpen } from "../../state/select";
import { type CallRow, findRows, type Row, silences } from "../../state/silence";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import { Empty, Key } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import { CallPanel } from "../calls/CallPanel";
import { LegalClocks } from "../calls/LegalClocks";
import { UsedUp } from "../calls/UsedUp";
import { useCallPages } from "../calls/useCallPages";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { NoneOwed } from "./NoneOwed";
import { PersonPanel } from "./PersonPanel";
import { SilenceRow } from "./SilenceRow";
import { WantChips } from "./WantChips";

type Kind = Row["kind"];

export function Unanswered({ county }: { county: County }) {
  const now = useNow();
  const { desk, move } = useDesk();
  const system = useApp((state) => state.world.system);
  const pages = useCallPages(county);
  const [only, setOnly] = useState<Want | null>(null);
  const [kind, setKind] = useState<Kind | null>(null);
  const [words, setWords] = useState("");
  const find = useRef<HTMLInputElement>(null);
  const all = commandsOf(county);
  const commands = useMemo(() => all.filter(isOpen), [all]);
  const { runs, situations } = county;
  const calling = useMemo(() => ({ runs, situations }), [runs, situations]);
  const calls = useMemo(() => callsOwed(calling, pages, system), [calling, pages, system]);
  const vain = useMemo(() => usedUp(calling, system), [calling, system]);
  const missed = useMemo(() => missedClocks(runs, pages, system), [runs, pages, system]);
  const owed = useMemo(() => silences(obligations(commands), calls), [commands, calls]);
  const kept = kind ? owed.filter((row) => row.kind === kind) : owed;
  const wanted = only ? kept.filter((row) => row.want === only) : kept;
  const shown = useMemo(() => findRows(wanted, words, county), [wanted, words, county]);
  const asked = useMemo(() => askedOf(commands, calling, system), [commands, calling, system]);
  const chosen = owed.find((row) => row.key === desk.task) ?? null;
  const first = shown[0]?.key;
  useEffect(() => {
    if (!desk.task && first) move({ to: "task", task: first });
  }, [desk.task, first, move]);
  const step = (by: number) => {
    const place = shown.findIndex((row) => row.key === desk.task);
    const next = shown[Math.min(shown.length - 1, Math.max(0, place + by))];
    if (next) move({ to: "task", task: next.key });
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    down: () => step(1),
    up: () => step(-1),
    f: () => find.current?.focus(),
  });
  const count = (each: Kind) => owed.filter((row) => row.kind === each).length;
  return (
    <section className="p" data-testid="unanswered">
      <LegalClocks county={county} missed={missed} now={now} />
      <div className="f fill">
        <div className="p g">
          <div className="pt">
            <h2>{i18n.t("谁还没有应答")}</h2>
            <b data-testid="owed-count">{owed.length}</b>
            <span className="g" />
            <span className="s i2">
              {i18n.t("已应答 {answered} / {tasks}", {
                answered: asked.answered,
                tasks: asked.all,
              })}
            </span>
            <input
              ref={find}
              className="in find"
              type="search"
              value={words}
              placeholder={i18n.t("找人：姓名、岗位、乡镇、电话")}
              aria-label={i18n.t("找人：姓名、岗位、乡镇、电话")}
              onChange={(event) => setWords(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && first) move({ to: "task", task: first });
              }}
              data-testid="owed-find"
            />
          </div>
          <div className="pf">
            <WantChips wants={kept.map((row) => row.want)} only={only} onOnly={setOnly} />
            {calls.length > 0 ? (
              <>
                <span className="sep" />
                {(
                  [
                    ["call", i18n.t("叫应 {n}", { n: count("call") })],
                    ["task", i18n.t("指令 {n}", { n: count("task") })],
                  ] as [Kind, string][]
                ).map(([each, name]) => (
                  <Chip
                    key={each}
                    on={kind === each}
                    onPress={() => setKind(kind === each ? null : each)}
                    testId={`kind-${each}`}
                  >
                    {name}
                  </Chip>
                ))}
              </>
            ) : null}
          </div>
          <UsedUp county={county} runs={vain} />
          {shown.length === 0 ? (
            owed.length > 0 ? (
              <Empty title={i18n.t("没有这样的人。")}>
                {i18n.t("少打几个字，或去掉上面的条件。")}
              </Empty>
            ) : vain.length > 0 ? null : (
              <NoneOwed />
            )
          ) : (
            <div className="pb boardtable">
              <div className="board wide head" aria-hidden="true">
                <span>{i18n.t("进程")}</span>
                <span>{i18n.t("状态")}</span>
                <span>{i18n.t("姓名")}</span>
                <span className="c-post">{i18n.t("岗位")}</span>
                <span>{i18n.t("号码")}</span>
                <span className="el">{i18n.t("指令或预警")}</span>
                <span className="r">{i18n.t("没声音")}</span>
                <span>{i18n.t("自动下一步")}</span>
                <span className="r">{i18n.t("还有")}</span>
              </div>
              <VirtualList
                items={shown}
                rowHeight={24}
                keyOf={(row) => row.key}
                label={i18n.t("谁还没有应答")}
                active={desk.task}
                onActivate={(task) => move({ to: "task", task })}
                onOpen={(task) => move({ to: "task", task })}
                testId="unanswered-list"
                takesFocus
                render={(row) => <SilenceRow row={row} county={county} now={now} />}
              />
            </div>
          )}
          <div className="pk">
            <Key k="J K">{i18n.t("选人")}</Key>
            <Key k="F">{i18n.t("找人")}</Key>
            <Key k="P">{i18n.t("我来打")}</Key>
            <Key k="R">{i18n.t("改派")}</Key>
            <Key k="Y">{i18n.t("代记")}</Key>
            <span className="g" />
            {i18n.t("时限由服务器走，关掉这个窗口什么也不会停。")}
          </div>
        </div>
        {chosen?.kind === "task" ? (
          <PersonPanel
            key={chosen.key}
            county={county}
            command={chosen.one.command}
            task={chosen.one.task}
            now={now}
          />
        ) : chosen ? (
          <CallPanel
            key={chosen.key}
            county={county}
            one={chosen.one}
            others={othersOf(owed, chosen)}
            clock={
              missed.find(
                ({ run, people }) => run.id === chosen.one.run.id && people.includes(chosen.person),
              )?.since ?? null
            }
            now={now}
          />
        ) : desk.task && owed.length > 0 ? (
          <aside className="p person">
            <Empty title={i18n.t("这一位已经应了，离开了名单。")}>
              {i18n.t("按 J 看下一位。")}
            </Empty>
          </aside>
        ) : null}
      </div>
    </section>
  );
}

function othersOf(owed: readonly Row[], chosen: CallRow) {
  return owed.flatMap((row) =>
    row.kind === "call" && row.person === chosen.person && row.key !== chosen.key ? [row.one] : [],
  );
}
