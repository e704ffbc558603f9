// Why an alarm stands, as a person would say it.
import { age, value } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { isUnacked, seriesOf } from "../../state/select";
import type { County } from "../../state/world";
import type { AlarmView } from "../../wire/view";

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
  // What will be never reads like what is.
  if (alarm.forecast) return i18n.t("预报：{title}", { title: say(alarm.title) });
  if (!line) return say(alarm.title);
  const words = { title: say(line.title) || say(alarm.title), raise: line.raise };
  return line.below ? i18n.t("低于{title} {raise}", words) : i18n.t("过{title} {raise}", words);
}
