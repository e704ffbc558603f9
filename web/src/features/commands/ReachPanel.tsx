// Who will be reached, by name, and the send box: a large command is typed as a number before it goes.
import { useState } from "react";
import { i18n } from "../../i18n/i18n";
import { personName, personPost } from "../../i18n/words";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import type { PersonView } from "../../wire/view";

interface ReachPanelProps {
  county: County;
  list: { id: string; person: PersonView | null }[];
  ready: boolean;
  mustType: boolean;
  onSend: () => Promise<void>;
}

export function ReachPanel({ county, list, ready, mustType, onSend }: ReachPanelProps) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const live = useApp((state) => state.connection.phase === "live");
  const real = useApp((state) => state.world.heartbeat?.view.clock.kind === "wall") && !county.demo;
  const n = list.length;
  const agrees = !mustType || typed.trim() === String(n);
  const strangers = list.filter((one) => !one.person);
  return (
    <div className="p">
      <div className="pt">
        <h2>{i18n.t("将会送到谁")}</h2>
      </div>
      <div className="f" style={{ padding: "12px" }}>
        <span className="big" data-testid="reach-count">
          {n}
        </span>
        <span className="i2">{i18n.t("人，每人一个任务，每人都要自己应答")}</span>
      </div>
      <section
        className="pb"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard
        tabIndex={0}
        aria-label={i18n.t("将会送到谁")}
        data-testid="reach-list"
      >
        {n === 0 ? (
          <Empty title={i18n.t("还没有选人。")}>{i18n.t("在左边选一个或几个组。")}</Empty>
        ) : (
          list.map(({ id, person }) => (
            <div key={id} className="line">
              <b className="nw">{personName(person, id)}</b>
              <span className="g el i2">{personPost(person)}</span>
              <span className="s i3 nw">{person?.phone ?? i18n.t("没有电话")}</span>
            </div>
          ))
        )}
      </section>
      {strangers.length > 0 ? (
        <div className="inv s" style={{ padding: "4px 12px" }}>
          {i18n.t("{n} 人在人员表里查不到", { n: strangers.length })}
        </div>
      ) : null}
      <div className="sendbox">
        <b>
          {real
            ? i18n.t("这是实况，会真的通知 {n} 个人。", { n })
            : i18n.t("演示：{n} 个虚拟人员会收到。", { n })}
        </b>
        {mustType ? (
          <label>
            <span className="s i2">{i18n.t("超过 20 人：输入将送达的人数，再发出")}</span>
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
        <div className="f">
          <span className="g" />
          <Button
            kind="primary"
            disabled={!ready || n === 0 || !agrees || busy}
            onPress={() => {
              setBusy(true);
              void onSend().finally(() => setBusy(false));
            }}
            testId="send"
          >
            {i18n.t("发出，给 {n} 人", { n })}
          </Button>
        </div>
      </div>
    </div>
  );
}
