// Which alarms another may be the duplicate of: those of the same situation first, then of the same place. Pure.
import type { AlarmView } from "../wire/view";
import type { County } from "./world";

/** Alarms in which the words are found, the likeliest first; never itself nor what already points to it. */
export function candidates(county: County, alarm: AlarmView, words: string): AlarmView[] {
  const wanted = words.trim().toLowerCase();
  const station = (one: AlarmView) => county.stations.get(one.station);
  const township = station(alarm)?.township;
  const nearness = (one: AlarmView) => {
    const same = one.situation !== null && one.situation === alarm.situation;
    if (one.station === alarm.station) return same ? 0 : 2;
    if (same) return 1;
    return township && station(one)?.township === township ? 3 : 4;
  };
  const apart = (one: AlarmView) => Math.abs(Date.parse(one.raised) - Date.parse(alarm.raised));
  const text = (one: AlarmView) =>
    [
      one.station,
      one.rule,
      one.title.zh,
      one.title.en,
      station(one)?.name.zh,
      station(one)?.name.en,
    ]
      .join(" ")
      .toLowerCase();
  return [...county.alarms.values()]
    .filter((one) => one.key !== alarm.key && one.duplicate_of !== alarm.key)
    .filter((one) => text(one).includes(wanted))
    .sort((a, b) => nearness(a) - nearness(b) || apart(a) - apart(b));
}
