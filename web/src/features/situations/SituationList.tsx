// Situations as the server gathers them: worst first, those nobody has looked at on top, and below them
// whatever alarms it left out.
import { age, hm } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName, ROMAN } from "../../i18n/words";
import { isBlindSpot, levelCounts } from "../../state/select";
import { LOOSE, mergedInto, situationLevel } from "../../state/situations";
import type { County } from "../../state/world";
import { Empty } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { AlarmView, SituationView } from "../../wire/view";
import { AlarmMark, Counts, Mark } from "../marks/Mark";
import { cause, openedBy, situationName } from "./situationWords";

/** What one row of the list stands for. */
export interface Row {
  key: string;
  situation: SituationView | null;
  alarms: AlarmView[];
}

interface SituationListProps {
  county: County;
  rows: readonly Row[];
  now: number;
  active: string | null;
  onActivate: (id: string) => void;
  onOpen: (id: string) => void;
  onHeld: (held: boolean) => void;
}

export function SituationList(props: SituationListProps) {
  const { county, rows, now } = props;
  if (rows.length === 0) return <Empty title={i18n.t("没有需要处理的态势。")} />;
  return (
    <VirtualList
      items={rows}
      rowHeight={72}
      keyOf={(row) => row.key}
      label={i18n.t("态势，最重的在前")}
      active={props.active}
      onActivate={props.onActivate}
      onOpen={props.onOpen}
      onHeld={props.onHeld}
      testId="situations"
      render={(row, selected) =>
        row.situation ? (
          <SituationRow
            county={county}
            one={row.situation}
            alarms={row.alarms}
            now={now}
            selected={selected}
          />
        ) : (
          <LooseRow alarms={row.alarms} county={county} now={now} selected={selected} />
        )
      }
    />
  );
}

interface RowProps {
  county: County;
  alarms: AlarmView[];
  now: number;
  selected: boolean;
}

function SituationRow({ county, one, alarms, now, selected }: RowProps & { one: SituationView }) {
  const worst = alarms.find((alarm) => alarm.process !== "returned") ?? alarms[0];
  const level = situationLevel(one);
  const merged = mergedInto(county, one.id).length;
  const lost = alarms.some((alarm) => alarm.sight_lost);
  const blind = alarms.some((alarm) => isBlindSpot(alarm) && alarm.process !== "returned");
  const unacked = Math.max(one.unacked, alarms.filter((alarm) => alarm.ack === null).length);
  // Nobody's gauge: what holds of the situation itself.
  const by = worst ? worst.ack?.by : one.manual?.acked_by;
  const lease = worst ? worst.ack?.lease_until : one.manual?.acked_by && one.manual.lease_until;
  return (
    <div
      className={`srow${selected ? " sel" : ""}`}
      data-testid="situation-row"
      data-situation={one.id}
      data-level={level}
      data-unacked={unacked}
    >
      <Mark
        level={level}
        ring={unacked > 0 ? "un" : lease ? "conf" : "ack"}
        returned={one.level === 0}
        freshness={worst?.sight_lost ? "stale" : "fresh"}
        quiet={one.quiet > 0 && one.quiet >= one.active}
        size={32}
      />
      <span className="f">
        <b className="el">
          <span className="vh">{i18n.t("级别 {level}", { level: ROMAN[level] })} </span>
          {situationName(one)}
        </b>
        {one.told_for === "spread" ? <span className="tag">{i18n.t("新乡镇")}</span> : null}
        {lost ? <span className="tag ln">{i18n.t("有失视")}</span> : null}
        {blind ? <span className="tag ln">{i18n.t("有盲区")}</span> : null}
        {merged > 0 ? <span className="tag ln">{i18n.t("并入 {merged}", { merged })}</span> : null}
      </span>
      <span className="s i3 nw r">{age(now - Date.parse(one.changed))}</span>
      <span className="s el wide">
        {worst ? cause(county, worst, now) : one.manual ? openedBy(county, one.manual) : ""}
      </span>
      <span className="f s">
        {worst ? (
          <Counts counts={levelCounts(alarms)} />
        ) : (
          <span className="i2 nw">{i18n.t("没有站在看")}</span>
        )}
        {one.people > 0 ? (
          <span className="i2 nw el">
            {i18n.t("风险人口")} <b>{one.people.toLocaleString("en-US")}</b>
          </span>
        ) : null}
      </span>
      <span className="s nw r">
        {unacked > 0 ? (
          <b>{i18n.t("未确认 {unacked}", { unacked })}</b>
        ) : by ? (
          <span className="i3">
            {personName(county.people.get(by), by)}
            {lease ? ` · ${i18n.t("续认到 {time}", { time: hm(lease) })}` : ""}
          </span>
        ) : (
          ""
        )}
      </span>
    </div>
  );
}

/** Alarms the server has not put into any situation: shown, never hidden. */
function LooseRow({ alarms, county, now, selected }: RowProps) {
  const worst = alarms[0];
  const unacked = alarms.filter((alarm) => alarm.ack === null).length;
  return (
    <div
      className={`srow${selected ? " sel" : ""}`}
      data-testid="situation-row"
      data-situation={LOOSE}
      data-unacked={unacked}
    >
      {worst ? <AlarmMark alarm={worst} size={32} /> : <span className="mk" />}
      <b className="el">{i18n.t("没有归入态势的 {n} 条", { n: alarms.length })}</b>
      <span className="s i3 nw r">{worst ? age(now - Date.parse(worst.changed)) : ""}</span>
      <span className="s el wide">{worst ? cause(county, worst, now) : ""}</span>
      <span className="f s">
        <Counts counts={levelCounts(alarms)} />
      </span>
      <span className="s nw r">
        {unacked > 0 ? <b>{i18n.t("未确认 {unacked}", { unacked })}</b> : ""}
      </span>
    </div>
  );
}
