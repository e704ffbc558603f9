// Where the invented people are: a place with every report that tells one, new and old, and one call for help.
const MIN = 60_000;
const iso = (ms) => new Date(ms).toISOString();
const TELLS = new Set(["accepted", "on_scene", "working", "done", "need_help"]);

/** Puts a place near a station of their township under what people reported. */
export function addPlaces(county, now, texts) {
  let sealed = 0;
  for (const command of county.commands) {
    for (const [n, task] of command.tasks.entries()) {
      const person = county.people.find((one) => one.id === task.person);
      const near = county.stations.filter((one) => one.township === person?.township);
      const station = near[n % Math.max(1, near.length)];
      // Some never said where they are.
      if (!station || n % 7 === 4) continue;
      const fact = task.facts.findLast((one) => TELLS.has(one.fact) && one.by === task.person);
      if (!fact) continue;
      const seal = `${"c".repeat(56)}${String(10_000_000 + sealed++)}`;
      const away = ((n % 9) - 4) * 0.0011;
      const place = {
        lon: station.lon + away,
        lat: station.lat - away / 2,
        accuracy_m: 6 + (n % 30),
      };
      texts[seal] = JSON.stringify(place);
      fact.position = seal;
      // Pressed long ago without a network, or just now.
      if (n % 5 === 2) fact.device_at = iso(now - 47 * MIN);
      if (n % 5 === 3) fact.device_at = iso(now - 19 * MIN);
    }
  }
}

/** The red situation of whoever needs help. */
export function addHelp(county) {
  for (const command of county.commands)
    for (const task of command.tasks.filter((one) => one.needs_help)) {
      const press = task.facts.findLast((one) => one.fact === "need_help");
      const person = county.people.find((one) => one.id === task.person);
      const area = county.areas.find((one) => one.code === person?.township);
      county.situations.push(helpOf(task, press, area ?? county.areas[0]));
    }
}

export function helpOf(task, press, area) {
  return {
    id: `4e${task.person.replace(/\D/g, "").padStart(14, "0")}`,
    hazard: "need_help",
    area,
    level: 4,
    worst: 4,
    opened: press.at,
    changed: press.at,
    first: "0".repeat(16),
    newest: "0".repeat(16),
    members: [],
    active: 1,
    unacked: 1,
    quiet: 0,
    people: 0,
    townships: [area.code],
    told: 1,
    told_at: press.at,
    told_for: "new",
    next_notice: null,
    merged_into: null,
    closed: false,
    manual: {
      how: "help",
      by: task.person,
      level: 4,
      text: press.note,
      place: press.position,
      task: task.id,
      episode: press.at,
      acked_by: null,
      acked_at: null,
    },
  };
}
