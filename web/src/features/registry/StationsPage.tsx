// Every station of the county, found by a few letters; the chosen one with everything the site's tables say.
import { useMemo, useState } from "react";
import { i18n, say } from "../../i18n/i18n";
import { freshnessShort, stationKind } from "../../i18n/words";
import { found, worstOf } from "../../state/stations";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Empty, Key } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { StationView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { Mark } from "../marks/Mark";
import { areaName } from "../stations/townships";
import { StationPanel } from "./StationPanel";

type Only = "all" | "quiet" | "unwatched";

export function StationsPage({ county }: { county: County }) {
  const { desk, move } = useDesk();
  const [words, setWords] = useState("");
  const [only, setOnly] = useState<Only>("all");
  const list = useMemo(() => found(county, words, only), [county, words, only]);
  const chosen = desk.station ? county.stations.get(desk.station) : undefined;
  const choose = (station: string) => move({ to: "stations", station });
  const filters: [Only, string][] = [
    ["all", i18n.t("全部")],
    ["quiet", i18n.t("没有来数")],
    ["unwatched", i18n.t("没有规则看着")],
  ];
  return (
    <section className="p pagep greys" data-testid="stations">
      <div className="pt">
        <h2>{i18n.t("站点")}</h2>
        <span className="i2">{county.stations.size}</span>
        <span className="g" />
        {filters.map(([one, name]) => (
          <Chip key={one} on={only === one} onPress={() => setOnly(one)} testId={`stations-${one}`}>
            {name}
          </Chip>
        ))}
        <Button small onPress={() => move({ to: "intake" })} testId="to-intake">
          {i18n.t("接口")}
        </Button>
      </div>
      <div className="pagebody" data-side={chosen ? "open" : "closed"}>
        <div className="p pagelist">
          <div className="pf">
            <input
              className="in"
              type="search"
              value={words}
              placeholder={i18n.t("站名、站号、乡镇、类型，打几个字")}
              aria-label={i18n.t("找站")}
              onChange={(event) => setWords(event.target.value)}
              onKeyDown={(event) => {
                const first = list[0];
                if (event.key === "Enter" && first) choose(first.id);
              }}
              data-testid="stations-search"
            />
            <span className="nw">{i18n.t("{n} 个", { n: list.length })}</span>
          </div>
          {list.length === 0 ? (
            <Empty
              title={
                county.stations.size === 0 ? i18n.t("县里还没有站。") : i18n.t("没有这样的站。")
              }
            >
              {county.stations.size === 0
                ? i18n.t("请管理员在规则页导入站点。")
                : i18n.t("少打几个字，或去掉上面的条件。")}
            </Empty>
          ) : (
            <VirtualList
              items={list}
              rowHeight={48}
              keyOf={(one) => one.id}
              label={i18n.t("站点")}
              active={desk.station}
              onActivate={choose}
              onOpen={choose}
              testId="station-rows"
              takesFocus
              render={(one, selected) => <Line station={one} county={county} selected={selected} />}
            />
          )}
        </div>
        <aside className="p pageside">
          {chosen ? (
            <StationPanel key={chosen.id} county={county} station={chosen} />
          ) : (
            <Empty title={i18n.t("选一个站，看它的序列、线和特征值。")}>
              {i18n.t("改一个数先看会怎样，再换用；每次换用都记在日志里。")}
            </Empty>
          )}
        </aside>
      </div>
      <div className="pk">
        <Key k="↑↓">{i18n.t("选择")}</Key>
        <Key k="Esc">{i18n.t("返回")}</Key>
      </div>
    </section>
  );
}

interface LineProps {
  station: StationView;
  county: County;
  selected: boolean;
}

function Line({ station, county, selected }: LineProps) {
  const { level, freshness } = worstOf(county, station);
  const lines = station.series.reduce((sum, one) => sum + one.thresholds.length, 0);
  return (
    <div
      className={`strow${selected ? " sel" : ""}`}
      data-testid="station-row"
      data-station={station.id}
    >
      <span className="mk14">{level ? <Mark level={level} size={14} /> : null}</span>
      <b className="el">{say(station.name) || station.id}</b>
      <span className="s i2 r nw">{freshnessShort(freshness)}</span>
      <span />
      <span className="s i2 el">
        {station.id} ·{" "}
        {[stationKind(station.kind), areaName(county, "township", station.township)]
          .filter(Boolean)
          .join(" · ")}
      </span>
      <span className="s i3 r nw">
        {lines > 0 ? i18n.t("{n} 条线", { n: lines }) : i18n.t("没有线")}
      </span>
    </div>
  );
}
