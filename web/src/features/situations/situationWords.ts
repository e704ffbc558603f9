// A situation as a person would say it.
import { age } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { hazardName, personName } from "../../i18n/words";
import { LOOSE } from "../../state/situations";
import type { County } from "../../state/world";
import type { AlarmView, ManualView, SituationView } from "../../wire/view";
import { reason } from "../alarms/reason";

export function situationName(one: SituationView): string {
  return `${hazardName(one.hazard)} · ${say(one.area.title) || one.area.code}`;
}

export function openedName(county: County, id: string): string {
  if (id === LOOSE) return i18n.t("没有归入态势的");
  const one = county.situations.get(id);
  return one ? situationName(one) : i18n.t("已结束的态势");
}

export function stationName(county: County, alarm: AlarmView | undefined): string {
  if (!alarm) return "";
  return say(county.stations.get(alarm.station)?.name) || alarm.station;
}

/** The station that matters most and why. */
export function cause(county: County, alarm: AlarmView, now: number): string {
  return `${stationName(county, alarm)} ${reason(alarm, county, now)}`;
}

/** Who opened a situation no gauge raised, and how. */
export function openedBy(county: County, { by, how }: ManualView): string {
  const name = personName(county.people.get(by), by);
  if (how === "help") return i18n.t("{name} 在现场要帮助", { name });
  if (how === "drawn") return i18n.t("{name} 在地图上圈定的态势", { name });
  return i18n.t("{name} 接报开的态势", { name });
}

/** `40 秒前`. */
export function ago(time: string, now: number): string {
  return i18n.t("{age}前", { age: age(now - Date.parse(time)) });
}
