// The stand-in's tables of stations, series, lines and attributes, and what a changed row would do.
const COLUMNS = {
  stations: [
    "id",
    "name",
    "name_en",
    "lon",
    "lat",
    "kind",
    "township",
    "tags",
    "catchment",
    "upstream",
  ],
  series: ["station", "quantity", "interval", "silence_normal"],
  thresholds: ["rule", "station", "level", "raise", "reset", "unit", "source", "valid_from"],
  attributes: ["station", "attribute", "value", "unit", "valid_from", "source"],
};
const KEYS = {
  stations: ["id"],
  series: ["station", "quantity"],
  thresholds: ["rule", "station", "level", "valid_from"],
  attributes: ["station", "attribute", "valid_from"],
};
const WORDS = ["blue", "yellow", "orange", "red"];

function rowsOf(county, kind, id) {
  const stations = county.stations.filter((one) => !id || one.id === id);
  switch (kind) {
    case "stations":
      return stations.map((one) => [
        one.id,
        one.name.zh,
        one.name.en,
        one.lon.toFixed(4),
        one.lat.toFixed(4),
        one.kind,
        one.township,
        one.tags.join(" "),
        one.catchment ?? "",
        one.upstream.map((up) => `${up}:40m`).join(" "),
      ]);
    case "series":
      return stations.flatMap((one) =>
        one.series.map((each) => [one.id, each.quantity, one.kind === "rain" ? "5m" : "", "no"]),
      );
    case "thresholds":
      return stations
        .filter((one) => one.kind !== "river")
        .flatMap((one) =>
          one.series.flatMap((each) =>
            each.thresholds.flatMap((line) => {
              const row = (raise, reset, from) => [
                line.rule,
                one.id,
                WORDS[line.level - 1],
                raise,
                reset,
                each.unit,
                "县水利局 2025 年核定",
                from,
              ];
              return line.level === 2
                ? [
                    row((Number(line.raise) + 2).toFixed(each.decimals), line.reset, ""),
                    row(line.raise, line.reset, "2025-06-01"),
                    row((Number(line.raise) - 1).toFixed(each.decimals), line.reset, "2027-04-15"),
                  ]
                : [row(line.raise, line.reset, "")];
            }),
          ),
        );
    case "attributes":
      return stations
        .filter((one) => one.kind === "river")
        .flatMap((one) => {
          const lines = one.series[0].thresholds;
          return [
            [one.id, "warning_stage", lines[1].raise, "m", "", "2019 年复测"],
            [one.id, "warning_stage", lines[1].raise, "m", "2025-05-20", "2025 年复测"],
            [one.id, "guarantee_stage", lines[3].raise, "m", "", "2019 年复测"],
          ];
        });
    default:
      return [];
  }
}

export function sheetOf(county, kind, station) {
  return { file: `${kind}.csv`, columns: COLUMNS[kind] ?? [], rows: rowsOf(county, kind, station) };
}

/** A table of one row, as the registry page sends it: what would change. */
export function oneRow(county, kind, text) {
  const [heading, line] = text.trim().split("\n");
  const names = heading.split(",");
  const given = (line ?? "").match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? [];
  const cells = Object.fromEntries(
    names.map((name, n) => [name, (given[n] ?? "").replace(/,$/, "").replace(/^"|"$/g, "")]),
  );
  const columns = COLUMNS[kind];
  const old = rowsOf(county, kind)
    .map((row) => Object.fromEntries(columns.map((name, n) => [name, row[n]])))
    .find((row) => KEYS[kind].every((key) => (row[key] ?? "") === (cells[key] ?? "")));
  const number = cells.raise ?? cells.value;
  if (number !== undefined && !/^-?\d+(\.\d+)?$/.test(number)) {
    const problem = {
      file: `${kind}.csv`,
      line: 214,
      column: 4,
      what: `\`${number}\` is no number`,
      expected: "a number such as 61.20",
      near: null,
      stops: true,
    };
    return { rows: [], problems: [problem], difference: [], changes: [], applied: false };
  }
  const changed = Object.entries(cells).filter(([name, value]) => (old?.[name] ?? "") !== value);
  const key = KEYS[kind]
    .map((name) => cells[name] ?? "")
    .join(" ")
    .trim();
  const rows = !old
    ? [{ row: null, kind: "added", what: key }]
    : changed.length === 0
      ? []
      : [
          {
            row: null,
            kind: "changed",
            what: `${key}: ${changed.map(([name, is]) => `${name}: ${old[name]} → ${is}`).join("; ")}`,
          },
        ];
  const station = cells.station ?? cells.id;
  const judged = kind === "thresholds" || kind === "attributes";
  const changes =
    judged && rows.length > 0
      ? [
          {
            jurisdiction: county.code,
            kind: "bounds",
            subject: `${cells.rule ?? "threshold:water_level"} at ${station} ${kind === "thresholds" ? "rain" : "water_level"}`,
            what: `yellow ${old?.raise ?? old?.value ?? "—"} → ${number}`,
            clocks: "restart",
          },
        ]
      : [];
  return {
    rows,
    problems: [],
    difference: changes.map((one) => one.subject),
    changes,
    applied: false,
  };
}
