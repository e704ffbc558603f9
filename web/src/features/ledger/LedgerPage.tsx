// Everything that makes no noise now: what, who, why, until when, what it covers; to be ended, extended,
// approved or added to.
import { useEffect, useMemo } from "react";
import { wantTexts } from "../../actions/read";
import { i18n } from "../../i18n/i18n";
import { personName, quietName } from "../../i18n/words";
import { endingSoon, type LedgerRow, ledger } from "../../state/ledger";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty, Key } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import { useHeldOrder } from "../alarms/useHeldOrder";
import { useNow } from "../clock/useNow";
import { type LedgerDraft, useDesk } from "../desk/desk";
import { whyNot } from "../timebar/whyNot";
import { EntryPanel } from "./EntryPanel";
import { Left } from "./Left";
import { orderWords, rowWords } from "./ledgerWords";
import { QuietComposer } from "./QuietComposer";

export function LedgerPage({ county }: { county: County }) {
  const now = useNow();
  const { desk, move } = useDesk();
  const allowed = useApp(mayAct);
  const rows = useMemo(() => ledger(county).map((row) => ({ ...row, key: row.id })), [county]);
  const { items, waiting, setHeld, showNew } = useHeldOrder(rows, "ledger");
  useEffect(() => wantTexts(rows.map((row) => row.suppression?.reason ?? null)), [rows]);
  const chosen = rows.find((row) => row.id === desk.entry) ?? null;
  const begin = (kind: LedgerDraft["kind"]) => move({ to: "ledger", draft: { kind, matcher: {} } });
  const ending = endingSoon(rows, now);
  return (
    <section className="p pagep greys" data-testid="ledger">
      <div className="pt">
        <h2>{i18n.t("当前不响的")}</h2>
        <span className="i2">{rows.length}</span>
        {ending > 0 ? (
          <span className="tag inv">
            {i18n.t("{n} 条 10 分钟内到期，到期还在报警的马上响", { n: ending })}
          </span>
        ) : null}
        <span className="g" />
        <Button small disabled={!allowed} onPress={() => begin("silence")} testId="new-silence">
          {i18n.t("静默…")}
        </Button>
        <Button
          small
          disabled={!allowed}
          onPress={() => begin("maintenance")}
          testId="new-maintenance"
        >
          {i18n.t("检修…")}
        </Button>
        <Button small disabled={!allowed} onPress={() => begin("service")} testId="new-service">
          {i18n.t("停用…")}
        </Button>
      </div>
      <div className="pagebody" data-side={chosen || desk.draft ? "open" : "closed"}>
        <div className="p pagelist">
          {rows.length === 0 ? (
            <Empty title={i18n.t("现在没有任何东西被静默，所有报警都会响。")}>
              {i18n.t("静默、搁置、检修和停用都会列在这里，到期前 10 分钟提醒。")}
            </Empty>
          ) : (
            <VirtualList
              items={items}
              rowHeight={48}
              keyOf={(row) => row.id}
              label={i18n.t("当前不响的，最先到期的在前")}
              active={desk.entry}
              onActivate={(entry) => move({ to: "ledger", entry })}
              onOpen={(entry) => move({ to: "ledger", entry })}
              onHeld={setHeld}
              testId="ledger-rows"
              takesFocus
              render={(row, selected) => (
                <Line row={row} county={county} now={now} selected={selected} />
              )}
            />
          )}
          {waiting.length > 0 ? (
            <button type="button" className="newbar" onClick={showNew} data-testid="ledger-new">
              <b>{i18n.t("有 {n} 条新的", { n: waiting.length })}</b>
            </button>
          ) : null}
        </div>
        <aside className="p pageside">
          {desk.draft ? (
            <QuietComposer key={JSON.stringify(desk.draft)} county={county} draft={desk.draft} />
          ) : chosen ? (
            <EntryPanel key={chosen.id} row={chosen} county={county} />
          ) : (
            <Empty title={i18n.t("选一条看它盖住了什么。")}>
              {allowed
                ? i18n.t("静默最长 12 小时，含红色最长 2 小时并要另一个人同意。")
                : whyNot(i18n.t("你可以看，不能改。静默和检修需要值班员角色。"))}
            </Empty>
          )}
        </aside>
      </div>
      <div className="pk">
        <Key k="↑↓">{i18n.t("选择")}</Key>
        <Key k="Esc">{i18n.t("返回")}</Key>
        <Key k="M">{i18n.t("回到地图")}</Key>
      </div>
    </section>
  );
}

interface LineProps {
  row: LedgerRow;
  county: County;
  now: number;
  selected: boolean;
}

function Line({ row, county, now, selected }: LineProps) {
  const reason = useApp((state) => state.texts.get(row.suppression?.reason ?? ""));
  return (
    <div
      className={`lrow${selected ? " sel" : ""}`}
      data-testid="ledger-row"
      data-kind={row.kind}
      data-waits={row.waits}
    >
      <span className="tag ln">{quietName(row.kind)}</span>
      <b className="el">{rowWords(county, row)}</b>
      <Left row={row} now={now} />
      <span />
      <span className="s i2 el">
        {row.by ? personName(county.people.get(row.by), row.by) : i18n.t("自动")}
        {row.kind === "maintenance"
          ? ` · ${orderWords(row.suppression?.ticket ?? reason)}`
          : reason
            ? ` · ${reason}`
            : ""}
      </span>
      <span className="s i3 nw r">
        {row.kind === "flood"
          ? ""
          : row.waits
            ? i18n.t("还没有生效")
            : i18n.t("盖住 {n} 条", { n: row.matches.length })}
      </span>
    </div>
  );
}
