// A report of the invented night: a few of its chapters in the real one's form, with its maps.
import { countyAt } from "./past.mjs";
import { geo, iso, MIN } from "./storm.mjs";

const WIDTH = 720;
const SHAPES = ["", "lv1", "lv2", "lv3", "lv4"];
const ENDINGS = { page: "text/html", docx: "application/zip", json: "application/json" };
const clock = (t) => new Date(t + 8 * 60 * MIN).toISOString().slice(5, 16).replace("T", " ");

/** What `/reports/{form}` answers: a type and a body. */
export function reportOf(night, form, query, now) {
  const article = fragment(night, query, now);
  if (form === "fragment") return { type: "text/html; charset=utf-8", body: article };
  return { type: ENDINGS[form] ?? "text/plain", body: article };
}

function fragment({ county }, query, now) {
  const en = query.get("lang") === "en";
  const say = (zh, english) => (en ? english : zh);
  const to = Date.parse(query.get("to") ?? iso(now));
  const from = Date.parse(query.get("from") ?? iso(to - 6 * 60 * MIN));
  const raised = county.alarms.filter((one) => Date.parse(one.raised) >= from);
  raised.sort((a, b) => a.raised.localeCompare(b.raised));
  const first = Date.parse(raised[0]?.raised ?? iso(from));
  const asked = (query.get("at") ?? "").split(",").filter(Boolean).map(Date.parse);
  const maps = [
    ...asked.map((at) => [at, say("指定时刻", "As asked")]),
    [first, say("首次报警", "First alarm")],
    [to, say("区间结束", "End of the interval")],
  ].filter(([at]) => at >= from && at <= to);
  maps.sort(([a], [b]) => a - b);
  const rows = raised.slice(0, 8).map((one, n) => {
    const entry = 8_400_000 + n * 37;
    const link = `<a class="entry" href="/api/v1/entries/${entry}" data-entry="${entry}">#${entry}</a>`;
    const name = county.stations.find((station) => station.id === one.station)?.name;
    return `<tr><td>${clock(Date.parse(one.raised))}</td><td>${en ? name?.en : name?.zh}</td><td>${link}</td></tr>`;
  });
  return `<article class="report"><h1>${say("新昌县复盘报告", "After-action report, Xinchang county")}</h1>
<p class="when">${clock(from)} – ${clock(to)}</p>
<h2>${say("报警", "Alarms")}</h2>
<div class="wide"><table><thead><tr><th>${say("时间", "Time")}</th><th>${say("站点", "Station")}</th><th>${say("条目", "Entry")}</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>
<h2>${say("当时的态势图", "The map as it was known then")}</h2>
${maps.map(([at, why]) => figure(county, at, `${why} · ${clock(at)}`, en)).join("\n")}
</article>`;
}

/** The county with what stood at that time. */
function figure(county, at, head, en) {
  const townships = geo("townships.geojson").features;
  const rings = townships.flatMap(({ geometry: { type, coordinates } }) =>
    type === "Polygon" ? coordinates : coordinates.flat(),
  );
  const points = rings.flat();
  const [west, east] = [0, 1].map((n) => Math[n ? "max" : "min"](...points.map(([lon]) => lon)));
  const [south, north] = [0, 1].map((n) =>
    Math[n ? "max" : "min"](...points.map(([, lat]) => lat)),
  );
  const scale = (WIDTH - 36) / (east - west);
  const tall = scale / Math.cos((((south + north) / 2) * Math.PI) / 180);
  const height = (north - south) * tall + 36;
  const x = (lon) => (18 + (lon - west) * scale).toFixed(1);
  const y = (lat) => (18 + (north - lat) * tall).toFixed(1);
  const line = (ring) => ring.map(([lon, lat]) => `${x(lon)},${y(lat)}`).join(" ");
  const borders = rings.map(
    (ring) =>
      `<polygon points="${line(ring)}" fill="var(--map-land,#eceeec)" stroke="var(--map-line,#b2b9b6)"/>`,
  );
  const then = countyAt(county, at).alarms.filter((one) => one.level > 0);
  const marks = then.flatMap((one) => {
    const station = county.stations.find(({ id }) => id === one.station);
    if (!station?.lon) return [];
    return `<circle cx="${x(station.lon)}" cy="${y(station.lat)}" r="5" fill="var(--${SHAPES[one.level]})" stroke="var(--${SHAPES[one.level]}-edge)"/>`;
  });
  const counts = [4, 3, 2, 1].map((level) => then.filter((one) => one.level === level).length);
  const words = en
    ? `: standing ${counts[0]} red, ${counts[1]} orange, ${counts[2]} yellow, ${counts[3]} blue.`
    : `：在警红 ${counts[0]}、橙 ${counts[1]}、黄 ${counts[2]}、蓝 ${counts[3]}。`;
  return `<figure><svg viewBox="0 0 ${WIDTH} ${height.toFixed(0)}" role="img" aria-label="${head}"><rect width="${WIDTH}" height="${height.toFixed(0)}" fill="var(--map-out,#f4f5f4)"/>${borders.join("")}${marks.join("")}</svg><figcaption><b>${head}</b>${words}</figcaption></figure>`;
}
