// What the stations around say: up and down the same water, and beside it, with how fresh that is.
import { age, value } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { freshnessWords } from "../../i18n/words";
import { type Neighbour, neighbours } from "../../state/neighbours";
import { alarmsByUrgency } from "../../state/select";
import { type County, seriesKey } from "../../state/world";
import { Panel } from "../../ui/Panel";
import type { AlarmView, Level } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { AlarmMark, Mark } from "../marks/Mark";
import { areaName } from "../stations/townships";

interface NeighboursProps {
  alarm: AlarmView;
  county: County;
  now: number;
}

export function Neighbours({ alarm, county, now }: NeighboursProps) {
  const list = neighbours(county, alarm.station);
  const own = county.stations.get(alarm.station);
  return (
    <Panel
      title={i18n.t("周围的站")}
      count={list.length}
      testId="neighbours"
      aside={<span className="s i3">{areaName(county, "catchment", own?.catchment)}</span>}
    >
      {list.length === 0 ? (
        <p className="line i3">{i18n.t("不知道上下游和同流域的站：站点文件里没有写流域。")}</p>
      ) : (
        list.map((one) => <Line key={one.station} one={one} county={county} now={now} />)
      )}
    </Panel>
  );
}

function sideName(side: Neighbour["side"]): string {
  switch (side) {
    case "upstream":
      return i18n.t("上游");
    case "downstream":
      return i18n.t("下游");
    case "beside":
      return i18n.t("同流域");
  }
}

function Line({ one, county, now }: { one: Neighbour; county: County; now: number }) {
  const { move } = useDesk();
  const station = county.stations.get(one.station);
  const series = station?.series[0];
  const latest = series && county.now.get(seriesKey(series.station, series.quantity));
  const alarm = alarmsByUrgency(county).find((each) => each.station === one.station);
  const since = latest?.received ? age(now - Date.parse(latest.received)) : "";
  const stale = latest ? freshnessWords(latest.freshness, since) : i18n.t("还没有数据");
  const level = latest?.level ?? 0;
  return (
    <button
      type="button"
      className="line rowbtn"
      style={{ alignItems: "center" }}
      onClick={() => {
        if (alarm) move({ to: "open", alarm: alarm.key, station: one.station });
        else {
          move({ to: "map" });
          move({ to: "station", station: one.station });
        }
      }}
      data-testid="neighbour"
      data-side={one.side}
    >
      <span className="s i3 nw" style={{ width: 44, flex: "none" }}>
        {sideName(one.side)}
      </span>
      <span style={{ width: 20, flex: "none" }}>
        {alarm ? (
          <AlarmMark alarm={alarm} size={20} />
        ) : level > 0 ? (
          <Mark level={Math.min(4, level) as Level} size={16} />
        ) : null}
      </span>
      <span className="g el">{say(station?.name) || one.station}</span>
      <span className={stale ? "stale" : ""}>{value(latest?.value, series?.unit)}</span>
      <span className="s i3 nw r" style={{ minWidth: 64 }}>
        {stale ?? i18n.t("{age}前", { age: since })}
      </span>
    </button>
  );
}
