// A calm night: which gauges stand nearest below their first line.
import { stamp, value } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import type { County } from "../../state/world";
import { useNow } from "../clock/useNow";

const SHOWN = 8;

export function NearestLines({ county }: { county: County }) {
  const now = useNow();
  const near = [...county.series.entries()].flatMap(([key, series]) => {
    const latest = county.now.get(key);
    const line = series.thresholds.find((one) => one.on_value && !one.below);
    const next = series.thresholds.filter((one) => one.on_value && !one.below).at(1);
    if (!line || !latest?.value || latest.freshness === "dead") return [];
    const left = Number(line.raise) - Number(latest.value);
    // Gauges of different ranges are compared by the distance between their own first two lines.
    const scale = next ? Number(next.raise) - Number(line.raise) : Number(line.raise) || 1;
    if (!(left > 0)) return [];
    return [{ key, series, latest, line, left, nearness: left / (scale || 1) }];
  });
  near.sort((a, b) => a.nearness - b.nearness);
  if (near.length === 0) return null;
  return (
    <>
      <div className="pt">
        <h2>{i18n.t("离第一道线最近")}</h2>
      </div>
      {near.slice(0, SHOWN).map(({ key, series, latest, line, left }) => (
        <div key={key} className="line nearline">
          <span className="g el">{say(county.stations.get(series.station)?.name)}</span>
          <span className="nw">{value(latest.value, series.unit)}</span>
          <span className="s i3 nw">
            {i18n.t("{title}下 {left}", {
              title: say(line.title),
              left: left.toFixed(series.decimals),
            })}
          </span>
          <span className="s i3">{latest.observed ? stamp(latest.observed, now) : ""}</span>
        </div>
      ))}
    </>
  );
}
