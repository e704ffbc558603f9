// Centre zone: the map, kept alive behind other views so that coming back costs nothing.
import { useEffect, useRef } from "react";
import { i18n, say, useLocale } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import { borderOf, inside } from "../../map/inside";
import { type CountyMap, createMap } from "../../map/map";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { Level } from "../../wire/view";
import { type Drawing, useDesk } from "../desk/desk";
import { Mark } from "../marks/Mark";
import { AreaBox } from "./AreaBox";
import { PeopleBox } from "./PeopleBox";
import { PersonCard } from "./PersonCard";
import { StationCard } from "./StationCard";
import { usePeople } from "./usePeople";

/** Another area begins with all of its townships chosen. */
const keyOf = (drawing: Drawing) => (drawing === "pen" ? "pen" : JSON.stringify(drawing.border));

interface MapZoneProps {
  county: County;
  theme: "night" | "day";
}

export function MapZone({ county, theme }: MapZoneProps) {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<CountyMap | null>(null);
  const { desk, move } = useDesk();
  const locale = useLocale();
  const started = useRef({ theme, locale });

  useEffect(() => {
    if (!box.current) return;
    map.current = createMap(box.current, started.current.theme, started.current.locale, {
      onPick: ({ alarm, station }) =>
        alarm ? move({ to: "select", alarm, station }) : move({ to: "station", station }),
      onPerson: (person) => move({ to: "person", person }),
    });
    return () => map.current?.remove();
  }, [move]);

  useEffect(() => {
    if (started.current.theme === theme && started.current.locale === locale) return;
    started.current = { theme, locale };
    map.current?.theme(theme, locale);
  }, [theme, locale]);
  useEffect(() => map.current?.show(county), [county]);
  useEffect(() => map.current?.choose(desk.station), [desk.station]);
  useEffect(() => map.current?.spot(desk.spot), [desk.spot]);
  const named = desk.person ?? desk.spot?.person ?? null;
  useEffect(() => map.current?.name(named), [named]);
  const people = usePeople(county);
  useEffect(() => map.current?.people(people.points), [people.points]);

  const { drawing } = desk;
  const latest = useRef(county);
  latest.current = county;
  useEffect(() => {
    if (drawing !== "pen") return;
    map.current?.draw(async (border) => {
      const found = await inside(border, latest.current);
      move({ to: "draw", drawing: { border, ...found } });
    });
    return () => map.current?.dropPen();
  }, [drawing, move]);
  const place = county.situations.get(desk.situation ?? "")?.manual?.place ?? null;
  const text = useApp((state) => (place ? state.texts.get(place) : undefined));
  const closed = drawing === null || drawing === "pen" ? null : drawing.border;
  useEffect(() => map.current?.outline(closed ?? borderOf(text)), [closed, text]);
  const allowed = useApp(mayAct);

  const levels: Level[] = [4, 3, 2, 1];
  return (
    <section
      className="mapzone greys"
      data-hidden={desk.view !== "map"}
      aria-label={i18n.t("地图")}
      data-testid="map"
    >
      <div className="canvas" ref={box} />
      <div className="over legend">
        {levels.map((level) => (
          <span key={level} className="f">
            <Mark level={level} size={14} />
            {levelName(level)}
          </span>
        ))}
      </div>
      {county.code === "330624" ? (
        <div className="over" style={{ right: 12, bottom: 36 }}>
          {i18n.t("WGS-84 · 乡镇界为演示数据")}
        </div>
      ) : (
        <div className="over" style={{ right: 12, bottom: 36 }}>
          {say(county.title)} · WGS-84
        </div>
      )}
      {drawing === null ? (
        <div className="mapkeys">
          {allowed ? (
            <Button
              small
              hint="G"
              onPress={() => move({ to: "draw", drawing: "pen" })}
              testId="draw-area"
            >
              {i18n.t("圈定区域")}
            </Button>
          ) : null}
          <PeopleBox
            county={county}
            people={people}
            onName={(person) => map.current?.name(person ?? named)}
          />
        </div>
      ) : null}
      {drawing ? <AreaBox key={keyOf(drawing)} county={county} drawing={drawing} /> : null}
      {desk.station ? <StationCard county={county} station={desk.station} /> : null}
      {desk.person ? <PersonCard county={county} person={desk.person} /> : null}
    </section>
  );
}
