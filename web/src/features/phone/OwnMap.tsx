// The ground around this person, as kept in the phone: works without a network, and says how old it is.
import { useEffect, useState } from "react";
import { ownPosition, watchPosition } from "../../actions/position";
import { hm } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import {
  boundsOf,
  type MapPack,
  metresBetween,
  type PackArea,
  type PackStation,
  type Point,
  projection,
} from "../../state/mapPack";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import { Mark } from "../marks/Mark";
import { bytes } from "./photoWords";

const WIDTH = 390;
const MARGIN = 16;
/** Lengths that a scale may show, metres. */
const SCALES = [100, 200, 500, 1_000, 2_000, 5_000, 10_000];

export function OwnMap({ pack, onBack }: { pack: MapPack | null; onBack: () => void }) {
  const here = useHere();
  return (
    <div className="read" data-testid="own-map">
      <div className="head f" style={{ alignItems: "flex-start" }}>
        <div className="g">
          <h1>{pack?.own ? say(pack.own.name) : i18n.t("全县")}</h1>
          <p className="s i2" data-testid="pack-age">
            {pack ? packWords(pack) : i18n.t("还没有存过地图。")}
          </p>
        </div>
        <Button small onPress={onBack} testId="map-back">
          {i18n.t("返回")}
        </Button>
      </div>
      {pack ? (
        <>
          <Drawing pack={pack} here={here} />
          <Stations pack={pack} here={here} />
        </>
      ) : (
        <Empty title={i18n.t("有信号时会自己存下来。")} />
      )}
    </div>
  );
}

/** How old the pack is and how much room it takes. */
export function packWords(pack: MapPack): string {
  return i18n.t("存在手机里 · {time} 存的 · {size}", {
    time: hm(pack.engineAt ?? pack.at),
    size: bytes(pack.bytes),
  });
}

function useHere(): Point | null {
  const [here, setHere] = useState<Point | null>(null);
  useEffect(() => {
    const stop = watchPosition();
    const timer = setInterval(() => {
      const position = ownPosition();
      setHere(position ? [position.lon, position.lat] : null);
    }, 1_000);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, []);
  return here;
}

function Drawing({ pack, here }: { pack: MapPack; here: Point | null }) {
  const drawn = pack.own ? [pack.own] : pack.around;
  const bounds = boundsOf(drawn, pack.stations);
  const { height, place, metres } = projection(bounds, WIDTH, MARGIN);
  const path = (area: PackArea) =>
    area.rings.map((ring) => `M${ring.map((point) => place(point).map(fix)).join("L")}Z`).join("");
  const scale = SCALES.findLast((one) => one / metres <= WIDTH / 3) ?? 100;
  const [x, y] = here ? place(here) : [0, 0];
  const inside = here !== null && x >= 0 && x <= WIDTH && y >= 0 && y <= height;
  return (
    <svg
      className="ownmap"
      viewBox={`0 0 ${WIDTH} ${fix(height + 20)}`}
      role="img"
      aria-label={i18n.t("{n} 个测站的地图", { n: pack.stations.length })}
    >
      {pack.around.map((area) => (
        <path key={area.code} className="border" d={path(area)} />
      ))}
      {pack.own ? <path className="border own" d={path(pack.own)} /> : null}
      {pack.stations.map((station) => {
        const [left, top] = place(station.at);
        return (
          <circle
            key={station.id}
            className={station.level ? `spot L${station.level}` : "spot"}
            cx={fix(left)}
            cy={fix(top)}
            r={station.level ? 6 : 3.5}
          />
        );
      })}
      {inside ? <circle className="here" cx={fix(x)} cy={fix(y)} r={7} /> : null}
      <path className="scale" d={`M${MARGIN} ${fix(height + 8)}v6h${fix(scale / metres)}v-6`} />
      <text x={fix(MARGIN + scale / metres + 6)} y={fix(height + 16)}>
        {scale < 1_000 ? `${scale} m` : `${scale / 1_000} km`}
      </text>
    </svg>
  );
}

const fix = (n: number) => Math.round(n * 10) / 10;

/** Stations by level, then by how near they are. */
function Stations({ pack, here }: { pack: MapPack; here: Point | null }) {
  const far = (station: PackStation) => (here ? metresBetween(here, station.at) : 0);
  const sorted = [...pack.stations].sort(
    (a, b) => (b.level ?? 0) - (a.level ?? 0) || far(a) - far(b) || a.id.localeCompare(b.id),
  );
  return (
    <>
      {sorted.map((station) => (
        <div key={station.id} className="kv mapline">
          <span>{station.level ? <Mark level={station.level} size={28} /> : null}</span>
          <span>
            <b>{say(station.name)}</b>
            {station.level ? ` · ${levelName(station.level)}` : ""}
            {here ? (
              <span className="s i2">
                {" "}
                {i18n.t("离你 {far} km", { far: (far(station) / 1_000).toFixed(1) })}
              </span>
            ) : null}
            <br />
            <span className="s i2">
              {station.readings
                .map(({ title, value, unit, observed }) => {
                  const time = observed ? ` ${hm(observed)}` : "";
                  return `${say(title)} ${value} ${unit}${time}`;
                })
                .join(" · ")}
            </span>
          </span>
        </div>
      ))}
    </>
  );
}
