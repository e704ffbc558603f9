// The map's style from the design tokens: day and night are the same layers in other colours.
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  StyleSpecification,
} from "maplibre-gl";
import { TOWNSHIPS } from "./inside";
import type { Tokens } from "./marks";
import { LAYERS, SOURCES } from "./names";

const EMPTY = { type: "FeatureCollection" as const, features: [] };

/** Alarms nearer than this, px, are shown as one mark of the worst of them. */
const CLUSTER_RADIUS = 34;
/** From this zoom on every alarm stands alone. */
const CLUSTER_MAX_ZOOM = 11;

export function buildStyle(token: Tokens, theme: string, locale: string): StyleSpecification {
  return {
    version: 8,
    // No glyphs: all text is drawn with this machine's fonts, so nothing is fetched.
    sources: {
      [SOURCES.neighbours]: { type: "geojson", data: "/geo/neighbours.geojson" },
      [SOURCES.county]: { type: "geojson", data: "/geo/county.geojson" },
      [SOURCES.townships]: { type: "geojson", data: TOWNSHIPS },
      [SOURCES.stations]: { type: "geojson", data: EMPTY, promoteId: "id" },
      [SOURCES.alarms]: {
        type: "geojson",
        data: EMPTY,
        promoteId: "id",
        cluster: true,
        clusterRadius: CLUSTER_RADIUS,
        clusterMaxZoom: CLUSTER_MAX_ZOOM,
        clusterProperties: {
          worst: ["max", ["get", "level"]],
          unacked: ["+", ["get", "unacked"]],
          blind: ["min", ["get", "blind"]],
        },
      },
      [SOURCES.people]: { type: "geojson", data: EMPTY, promoteId: "id" },
      [SOURCES.chosen]: { type: "geojson", data: EMPTY },
      [SOURCES.area]: { type: "geojson", data: EMPTY },
    },
    layers: [
      ...ground(token, locale),
      ...points(token, theme, locale),
      ...calls(token, theme),
      chosen(token),
    ],
  };
}

function ground(token: Tokens, locale: string): LayerSpecification[] {
  return [
    { id: "out", type: "background", paint: { "background-color": token("map-out") } },
    {
      id: "neighbour-lines",
      type: "line",
      source: SOURCES.neighbours,
      paint: { "line-color": token("map-line"), "line-width": 1 },
    },
    {
      id: "land",
      type: "fill",
      source: SOURCES.county,
      paint: { "fill-color": token("map-land") },
    },
    {
      id: "township-lines",
      type: "line",
      source: SOURCES.townships,
      paint: { "line-color": token("map-line"), "line-width": 1 },
    },
    {
      id: "county-line",
      type: "line",
      source: SOURCES.county,
      paint: { "line-color": token("line-2"), "line-width": 1.5 },
    },
    {
      id: "area",
      type: "fill",
      source: SOURCES.area,
      paint: { "fill-color": token("accent"), "fill-opacity": 0.15 },
    },
    {
      id: "area-line",
      type: "line",
      source: SOURCES.area,
      paint: { "line-color": token("accent"), "line-width": 3 },
    },
    {
      id: "neighbour-names",
      type: "symbol",
      source: SOURCES.neighbours,
      maxzoom: 11,
      layout: { ...name(locale), "text-size": 12 },
      paint: {
        "text-color": token("ink-3"),
        "text-halo-color": token("map-halo"),
        "text-halo-width": 1.4,
      },
    },
  ];
}

/** Above the stations, which are many, and below the alarms. */
function townships(token: Tokens, locale: string): LayerSpecification {
  return {
    id: "township-names",
    type: "symbol",
    source: SOURCES.townships,
    layout: { ...name(locale), "text-size": 12, "text-padding": 4 },
    paint: {
      "text-color": token("map-ink"),
      "text-halo-color": token("map-halo"),
      "text-halo-width": 2,
    },
  };
}

function name(locale: string) {
  const field =
    locale === "en" ? ["coalesce", ["get", "name_en"], ["get", "name"]] : ["get", "name"];
  return {
    "text-field": field as ExpressionSpecification,
    "text-font": ["Noto Sans CJK SC Regular"],
  };
}

function points(token: Tokens, theme: string, locale: string): LayerSpecification[] {
  const image = (...parts: unknown[]) => ["concat", ...parts] as ExpressionSpecification;
  const cluster = ["has", "point_count"] as ExpressionSpecification;
  const single = ["!", ["has", "point_count"]] as ExpressionSpecification;
  const over = { "icon-allow-overlap": true, "icon-ignore-placement": true } as const;
  const order = { "symbol-sort-key": ["get", "level"] as ExpressionSpecification };
  const worst = { "symbol-sort-key": ["get", "worst"] as ExpressionSpecification };
  const label = {
    "text-font": ["Noto Sans CJK SC Regular"],
    "text-size": 12,
    "text-anchor": "left" as const,
    "text-optional": true,
    "text-max-width": 14,
    "text-justify": "left" as const,
  };
  const ink = {
    "text-color": token("ink-1"),
    "text-halo-color": token("map-halo"),
    "text-halo-width": 1.6,
  };
  const still = { "icon-opacity-transition": { duration: 0 } };
  const ack = ["case", [">", ["get", "unacked"], 0], "un", "ack"];
  const fade = ["case", ["==", ["get", "blind"], 1], "stale", "fresh"];
  return [
    {
      id: LAYERS.stations,
      type: "symbol",
      source: SOURCES.stations,
      layout: {
        "icon-image": image("glyph/", theme, "/", ["get", "kind"], "/", ["get", "fade"]),
        "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.62, 12, 1.15],
        ...over,
        "text-field": ["step", ["zoom"], "", 11.5, ["get", "label"]],
        ...label,
        "text-offset": [0.8, 0],
      },
      paint: { ...ink, "text-color": token("ink-3") },
    },
    townships(token, locale),
    {
      id: LAYERS.people,
      type: "symbol",
      source: SOURCES.people,
      filter: ["!=", ["get", "help"], 1],
      layout: {
        "icon-image": image("person/", theme, "/", ["get", "fade"]),
        "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 12, 1],
        ...over,
      },
    },
    {
      id: LAYERS.rings,
      type: "symbol",
      source: SOURCES.alarms,
      filter: single,
      layout: {
        "icon-image": image("ring/", theme, "/", ["get", "level"], "/", ["get", "ring"]),
        ...over,
        ...order,
      },
      paint: still,
    },
    {
      id: LAYERS.clusterRings,
      type: "symbol",
      source: SOURCES.alarms,
      filter: cluster,
      layout: {
        "icon-image": image("ring/", theme, "/", ["get", "worst"], "/", ack),
        "icon-size": 1.3,
        ...over,
        ...worst,
      },
      paint: still,
    },
    {
      id: LAYERS.marks,
      type: "symbol",
      source: SOURCES.alarms,
      filter: single,
      layout: {
        "icon-image": image("mark/", theme, "/", ["get", "level"], "/", ["get", "fade"], "/", [
          "get",
          "hollow",
        ]),
        ...over,
        ...order,
        "text-field": ["step", ["zoom"], "", 10.2, ["get", "label"]],
        ...label,
        "text-offset": [1.2, 0],
      },
      paint: ink,
    },
    {
      id: LAYERS.clusterMarks,
      type: "symbol",
      source: SOURCES.alarms,
      filter: cluster,
      layout: {
        "icon-image": image("mark/", theme, "/", ["get", "worst"], "/", fade, "/full"),
        "icon-size": 1.3,
        ...over,
        ...worst,
        "text-field": ["to-string", ["get", "point_count"]],
        ...label,
        "text-size": 14,
        "text-offset": [1.2, -0.5],
        "text-allow-overlap": true,
      },
      paint: ink,
    },
  ];
}

/** Nobody's name until somebody is pointed at. */
export const NOBODY: FilterSpecification = ["==", ["get", "id"], ""];

/** Above everything: who is pointed at, and whoever needs help, as loud as red. */
function calls(token: Tokens, theme: string): LayerSpecification[] {
  const help = ["==", ["get", "help"], 1] as FilterSpecification;
  const over = { "icon-allow-overlap": true, "icon-ignore-placement": true } as const;
  const words = {
    "text-field": ["get", "label"] as ExpressionSpecification,
    "text-font": ["Noto Sans CJK SC Regular"],
    "text-size": 12,
    "text-anchor": "left" as const,
    "text-justify": "left" as const,
    // A person's name is always written; names of gauges make way for it.
    "text-allow-overlap": true,
  };
  const ink = {
    "text-color": token("ink-1"),
    "text-halo-color": token("map-halo"),
    "text-halo-width": 1.6,
  };
  return [
    {
      id: LAYERS.peopleNames,
      type: "symbol",
      source: SOURCES.people,
      filter: NOBODY,
      layout: {
        ...words,
        "text-anchor": "right",
        "text-justify": "right",
        "text-offset": [-0.9, 0],
      },
      paint: ink,
    },
    {
      id: LAYERS.helpRings,
      type: "symbol",
      source: SOURCES.people,
      filter: help,
      layout: {
        "icon-image": ["concat", "ring/", theme, "/4/", ["get", "ring"]],
        "icon-size": 1.5,
        ...over,
      },
      paint: { "icon-opacity-transition": { duration: 0 } },
    },
    {
      id: LAYERS.help,
      type: "symbol",
      source: SOURCES.people,
      filter: help,
      layout: {
        "icon-image": ["concat", "mark/", theme, "/4/fresh/full"],
        "icon-size": 1.5,
        ...over,
        ...words,
        "text-size": 14,
        "text-offset": [1.8, 0],
      },
      paint: ink,
    },
  ];
}

function chosen(token: Tokens): LayerSpecification {
  return {
    id: "chosen",
    type: "circle",
    source: SOURCES.chosen,
    paint: {
      "circle-radius": 19,
      "circle-opacity": 0,
      "circle-stroke-color": token("accent"),
      "circle-stroke-width": 2,
    },
  };
}
