// Pieces of the situation page: one alarm as a line, and the townships it touches.
import type { ReactNode } from "react";
import { age, value } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { ROMAN } from "../../i18n/words";
import { isUnacked, judgedValue, levelCounts, seriesOf, shownLevel } from "../../state/select";
import type { County } from "../../state/world";
import { Panel } from "../../ui/Panel";
import type { AlarmView, SituationView } from "../../wire/view";
import { AlarmTags } from "../alarms/AlarmRow";
import { reason } from "../alarms/reason";
import { useDesk } from "../desk/desk";
import { AlarmMark, Counts } from "../marks/Mark";
import { areaName } from "../stations/townships";
import { stationName } from "./situationWords";

interface AlarmLineProps {
  alarm: AlarmView;
  county: County;
  now: number;
  lead?: string;
  action?: ReactNode;
}

/** Two lines that open the alarm: place, words and value; why and since when. */
export function AlarmLine({ alarm, county, now, lead, action }: AlarmLineProps) {
  const { move } = useDesk();
  return (
    <div className="aline" data-testid="alarm-line" data-alarm={alarm.key}>
      <button
        type="button"
        className="rowbtn alinebtn"
        onClick={() => move({ to: "open", alarm: alarm.key, station: alarm.station })}
      >
        <AlarmMark alarm={alarm} size={28} />
        <span className="col g">
          <span className="f">
            {lead ? <span className="s i3 nw">{lead}</span> : null}
            <b className="el">
              <span className="vh">
                {i18n.t("级别 {level}", { level: ROMAN[shownLevel(alarm)] })}{" "}
              </span>
              {stationName(county, alarm)}
            </b>
            <AlarmTags alarm={alarm} />
          </span>
          <span className="s i2 el">
            {areaName(county, "township", county.stations.get(alarm.station)?.township)} ·{" "}
            {reason(alarm, county, now)}
          </span>
        </span>
        <span className="col r nw">
          <b>{value(judgedValue(county, alarm), seriesOf(county, alarm).fixed?.unit)}</b>
          <span className="s i3">
            {isUnacked(alarm) ? "" : `${i18n.t("已确认")} · `}
            {age(now - Date.parse(alarm.changed))}
          </span>
        </span>
      </button>
      {action}
    </div>
  );
}

/** The townships of a situation with their own counts, worst first. */
export function Townships(props: { one: SituationView; county: County; alarms: AlarmView[] }) {
  const { one, county, alarms } = props;
  const rows = one.townships.map((code) => {
    const own = alarms.filter((alarm) => county.stations.get(alarm.station)?.township === code);
    const area = county.areas.find((each) => each.kind === "township" && each.code === code);
    const worst = Math.max(0, ...own.map(shownLevel));
    return { code, own, worst, people: area?.people ?? 0 };
  });
  rows.sort((a, b) => b.worst - a.worst || b.own.length - a.own.length);
  return (
    <Panel title={i18n.t("涉及乡镇")} count={rows.length}>
      {rows.map((row) => (
        <div key={row.code} className="line" style={{ alignItems: "center" }}>
          <span className="g el">{areaName(county, "township", row.code)}</span>
          <Counts counts={levelCounts(row.own)} />
          <span className="s i3 nw r" style={{ minWidth: 72 }}>
            {row.people > 0 ? i18n.t("{n} 人", { n: row.people.toLocaleString("en-US") }) : "—"}
          </span>
        </div>
      ))}
    </Panel>
  );
}
