// Who will be reached, by name, and the send box: a large command is typed as a number before it goes.
import { type ReactNode, useMemo, useState } from "react";
import { i18n } from "../../i18n/i18n";
import { personName, personPost } from "../../i18n/words";
import { outlook, troubledFirst } from "../../state/reach";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { PersonView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useContacts } from "../duty/useContacts";
import { useReach } from "../duty/useReach";
import { HoldButton } from "./HoldButton";
import { ReachOutlook, troubleName } from "./ReachOutlook";

/** Height of a person's line. */
const ROW = 24;

interface ReachPanelProps {
  county: County;
  list: { id: string; person: PersonView | null }[];
  ready: boolean;
  mustType: boolean;
  needsSecond: boolean;
  onSend: () => Promise<void>;
  /** What sending does besides, said beside the button. */
  note?: ReactNode;
}

export function ReachPanel(props: ReachPanelProps) {
  const { county, list, ready, mustType, needsSecond, onSend, note } = props;
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const live = useApp((state) => state.connection.phase === "live");
  const drill = county.drill !== null;
  const real = useApp((state) => state.world.heartbeat?.view.clock.kind === "wall") && !county.demo;
  const n = list.length;
  const hold = Math.round(county.mass.hold_ms / 1000);
  const agrees = !mustType || typed.trim() === String(n);
  const strangers = list.filter((one) => !one.person);
  // A drill shows nobody's number and calls nobody: that says nothing of who could be reached.
  const contacts = useContacts(county, 0);
  const reach = useReach(county, 0);
  const minute = Math.floor(useNow() / 60_000) * 60_000;
  const prospect = useMemo(() => {
    if (contacts.kind !== "here") return null;
    const people = list.map(({ id, person }) => ({ id, township: person?.township ?? null }));
    return outlook(people, contacts.list, reach?.lost ?? [], minute);
  }, [list, contacts, reach, minute]);
  const trouble = drill ? undefined : prospect?.trouble;
  const shown = useMemo(() => (trouble ? troubledFirst(list, trouble) : list), [list, trouble]);
  const [sure, setSure] = useState(false);
  const [active, setActive] = useState<string | null>(null);
  const go = () => {
    setBusy(true);
    void onSend().finally(() => setBusy(false));
  };
  return (
    <div className="p">
      <div className="pt">
        <h2>{i18n.t("将会送到谁")}</h2>
      </div>
      <div className="f reachcount">
        <span className="big" data-testid="reach-count">
          {n}
        </span>
        <span className="i2">{i18n.t("人，每人一个任务，每人都要自己应答")}</span>
      </div>
      {n === 0 ? (
        <div className="pb" data-testid="reach-list">
          <Empty title={i18n.t("还没有选人。")}>{i18n.t("在左边选一个或几个组。")}</Empty>
        </div>
      ) : (
        <VirtualList
          items={shown}
          rowHeight={ROW}
          keyOf={(one) => one.id}
          label={i18n.t("将会送到谁")}
          active={active}
          onActivate={setActive}
          onOpen={setActive}
          testId="reach-list"
          render={({ id, person }) => {
            const found = trouble?.get(id);
            return (
              <div className="line">
                <b className="nw">{personName(person, id)}</b>
                <span className="g el i2">{personPost(person)}</span>
                {found ? <span className="tag nw">{troubleName(found)}</span> : null}
                <span className="s i3 nw">
                  {person?.phone ?? (drill ? i18n.t("演练不打电话") : i18n.t("没有电话"))}
                </span>
              </div>
            );
          }}
        />
      )}
      {strangers.length > 0 ? (
        <div className="inv s" style={{ padding: "4px 12px" }}>
          {i18n.t("{n} 人在人员表里查不到", { n: strangers.length })}
        </div>
      ) : null}
      {drill || n === 0 ? null : (
        <ReachOutlook
          county={county}
          outlook={prospect}
          failed={contacts.kind === "failed" ? contacts.words : ""}
        />
      )}
      {needsSecond ? (
        <p className="s" style={{ padding: "4px 12px" }} data-testid="needs-second">
          {i18n.t("这个级别要第二个人同意，同意后才会发出。")}
        </p>
      ) : null}
      <div className="sendbox">
        {note}
        <b>
          {drill
            ? i18n.t("【演练】只在演练里发出，{n} 个角色会收到。", { n })
            : real
              ? i18n.t("这是实况，会真的通知 {n} 个人。", { n })
              : i18n.t("演示：{n} 个虚拟人员会收到。", { n })}
        </b>
        {mustType ? (
          <label>
            <span className="s i2">
              {i18n.t("超过 {n} 人：输入将送达的人数，再发出", { n: county.mass.above })}
            </span>
            <span className="f">
              <input
                className="in"
                style={{ width: 120 }}
                inputMode="numeric"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                data-testid="typed-count"
              />
              <span className="s i2">
                {typed === ""
                  ? ""
                  : agrees
                    ? i18n.t("与 {n} 一致", { n })
                    : i18n.t("与 {n} 不一致", { n })}
              </span>
            </span>
          </label>
        ) : null}
        {live ? null : (
          <p className="s">{i18n.t("现在没有连上服务器：发出后先留在本机，连上才送达。")}</p>
        )}
        {mustType && hold > 0 ? (
          <p className="s i3" data-testid="hold-words">
            {i18n.t("发出后 {hold} 秒内可以停，由服务器走钟。", { hold })}
          </p>
        ) : null}
        <div className="f">
          <span className="g" />
          {mustType ? (
            <HoldButton
              disabled={!ready || n === 0 || !agrees || busy || sure}
              onDone={() => {
                setSure(true);
                go();
              }}
              testId="send"
            >
              {drill
                ? i18n.t("按住在演练里发出，给 {n} 人", { n })
                : i18n.t("按住发出，给 {n} 人", { n })}
            </HoldButton>
          ) : (
            <Button kind="primary" disabled={!ready || n === 0 || busy} onPress={go} testId="send">
              {drill ? i18n.t("在演练里发出，给 {n} 人", { n }) : i18n.t("发出，给 {n} 人", { n })}
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}
