// Serves the API's contract with an invented night, for development, pictures and tests of screens.
//   node dev/fake-server.mjs [--port 8787] [--mode storm|calm|rising] [--dist dist] [--factor 1]
// Not part of the product: nothing in src/ or dist/ knows of it.
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { WebSocketServer } from "ws";
import { photo } from "../e2e/photo.mjs";
import { backtestOf, FILES, slipsOf } from "./backtest.mjs";
import { PHOTO } from "./boards.mjs";
import { callTrialOf, faultsOf, ORGANISATION } from "./calls.mjs";
import { asDrill, drillsOf, scoreOf } from "./drill.mjs";
import { addDuty, postsOf, postView, pressDuty } from "./duty.mjs";
import { apply } from "./engine.mjs";
import { eventsOf, pressEvent, weatherOf } from "./events.mjs";
import { pressHands } from "./hands.mjs";
import { interfacesOf, refusedOf } from "./intake.mjs";
import { pressLoss } from "./losses.mjs";
import { lanesOf, replayTo } from "./past.mjs";
import { oneRow, sheetOf } from "./registry.mjs";
import { reportOf } from "./report.mjs";
import { checkSite, importRows, rulesOf } from "./site.mjs";
import { gather } from "./situations.mjs";
import { geo, iso, MIN, makeNight, random } from "./storm.mjs";
import { makeUploads } from "./uploads.mjs";
import { addWarnings } from "./warnings.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".geojson": "application/json",
  ".webmanifest": "application/manifest+json",
  ".md": "text/plain",
};
const LOGINS = {
  officer: "p-zhou",
  leader: "p-lyu",
  admin: "p-admin",
  responder: "r-001",
  responder2: "r-002",
};

export async function startFake({
  port = 0,
  mode = "storm",
  dist = null,
  factor = 1,
  scale = 2,
  trialMs = 300,
  drill = false,
  beside = false,
} = {}) {
  const start = Date.parse("2026-08-20T18:13:40Z");
  const began = Date.now();
  const now = () => Math.floor((start + (Date.now() - began) * factor) / 1000) * 1000;
  const clock = () => ({
    clock: { kind: "scaled", start: iso(start), factor },
    now: new Date(start + (Date.now() - began) * factor).toISOString(),
  });
  const night = makeNight({ mode: mode === "rising" ? "calm" : mode, now: start, scale });
  const spare = mode === "rising" ? makeNight({ mode: "storm", now: start }) : null;
  addDuty(night, start, mode === "storm" ? "storm" : "calm", geo("townships.geojson").features);
  addWarnings(night, start, mode === "storm");
  night.county.posts = postsOf(night, start);
  night.events = eventsOf(night, start);
  night.county.weather = mode === "calm" ? [] : weatherOf(start);
  if (drill) asDrill(night, start);
  night.beside = beside;
  let seq = 8_412_077;
  const blobs = new Map(
    Object.entries(night.texts).map(([id, text]) => [
      id,
      { type: "text/plain; charset=utf-8", body: Buffer.from(text) },
    ]),
  );
  for (const one of [PHOTO, `${PHOTO.slice(2)}01`, `${PHOTO.slice(2)}02`])
    blobs.set(one, { type: "image/png", body: photo().buffer });
  const sessions = new Map();
  const answers = new Map();
  const clients = new Set();
  const tail = [];

  const seal = (body, type = "text/plain; charset=utf-8") => {
    const id = createHash("sha256").update(randomUUID()).update(body).digest("hex");
    blobs.set(id, { type, body: Buffer.from(body) });
    return id;
  };
  const uploads = makeUploads(seal);
  const send = (message) => {
    const text = JSON.stringify(message);
    for (const client of clients) if (client.readyState === 1) client.send(text);
  };
  /** Situations follow their members; what differs is told with the change that made it. */
  const gathered = (changes) => {
    if (!changes.some((change) => change.kind === "alarm")) return [];
    const { county } = night;
    const before = new Map(county.situations.map((one) => [one.id, JSON.stringify(one)]));
    const merged = county.situations.filter((one) => one.merged_into || one.manual);
    county.situations = [...gather(county, now(), county.situations), ...merged];
    county.load = {
      ...county.load,
      alarms: county.alarms.length,
      situations: county.situations.length - merged.length,
    };
    return [
      ...county.situations
        .filter((one) => before.get(one.id) !== JSON.stringify(one))
        .map((situation) => ({ kind: "situation", situation })),
      { kind: "load", load: county.load },
    ];
  };
  const tell = (first) => {
    if (first.length === 0) return;
    seq += 1;
    const changes = [...first, ...gathered(first)];
    const updates = changes.map((change, n) => ({
      seq,
      n,
      jurisdiction: "330624",
      ...structuredClone(change),
    }));
    tail.push(...updates);
    send({ type: "updates", updates });
  };

  const beat = setInterval(() => send({ type: "beat", seq, clock: clock() }), 1000);
  const rnd = random(99);
  const readings = setInterval(() => {
    const values = [];
    for (const station of night.county.stations) {
      const series = station.series[0];
      if (series.freshness !== "fresh" || rnd() > 0.06) continue;
      const step = (rnd() - 0.45) * (series.decimals === 2 ? 0.03 : 0.4);
      series.value = Math.max(0, Number(series.value) + step).toFixed(series.decimals);
      series.observed = series.received = iso(now());
      const { title, unit, decimals, thresholds, ...value } = series;
      values.push(value);
    }
    seq += values.length;
    send({ type: "values", seq, jurisdiction: "330624", values });
  }, 1000);
  const rising =
    spare &&
    setInterval(() => {
      const alarm = spare.county.alarms.find(
        (one) => one.process === "active" && !night.county.alarms.includes(one),
      );
      if (!alarm || night.county.alarms.length > 14) return;
      Object.assign(alarm, { ack: null, commands: [], raised: iso(now()), changed: iso(now()) });
      night.county.alarms.push(alarm);
      const fresh = gather(night.county, now()).find((one) => one.id === alarm.situation);
      tell([
        { kind: "alarm", alarm },
        {
          kind: "annunciation",
          annunciation: {
            situation: fresh?.id ?? "",
            level: alarm.level,
            reason: fresh?.members.length === 1 ? "new" : "rise",
            at: iso(now()),
          },
        },
      ]);
    }, 2500);

  const who = (request) => {
    const cookie = /wf=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
    const id = cookie && sessions.get(cookie);
    return id ? night.county.people.find((one) => one.id === id) : null;
  };
  const body = async (request) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    return Buffer.concat(parts);
  };
  const reply = (response, status, value, headers = {}) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(value));
  };
  const no = (response, status, code, zh, en) => reply(response, status, { code, zh, en });

  const leave = (request, response) => {
    sessions.delete(/wf=([^;]+)/.exec(request.headers.cookie ?? "")?.[1]);
    for (const client of clients) if (client.cookie === request.headers.cookie) client.terminate();
    return reply(response, 200, {}, { "set-cookie": "wf=; Max-Age=0; Path=/" });
  };

  async function api(request, response, url) {
    const path = url.pathname.slice("/api/v1".length);
    if (path === "/login") {
      const { login, password } = JSON.parse(await body(request));
      const id = LOGINS[login];
      if (!id || !password)
        return no(response, 401, "bad_login", "账号或口令不对。", "Wrong login or password.");
      const token = randomUUID();
      sessions.set(token, id);
      return reply(
        response,
        200,
        { person: night.county.people.find((p) => p.id === id) },
        { "set-cookie": `wf=${token}; HttpOnly; Path=/; SameSite=Lax` },
      );
    }
    const person = who(request);
    if (!person) return no(response, 401, "no_session", "请先登录。", "Log in first.");
    if (path === "/logout") return leave(request, response);
    if (path === "/me") return reply(response, 200, { person, jurisdiction: "330624" });
    if (path === "/acts") {
      const act = JSON.parse(await body(request));
      if (!answers.has(act.op)) {
        const { answer, changes } =
          pressDuty(night, act, person, now(), seal) ??
          pressEvent(night, act, person, now(), seal) ??
          (person.role === "responder" ? null : pressLoss(night, act, person, now(), seal)) ??
          (person.role === "responder" ? null : pressHands(night, act, person, now(), seal)) ??
          apply(night, act, person, now(), seal);
        night.county.posts = postsOf(night, now());
        answers.set(act.op, answer);
        tell(changes);
      }
      return reply(response, 200, answers.get(act.op));
    }
    if (path === "/uploads")
      return reply(response, ...uploads.begin(JSON.parse(await body(request))));
    if (path.startsWith("/uploads/")) {
      const at = Number(url.searchParams.get("at"));
      return reply(response, ...(await uploads.add(path.slice(9), at, await body(request))));
    }
    if (path.startsWith("/blobs/")) {
      const blob = blobs.get(path.slice(7));
      if (!blob) return no(response, 404, "no_such_blob", "没有这个文件。", "No such file.");
      response.writeHead(200, { "content-type": blob.type });
      return response.end(blob.body);
    }
    if (path === "/texts") {
      const ids = (url.searchParams.get("ids") ?? "").split(",");
      return reply(
        response,
        200,
        Object.fromEntries(
          ids.filter((id) => blobs.has(id)).map((id) => [id, blobs.get(id).body.toString()]),
        ),
      );
    }
    if (path.startsWith("/series/")) return history(response, url, path);
    if (path === "/replay/lanes")
      return reply(response, 200, lanesOf(night, url.searchParams, now));
    if (path === "/rules") return reply(response, 200, rulesOf(night.county));
    if (path === "/commands") return reply(response, 200, night.county.commands);
    if (path === "/alarms") return reply(response, 200, night.county.alarms);
    if (path === "/situations") return reply(response, 200, night.county.situations);
    if (path === "/suppressions") return reply(response, 200, night.county.suppressions);
    if (path === "/backtest" || path.startsWith("/site/rules")) {
      if (person.role === "responder")
        return no(response, 403, "role_not_allowed", "这个角色不能试算。", "Your role may not.");
      if (path === "/site/rules") return reply(response, 200, FILES);
      const asked = JSON.parse(await body(request));
      const problems = slipsOf(path === "/backtest" ? asked.against : asked);
      if (path === "/site/rules/check")
        return reply(response, 200, { problems, difference: [], changes: [], applied: false });
      if (problems.length > 0)
        return reply(response, 422, {
          code: "rules_unsound",
          zh: "没有试算：文件有错，见下。",
          en: "Not tried: the files have errors, see below.",
          problems,
        });
      await new Promise((resolve) => setTimeout(resolve, trialMs));
      return reply(response, 200, backtestOf(night.county, asked, now()));
    }
    if (path === "/backtest/calls" || path.startsWith("/site/organisation")) {
      if (path === "/site/organisation") return reply(response, 200, ORGANISATION);
      const asked = JSON.parse(await body(request));
      const problems = faultsOf(asked.organisation ?? asked);
      if (path === "/site/organisation/check")
        return reply(response, 200, { problems, difference: [], changes: [], applied: false });
      if (problems.length > 0)
        return reply(response, 422, {
          code: "rules_unsound",
          zh: "没有试算：文件有错，见下。",
          en: "Not tried: the files have errors, see below.",
          problems,
        });
      await new Promise((resolve) => setTimeout(resolve, trialMs));
      return reply(response, 200, callTrialOf(night, asked, now()));
    }
    if (path.startsWith("/registry/") && request.method === "GET")
      return reply(
        response,
        200,
        sheetOf(night.county, path.slice("/registry/".length), url.searchParams.get("station")),
      );
    if (path === "/duty")
      return reply(
        response,
        200,
        night.posts.map((post) => postView(night, post, now())),
      );
    if (path === "/intake") return reply(response, 200, interfacesOf(night, now()));
    if (path === "/intake/refused") return reply(response, 200, refusedOf(now(), url.searchParams));
    if (path === "/drill") return reply(response, 200, drillsOf(night, now()));
    if (path === "/drill/score") return reply(response, 200, scoreOf(night, start));
    if (path === "/reach") return reply(response, 200, [night.reach]);
    if (path === "/contacts") return reply(response, 200, night.contacts);
    if (path === "/runs") {
      const { runs, pages } = night.county;
      const whole = runs.map((run) => ({ ...run, pages: pages.filter((p) => p.run === run.id) }));
      return reply(response, 200, whole);
    }
    if (path === "/events") return reply(response, 200, night.events);
    if (path === "/reports") return reply(response, 200, []);
    if (path.startsWith("/reports/")) {
      const { type, body } = reportOf(night, path.slice(9), url.searchParams, now());
      await new Promise((resolve) => setTimeout(resolve, trialMs));
      response.writeHead(200, { "content-type": type });
      return response.end(body);
    }
    if (path === "/load") return reply(response, 200, night.county.load);
    if (path.startsWith("/site/") || path.startsWith("/registry/")) {
      if (person.role !== "administrator")
        return no(response, 403, "role_not_allowed", "要管理员角色。", "Administrators only.");
      return site(request, response, url, path);
    }
    return no(response, 404, "no_such_path", "没有这个地址。", "No such address.");
  }

  const folder = { mended: false };
  async function site(request, response, url, path) {
    const sent = String(await body(request));
    if (path === "/site/check") {
      const answer = checkSite(folder);
      folder.mended = true;
      return reply(response, 200, answer);
    }
    if (path === "/site/reload") {
      const answer = checkSite(folder);
      const good = !answer.problems.some((one) => one.stops);
      if (good) tell([{ kind: "configured" }]);
      return reply(response, 200, { ...answer, applied: good });
    }
    if (sent.trim().split("\n").length === 2 && !path.endsWith("zones")) {
      const answer = oneRow(night.county, path.slice("/registry/".length), sent);
      const dry = url.searchParams.get("dry_run") !== "false";
      const stopped = answer.problems.length > 0;
      return reply(response, 200, { ...answer, applied: !dry && !stopped });
    }
    const type = request.headers["content-type"] ?? "text/csv";
    const { rows, problems } = importRows(path.slice("/registry/".length), sent, type);
    const dry = url.searchParams.get("dry_run") !== "false";
    const applied = !dry && problems.length === 0;
    const difference = rows.some((one) => one.kind === "changed")
      ? ["ri001  警戒水位 61.20 → 61.00；2 只正在走的钟重新判"]
      : [];
    return reply(response, 200, { rows, problems, difference, changes: [], applied });
  }

  function history(response, url, path) {
    const [station, quantity] = path.slice(8).split("/").map(decodeURIComponent);
    const series = night.county.stations
      .find((one) => one.id === station)
      ?.series.find((one) => one.quantity === quantity);
    if (!series) return no(response, 404, "no_such_series", "没有这个序列。", "No such series.");
    const [from, to] = [
      Date.parse(url.searchParams.get("from")),
      Math.min(now(), Date.parse(url.searchParams.get("to"))),
    ];
    const r = random([...station].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7));
    const last = Number(series.value);
    const rise =
      (Number(series.thresholds[3].raise) - Number(series.thresholds[0].raise)) *
      (series.level > 0 ? 1.3 : 0.4);
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    const lines = [];
    for (let t = Math.ceil(from / (5 * MIN)) * 5 * MIN; t < to; t += 5 * MIN) {
      const back = (now() - t) / (6 * 60 * MIN);
      const value = Math.max(
        0,
        last -
          rise / (1 + Math.exp(-(back - 0.3) * 9)) +
          rise / (1 + Math.exp(0.3 * 9)) +
          (r() - 0.5) * rise * 0.03,
      );
      lines.push(
        JSON.stringify({
          time: iso(t),
          received: iso(t + (r() < 0.04 ? 11 * MIN : 2000)),
          value: value.toFixed(series.decimals),
          quality: r() < 0.02 ? "doubtful" : "good",
          revision: 0,
          late: false,
        }),
      );
    }
    response.end(`${lines.join("\n")}\n`);
  }

  function files(response, path) {
    if (!dist) return no(response, 404, "no_page", "没有页面。", "No page.");
    let file = join(dist, normalize(path));
    if (!existsSync(file) || statSync(file).isDirectory()) file = join(dist, "index.html");
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "cache-control": "no-cache",
    });
    createReadStream(file).pipe(response);
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://fake");
    const work = url.pathname.startsWith("/api/v1/")
      ? api(request, response, url)
      : url.pathname === "/healthz"
        ? reply(response, 200, { ok: true })
        : files(response, url.pathname);
    Promise.resolve(work).catch((error) =>
      no(response, 500, "fault", String(error), String(error)),
    );
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    if (!who(request)) return socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.cookie = request.headers.cookie;
      if (request.url.startsWith("/api/v1/replay/feed"))
        return replayTo(client, request.url, night, () => seq, now);
      const since = Number(new URL(request.url, "http://fake").searchParams.get("since") ?? -1);
      const first = tail[0]?.seq ?? seq + 1;
      if (since >= first - 1 && since > 0)
        client.send(
          JSON.stringify({ type: "updates", updates: tail.filter((u) => u.seq > since) }),
        );
      else
        client.send(
          JSON.stringify({
            type: "snapshot",
            seq,
            clock: clock(),
            counties: [night.county],
            system: night.system,
          }),
        );
      client.send(JSON.stringify({ type: "beat", seq, clock: clock() }));
      clients.add(client);
      client.on("close", () => clients.delete(client));
    });
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    night,
    tell,
    uploads: uploads.held,
    /** Ends every session, as a long night does. */
    expire: () => sessions.clear(),
    /** Cuts every socket and refuses new ones, as a dead server does. */
    stop: () => {
      clearInterval(beat);
      clearInterval(readings);
      if (rising) clearInterval(rising);
      for (const client of clients) client.terminate();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const option = (name, fallback) => {
    const place = process.argv.indexOf(`--${name}`);
    return place > 0 ? process.argv[place + 1] : fallback;
  };
  const fake = await startFake({
    port: Number(option("port", 8787)),
    mode: option("mode", "storm"),
    dist: option("dist", null),
    factor: Number(option("factor", 1)),
  });
  console.log(`${fake.base}  logins: ${Object.keys(LOGINS).join(", ")} (any password)`);
}
