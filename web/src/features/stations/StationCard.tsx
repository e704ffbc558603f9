// What a station says now, over the map's corner: values with their age, and its alarm if there is one.
import { age, value } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { freshnessWords } from "../../i18n/words";
import { alarmsByUrgency } from "../../state/select";
import { type County, seriesKey } from "../../state/world";
import { Button } from "../../ui/Button";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { AlarmMark } from "../marks/Mark";
import { townshipName } from "./townships";

export function StationCard({ county, station: id }: { county: County; station: string }) {
  const now = useNow();
  const { move } = useDesk();
  const station = county.stations.get(id);
  if (!station) return null;
  const alarms = alarmsByUrgency(county).filter((alarm) => alarm.station === id);
  return (
    <aside
      className="over p"
      style={{ left: 12, top: 12, width: 300, padding: 0 }}
      data-testid="station-card"
    >
      <div className="pt">
        <h2 className="el">{say(station.name)}</h2>
        <span className="s i3">{townshipName(station.township)}</span>
        <span className="g" />
        <span className="s i3">{station.id}</span>
      </div>
      {station.series.map((series) => {
        const latest = county.now.get(seriesKey(series.station, series.quantity));
        const since = latest?.received ? age(now - Date.parse(latest.received)) : "";
        const words = latest ? freshnessWords(latest.freshness, since) : null;
        return (
          <div key={series.quantity} className="line">
            <span className="g">{say(series.title)}</span>
            <b className={words ? "stale" : ""}>{value(latest?.value, series.unit)}</b>
            <span className="s i3 nw">
              {words ?? (since ? i18n.t("{age}前", { age: since }) : "")}
            </span>
          </div>
        );
      })}
      {alarms.map((alarm) => (
        <div key={alarm.key} className="line" style={{ alignItems: "center" }}>
          <AlarmMark alarm={alarm} size={24} />
          <span className="g el">{say(alarm.title)}</span>
          <Button small onPress={() => move({ to: "open", alarm: alarm.key, station: id })}>
            {i18n.t("打开")}
          </Button>
        </div>
      ))}
    </aside>
  );
}
