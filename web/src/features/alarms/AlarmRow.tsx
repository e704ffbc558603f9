import { age, value } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { hazardName, ROMAN } from "../../i18n/words";
import { isUnacked, judgedValue, seriesOf, shownLevel } from "../../state/select";
import type { County } from "../../state/world";
import type { AlarmView } from "../../wire/view";
import { AlarmMark } from "../marks/Mark";

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
      <span className="n el">{say(station?.name) || alarm.station}</span>
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

/** Why it stands, as a person would say it. */
export function reason(alarm: AlarmView, county: County, now: number): string {
  const { fixed, now: latest } = seriesOf(county, alarm);
  if (alarm.sight_lost || alarm.process === "unknown") {
    const since = latest?.received ?? alarm.changed;
    return i18n.t("失视 {age}，末值 {value}", {
      age: age(now - Date.parse(since)),
      value: value(latest?.value ?? alarm.value, fixed?.unit),
    });
  }
  if (alarm.process === "returned") {
    return alarm.latched
      ? i18n.t("已回落，待人工复位")
      : isUnacked(alarm)
        ? i18n.t("已回落，未确认")
        : i18n.t("已回落，指令未了");
  }
  const line = fixed?.thresholds.find(
    (one) => one.rule === alarm.rule && one.level === alarm.level,
  );
  if (!line) return say(alarm.title);
  const words = { title: say(line.title) || say(alarm.title), raise: line.raise };
  return line.below ? i18n.t("低于{title} {raise}", words) : i18n.t("过{title} {raise}", words);
}
