// Speaks only of red and of counts, for those who hear the screen.
import { useEffect, useRef, useState } from "react";
import { i18n, say } from "../../i18n/i18n";
import { isUnacked, shownLevel } from "../../state/select";
import type { County } from "../../state/world";

export function Announcer({ county }: { county: County }) {
  const told = useRef<Set<string> | null>(null);
  const [words, setWords] = useState("");
  useEffect(() => {
    const reds = [...county.alarms.values()].filter(
      (alarm) => isUnacked(alarm) && shownLevel(alarm) === 4,
    );
    const before = told.current ?? new Set();
    const fresh = reds.filter((alarm) => !before.has(alarm.episode));
    told.current = new Set(reds.map((alarm) => alarm.episode));
    if (fresh.length === 0) return;
    const places = fresh.slice(0, 3).map((alarm) => say(county.stations.get(alarm.station)?.name));
    setWords(i18n.t("红色 {n} 条：{places}", { n: reds.length, places: places.join("，") }));
  }, [county]);
  return (
    <div className="vh" role="alert" data-testid="announcer">
      {words}
    </div>
  );
}
