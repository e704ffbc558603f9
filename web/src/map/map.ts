// The map itself: the only place that knows MapLibre. Fed at most once per frame and four times a
// second; it never asks the network for anything but the boundaries beside the page.
import "maplibre-gl/dist/maplibre-gl.css";
import {
  type ExpressionSpecification,
  type GeoJSONSource,
  Map as LibreMap,
  ScaleControl,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { County } from "../state/world";
import { alarmPoints, type Point, stationPoints } from "./features";
import { drawImage, IMAGE_RATIO, readTokens } from "./marks";
import { LAYERS, SOURCES } from "./names";
import { type Border, type Pen, takePen } from "./pen";
import { fed } from "./sources";
import { buildStyle, NOBODY } from "./style";

setWorkerUrl(workerUrl);

const FEED_MS = 250;
/** One page clock for all rings: bright 60 % of this, ms. */
const FLASH_MS = 1250;
/** A place one asked for is shown at least this near. */
const SPOT_ZOOM = 12;
const HOME: [[number, number], [number, number]] = [
  [120.695, 29.228],
  [121.227, 29.559],
];

export interface CountyMap {
  show(county: County): void;
  /** People in the field, exactly these. */
  people(points: Point[]): void;
  /** Says the name of one of them, or of nobody. */
  name(person: string | null): void;
  theme(theme: string, locale: string): void;
  /** Rings the station and brings it into view when it lies outside. */
  choose(station: string | null): void;
  /** Rings a place of no station and goes there, or lets it go. */
  spot(place: { lon: number; lat: number } | null): void;
  /** Shows the border of an area, or none. */
  outline(border: Border | null): void;
  /** Hands the officer a pen; the border is told once it is closed. Another call, or `dropPen`, ends it. */
  draw(onDone: (border: Border) => void): void;
  dropPen(): void;
  remove(): void;
}

export interface MapEvents {
  onPick(pick: { alarm: string | null; station: string }): void;
  onPerson(person: string): void;
}

export function createMap(
  box: HTMLElement,
  theme: string,
  locale: string,
  events: MapEvents,
): CountyMap {
  const map = new LibreMap({
    container: box,
    style: buildStyle(readTokens(), theme, locale),
    bounds: HOME,
    fitBoundsOptions: { padding: 32 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    localIdeographFontFamily: readTokens()("font"),
    fadeDuration: 0,
    minZoom: 4,
    maxZoom: 16,
    canvasContextAttributes: { preserveDrawingBuffer: navigator.webdriver },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new ScaleControl({ maxWidth: 160 }), "bottom-right");
  // The list beside the map says everything by keyboard; the canvas is not a stop on the way.
  map.getCanvas().tabIndex = -1;

  let county: County | null = null;
  let chosen: string | null = null;
  let drawn: County["alarms"] | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let framed = false;
  let removed = false;
  let border: Border | null = null;
  let pen: Promise<Pen> | null = null;
  const source = (name: string) => map.getSource(name) as GeoJSONSource | undefined;
  const stations = fed(() => source(SOURCES.stations));
  const alarms = fed(() => source(SOURCES.alarms));
  const people = fed(() => source(SOURCES.people));
  let outside: Point[] = [];
  /** A ring on the map flashes; and how bright all of them are now. */
  let unread = false;
  let flashed = 1;
  /** Whose name stands on the map, and whose stands there while nobody is pointed at. */
  let shown: string | null = null;
  let named: string | null = null;
  let spot: [number, number] | null = null;

  map.setMissingStyleImageResolver((id) => {
    const image = drawImage(id, readTokens());
    if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: IMAGE_RATIO });
  });

  const feed = () => {
    timer = undefined;
    if (removed || !county || !map.getSource(SOURCES.alarms)) return;
    if (!framed) frame(map, county);
    framed = true;
    const points = alarmPoints(county);
    unread = points.some((point) => point.properties.ring === "un");
    alarms.feed(points);
    stations.feed(stationPoints(county));
    drawn = county.alarms;
    showChosen();
  };
  const soon = () => {
    if (timer !== undefined) return;
    // An alarm does not wait for the values' pace. What stands beside the map is painted first: the map is drawn
    // in the frame after, and takes long where there is no graphics card.
    const urgent = county !== null && county.alarms !== drawn;
    const begin = () => requestAnimationFrame(() => setTimeout(feed));
    timer = setTimeout(begin, urgent ? 0 : FEED_MS);
  };

  /** What is ringed, as it was last given to the map. */
  let ringed = "";
  const showChosen = () => {
    const station = chosen === null ? undefined : county?.stations.get(chosen);
    const at =
      station && station.lon !== null && station.lat !== null ? [station.lon, station.lat] : null;
    const places = JSON.stringify([at, spot]);
    const target = source(SOURCES.chosen);
    // Given again it would be drawn again, with everything else on the map.
    if (target && places !== ringed) {
      ringed = places;
      target.setData({
        type: "FeatureCollection",
        features: [at, spot].flatMap((coordinates) =>
          coordinates
            ? [{ type: "Feature", geometry: { type: "Point", coordinates }, properties: {} }]
            : [],
        ),
      });
    }
    return at as [number, number] | null;
  };
  const showName = (person: string | null) => {
    if (person === shown || !map.getLayer(LAYERS.peopleNames)) return;
    shown = person;
    map.setFilter(LAYERS.peopleNames, person ? ["==", ["get", "id"], person] : NOBODY);
  };

  const showBorder = () =>
    source(SOURCES.area)?.setData({
      type: "FeatureCollection",
      features: border ? [{ type: "Feature", geometry: border, properties: {} }] : [],
    });
  const dropPen = () => {
    void pen?.then((one) => one.drop());
    pen = null;
    map.doubleClickZoom.enable();
  };

  map.on("style.load", () => {
    showBorder();
    stations.forget();
    alarms.forget();
    people.forget();
    people.feed(outside);
    ringed = "";
    flashed = 1;
    shown = null;
    showName(named);
    drawn = null;
    feed();
  });
  const flash = setInterval(() => {
    const bright = performance.now() % FLASH_MS < FLASH_MS * 0.6;
    const blink = !document.documentElement.hasAttribute("data-still");
    const flashing = unread || outside.some((point) => point.properties.ring === "un");
    const opacity = bright || !blink || !flashing ? 1 : 0.3;
    // Each change draws the whole map anew.
    if (opacity === flashed) return;
    flashed = opacity;
    for (const layer of [LAYERS.rings, LAYERS.clusterRings, LAYERS.helpRings]) {
      const property: ExpressionSpecification =
        layer === LAYERS.clusterRings
          ? [">", ["get", "unacked"], 0]
          : ["==", ["get", "ring"], "un"];
      if (map.getLayer(layer)) {
        map.setPaintProperty(layer, "icon-opacity", ["case", property, opacity, 1]);
      }
    }
  }, FLASH_MS / 2);

  pick(map, events, () => pen !== null);
  point(map, (person) => showName(person ?? named));
  return {
    show: (next) => {
      county = next;
      soon();
    },
    people: (points) => {
      outside = points;
      people.feed(points);
    },
    name: (person) => {
      named = person;
      showName(person);
    },
    theme: (nextTheme, nextLocale) => {
      dropPen();
      map.setStyle(buildStyle(readTokens(), nextTheme, nextLocale), { diff: false });
    },
    choose: (station) => {
      chosen = station;
      const at = showChosen();
      if (at && !map.getBounds().contains(at)) map.jumpTo({ center: at });
    },
    spot: (place) => {
      spot = place && [place.lon, place.lat];
      showChosen();
      if (spot) map.jumpTo({ center: spot, zoom: Math.max(map.getZoom(), SPOT_ZOOM) });
    },
    outline: (next) => {
      border = next;
      showBorder();
    },
    draw: (onDone) => {
      dropPen();
      map.doubleClickZoom.disable();
      pen = takePen(map, readTokens(), (done) => {
        dropPen();
        onDone(done);
      });
    },
    dropPen,
    remove: () => {
      dropPen();
      clearInterval(flash);
      clearTimeout(timer);
      removed = true;
      map.remove();
    },
  };
}

/** Frames the stations where they lie outside the county whose borders we carry. */
function frame(map: LibreMap, county: County): void {
  const placed = [...county.stations.values()].flatMap((s) =>
    s.lon === null || s.lat === null ? [] : [[s.lon, s.lat] as const],
  );
  if (county.code === "330624" || placed.length === 0) return;
  const lons = placed.map(([lon]) => lon);
  const lats = placed.map(([, lat]) => lat);
  map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], {
    padding: 40,
    maxZoom: 12,
    duration: 0,
  });
}

/** What can be pressed. */
const PRESSED = [
  LAYERS.help,
  LAYERS.people,
  LAYERS.marks,
  LAYERS.clusterMarks,
  LAYERS.stations,
] as const;

/** Tells who is under the pointer, and when nobody is any more. */
function point(map: LibreMap, tell: (person: string | null) => void): void {
  map.on("mousemove", LAYERS.people, ({ features }) => tell(String(features?.[0]?.properties.id)));
  map.on("mouseleave", LAYERS.people, () => tell(null));
}

function pick(map: LibreMap, events: MapEvents, busy: () => boolean): void {
  map.on("click", async (event) => {
    if (busy()) return;
    const box: [[number, number], [number, number]] = [
      [event.point.x - 8, event.point.y - 8],
      [event.point.x + 8, event.point.y + 8],
    ];
    const at = (where: typeof box | typeof event.point, ...layers: string[]) =>
      map.queryRenderedFeatures(where, { layers })[0];
    // What lies on top is meant; where nothing does, what is near, people last.
    const covered = at(event.point, LAYERS.marks, LAYERS.clusterMarks) !== undefined;
    const person =
      at(event.point, LAYERS.help) ?? (covered ? undefined : at(event.point, LAYERS.people));
    if (person) return events.onPerson(String(person.properties.id));
    const cluster = at(event.point, LAYERS.clusterMarks);
    if (cluster?.geometry.type === "Point") {
      const place = map.getSource(SOURCES.alarms) as GeoJSONSource;
      const zoom = await place.getClusterExpansionZoom(Number(cluster.properties.cluster_id));
      map.easeTo({ center: cluster.geometry.coordinates as [number, number], zoom, duration: 200 });
      return;
    }
    const found = at(box, LAYERS.marks, LAYERS.stations);
    if (!found) {
      const beside = at(box, LAYERS.people);
      return beside && events.onPerson(String(beside.properties.id));
    }
    const { id, alarm } = found.properties as { id: string; alarm?: string };
    events.onPick({ station: id, alarm: alarm ?? null });
  });
  for (const layer of PRESSED) {
    map.on("mouseenter", layer, () => {
      map.getCanvas().style.cursor = "pointer";
    });
    map.on("mouseleave", layer, () => {
      map.getCanvas().style.cursor = "";
    });
  }
}
