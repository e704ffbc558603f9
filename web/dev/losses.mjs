// Losses of the invented night's incident by township: the table read from its versions, as the county does.
const MIN = 60_000;
const iso = (ms) => new Date(ms).toISOString();
const ITEMS = [
  "affected",
  "dead",
  "missing",
  "injured",
  "relocated",
  "in_need",
  "homes_collapsed",
  "homes_damaged",
  "crops",
  "money",
];
const LISTED = { dead: "dead", missing: "missing", home: "homes_collapsed" };

function cases(chain) {
  const found = new Map();
  for (const version of chain)
    for (const { change, reason, ...row } of version.cases) {
      const known = found.get(row.case);
      if (change === "withdraw") {
        known.withdrawn = reason;
        known.versions.push(version.id);
      } else if (known) {
        if (known.kind !== row.kind) known.was.push(known.kind);
        Object.assign(known, { kind: row.kind, village: row.village, withdrawn: null });
        known.name = row.name ?? known.name;
        known.versions.push(version.id);
      } else {
        const { kind, village, name = null } = row;
        const one = { case: row.case, kind, village, name, was: [], note: null };
        found.set(row.case, { ...one, versions: [version.id], withdrawn: null });
      }
    }
  return [...found.values()];
}

function cells(chain, ledger) {
  return ITEMS.flatMap((item) => {
    const steps = [];
    for (const version of chain) {
      const figure = version.figures.find((one) => one.item === item);
      const before = steps.at(-1)?.value;
      if (figure && figure.value !== before)
        steps.push({ version: version.id, value: figure.value, down: figure.value < before });
    }
    if (steps.length === 0) return [];
    const counted = ledger.filter((one) => !one.withdrawn && LISTED[one.kind] === item).length;
    const listed = Object.values(LISTED).includes(item) ? counted : null;
    return [{ item, value: steps.at(-1).value, steps, listed }];
  });
}

/** The table of what was reported, and of townships whose first report is owed. */
function table(chains, owed, doubles) {
  const codes = [...new Set([...Object.keys(chains), ...owed])].sort();
  const townships = codes.map((township) => {
    const versions = chains[township] ?? [];
    const ledger = cases(versions);
    const row = { township, owed: versions.length === 0, versions, cases: ledger };
    return { ...row, cells: cells(versions, ledger) };
  });
  const totals = ITEMS.flatMap((item) => {
    const of = townships.flatMap((row) => row.cells.filter((cell) => cell.item === item));
    if (of.length === 0) return [];
    const value = of.reduce((sum, cell) => sum + cell.value, 0);
    const versions = of.map((cell) => cell.steps.at(-1).version);
    return [{ item, value, townships: of.length, versions }];
  });
  return { townships, totals, doubles };
}

const figures = (row) => Object.entries(row).map(([item, value]) => ({ item, value }));

/** Three townships have reported, one of them lower than before; of a fourth the first report is owed. */
export function addLosses(county, now, texts, photo) {
  const incident = county.incidents[0];
  const codes = county.areas.filter((one) => one.kind === "township").map((one) => one.code);
  const [a, b, c, d] = codes;
  let n = 0;
  const seal = (words) => {
    n += 1;
    const id = `f${n.toString(16)}`.padEnd(64, "f");
    texts[id] = words;
    return id;
  };
  const version = (number, stage, by, minutes, more) => ({
    id: `loss-${by}-${minutes}`,
    number,
    stage,
    nth: 1,
    by,
    at: iso(now - minutes * MIN),
    figures: figures(more.figures),
    cases: more.cases ?? [],
    photos: more.photos ?? [photo, `${photo.slice(2)}01`, `${photo.slice(2)}02`],
    note: more.note ? seal(more.note) : null,
    response: 2,
    late: more.late ?? false,
  });
  const person = (id, kind, village, name) => ({
    change: "enter",
    case: id,
    kind,
    village,
    name: seal(name),
    note: null,
    alike: [],
  });
  const chains = {
    [a]: [
      version(1, "first", "p-zhou", 18, {
        figures: { affected: 1840, dead: 3, missing: 2, homes_collapsed: 4, relocated: 620 },
        cases: [
          person("k1", "dead", "石门村", "石某甲"),
          person("k2", "dead", "石门村", "石某乙"),
          person("k3", "missing", "外婆坑村", "梁某"),
        ],
      }),
      version(2, "follow_up", "p-zhou", 7, {
        figures: { affected: 2316, dead: 2, missing: 2, homes_collapsed: 6, crops: 12550 },
        cases: [{ change: "withdraw", case: "k2", reason: seal("在镇卫生院，平安") }],
        note: "石某乙在镇卫生院找到，平安，死亡数下调",
      }),
    ],
    [b]: [
      version(1, "first", "p-lyu", 9, {
        figures: { affected: 410, dead: 1, missing: 0, homes_collapsed: 1 },
        cases: [person("k4", "dead", "石门村", "梁某"), person("h1", "home", "下岩贝村", "俞某")],
      }),
    ],
    [c]: [version(1, "first", "p-lyu", 4, { figures: { affected: 0, dead: 0 }, photos: [] })],
  };
  const at = { other_incident: incident.id, other_township: a, township: b, case: "k4" };
  incident.losses = table(
    chains,
    [d],
    [
      { kind: "same_name", ...at, other_case: "k3" },
      {
        kind: "same_village",
        ...at,
        other_case: "k1",
        settled: {
          id: "judged-1",
          by: "p-zhou",
          at: iso(now - 3 * MIN),
          reason: seal("两村交界，两户各报各的，已电话核对"),
        },
      },
    ],
  );
  incident.reports.push({
    id: "first_loss",
    title: { zh: "首次灾情报告", en: "First loss report" },
    to: { zh: "市应急管理局", en: "City emergency bureau" },
    due: iso(Date.parse(incident.opened) + 120 * MIN),
    overdue: false,
    sent: [],
    filed: null,
  });
}

/** Says of what may be counted twice that it is two, or takes that back. */
function judge(night, { action, op }, by, now, seal) {
  const refuse = { answer: { answer: "refused", why: "no_such_double" }, changes: [] };
  const incident = night.county.incidents?.find((one) => one.id === action.incident);
  const doubles = incident?.losses?.doubles ?? [];
  const names = (row) =>
    ["kind", "township", "case", "other_incident", "other_township", "other_case"].every(
      (field) => (row[field] ?? null) === (action.double[field] ?? null),
    );
  if (!doubles.some(names)) return refuse;
  const settled = { id: op, by: by.id, at: iso(now), reason: seal(action.reason) };
  const change = (row) => (names(row) ? { ...row, settled: action.apart ? settled : null } : row);
  incident.losses = { ...incident.losses, doubles: doubles.map(change) };
  return { answer: { answer: "done" }, changes: [{ kind: "incident", incident }] };
}

/** Adds a version, or says why not; null where the press is another one. */
export function pressLoss(night, act, by, now, seal) {
  const { action, op } = act;
  if (action.action === "judge_double") return judge(night, act, by, now, seal);
  if (action.action !== "report_loss") return null;
  const refuse = (why) => ({ answer: { answer: "refused", why }, changes: [] });
  const incident = night.county.incidents?.find((one) => one.id === action.incident);
  if (!incident) return refuse("no_such_incident");
  incident.losses ??= { townships: [], totals: [], doubles: [] };
  const known = incident.losses.townships;
  const chains = Object.fromEntries(
    known.filter((row) => !row.owed).map((row) => [row.township, row.versions]),
  );
  const chain = chains[action.township] ?? [];
  if (action.after !== chain.length) return refuse("newer_loss");
  const sealed = (action.cases ?? []).map((one) => ({
    ...one,
    ...(one.name ? { name: seal(one.name) } : {}),
    ...(one.reason ? { reason: seal(one.reason) } : {}),
  }));
  chains[action.township] = [
    ...chain,
    {
      id: op,
      number: chain.length + 1,
      stage: action.stage,
      nth: chain.filter((one) => one.stage === action.stage).length + 1,
      by: by.id,
      at: iso(now),
      figures: action.figures,
      cases: sealed,
      photos: action.photos ?? [],
      note: action.note ? seal(action.note) : null,
      response: 2,
      late: false,
    },
  ];
  const owed = known.filter((row) => row.owed).map((row) => row.township);
  incident.losses = table(chains, owed, incident.losses.doubles);
  return { answer: { answer: "done" }, changes: [{ kind: "incident", incident }] };
}
