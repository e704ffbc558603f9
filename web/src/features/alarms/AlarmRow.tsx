import { age, hm, value } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { hazardName, quietName, ROMAN } from "../../i18n/words";
import { isUnacked, judgedValue, seriesOf, shownLevel } from "../../state/select";
import type { County } from "../../state/world";
import type { AlarmView } from "../../wire/view";
import { AlarmMark } from "../marks/Mark";
import { reason } from "./reason";

interface AlarmRowProps {
  alarm: AlarmView;
  county: County;
  now: number;
  selected: boolean;
}

/** Two lines: where and how much; why, and since when or whether anybody has taken note. */
export function AlarmRow({ alarm, county, now, selected }: AlarmRowProps) {
  const station = county.stations.get(alarm.station);
  const { fixed } = seriesOf(county, alarm);
  const level = shownLevel(alarm);
  return (
    <div
      className={`arow${selected ? " sel" : ""}`}
      data-testid="alarm-row"
      data-alarm={alarm.key}
      data-level={level}
      data-acked={!isUnacked(alarm)}
    >
      <AlarmMark alarm={alarm} size={32} />
      <span className="n f">
        <span className="el">{say(station?.name) || alarm.station}</span>
        <AlarmTags alarm={alarm} />
      </span>
      <span className={`v nw${alarm.sight_lost ? " stale" : ""}`}>
        {value(judgedValue(county, alarm), fixed?.unit)}
      </span>
      <span className="s i2 el">
        <span className="vh">{i18n.t("级别 {level}", { level: ROMAN[level] })}</span>
        {hazardName(alarm.hazard)} · {reason(alarm, county, now)}
      </span>
      <span className="a nw">
        {isUnacked(alarm) ? <b>{i18n.t("未确认")}</b> : null} {age(now - Date.parse(alarm.changed))}
      </span>
    </div>
  );
}

/** Words beside the mark: forecast, doubtful, unstable, kept quiet and until when. */
export function AlarmTags({ alarm }: { alarm: AlarmView }) {
  const quiet = alarm.quiet.find((one) => one.kind !== "flapping");
  return (
    <>
      {alarm.forecast ? <span className="tag fc">{i18n.t("预报")}</span> : null}
      {alarm.doubtful || alarm.doubts.length > 0 ? (
        <span className="tag ln">{i18n.t("可疑")}</span>
      ) : null}
      {alarm.swings === null ? null : (
        <span className="tag">{i18n.t("不稳 {n} 次", { n: alarm.swings })}</span>
      )}
      {quiet ? (
        <span className="tag ln">
          {quietName(quiet.kind)}{" "}
          {quiet.until ? i18n.t("到 {time}", { time: hm(quiet.until) }) : ""}
        </span>
      ) : null}
    </>
  );
}
