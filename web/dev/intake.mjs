// The stand-in's interfaces, and messages that were refused.
import { iso, MIN } from "./storm.mjs";

const none = { malformed: 0, unknown: 0, future: 0, oversized: 0, conflict: 0 };

export function interfacesOf(night, now) {
  const series = night.county.stations.reduce((sum, one) => sum + one.series.length, 0);
  const row = (id, zh, en, rest) => ({
    id,
    title: { zh, en },
    late: { kind: "allow", within_ms: 10 * MIN },
    series: 0,
    silent: 0,
    heard: null,
    down: false,
    counts: { accepted: 0, duplicate: 0, late: 0, refused: none },
    ...rest,
  });
  return [
    row("mqtt", "遥测站 MQTT", "Telemetry MQTT", {
      series: series - 38,
      silent: 9,
      heard: iso(now - 4_000),
      counts: {
        accepted: 182_604,
        duplicate: 1_933,
        late: 412,
        refused: { ...none, malformed: 27, future: 3, conflict: 11 },
      },
    }),
    row("http", "省厅推送", "Province push", {
      late: { kind: "discard" },
      series: 38,
      silent: 38,
      heard: iso(now - 26 * MIN),
      down: true,
      counts: { accepted: 5_120, duplicate: 0, late: 96, refused: { ...none, unknown: 402 } },
    }),
  ];
}

const REFUSED = [
  [
    "sms",
    "malformed",
    "it is none of the words agreed on",
    "replies/sms",
    '{"id":"mo-4471","mobile":"13800000012","content":"桥断了，过不去"}',
  ],
  [
    "mqtt",
    "malformed",
    "the unit of water_level is m, the message says cm",
    "obs/330624-W0107/water_level",
    '{"station":"330624-W0107","quantity":"water_level","value":4312,"unit":"cm","time":"2026-08-21T02:11:00+08:00"}',
  ],
  [
    "http",
    "unknown",
    "no such station, or no such quantity there",
    "/api/v1/observations",
    '{"station":"330624-P0999","quantity":"rain","value":3.5,"time":"2026-08-21T02:10:00+08:00"}',
  ],
  [
    "mqtt",
    "conflict",
    "another value already stands for this series, time and revision",
    "obs/330624-R0031/rain",
    '{"station":"330624-R0031","quantity":"rain","value":7.5,"time":"2026-08-21T02:05:00+08:00"}',
  ],
  [
    "mqtt",
    "future",
    "its time is too far ahead of the clock to be believed",
    "obs/330624-W0012/water_level",
    '{"station":"330624-W0012","quantity":"water_level","value":41.07,"time":"2026-08-23T02:00:00+08:00"}',
  ],
];

export function refusedOf(now, asked) {
  const rows = REFUSED.map(([by, kind, reason, topic, text], place) => ({
    at: iso(now - (2 + place * 7) * MIN),
    interface: by,
    kind,
    reason,
    topic,
    text,
    hex: null,
    bytes: text.length,
    cut: false,
  }));
  const is = (name, value) => !asked.get(name) || asked.get(name) === value;
  return rows.filter((one) => is("interface", one.interface) && is("kind", one.kind));
}
