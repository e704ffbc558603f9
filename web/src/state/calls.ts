// Which runs are about a situation, and how far each person's calls came.
import type { Channel, PageStage, RunView } from "../wire/view";
import type { County } from "./world";

/** One person in a run: every channel tried, and the furthest any of it came. */
export interface PersonCall {
  person: string;
  at: string;
  channels: Channel[];
  stage: PageStage;
}

/** From nothing to an answer. */
export const FURTHER: readonly PageStage[] = [
  "held",
  "bundled",
  "called",
  "accepted",
  "failed",
  "expired",
  "delivered",
  "seen",
  "declined",
  "acked",
];

/** Runs about a situation that run, and of those that ended the newest of each policy. */
export function runsAbout(county: County, situation: string): RunView[] {
  const runs = [...county.runs.values()].filter(
    ({ about }) =>
      typeof about === "object" && "situation" in about && about.situation === situation,
  );
  runs.sort((a, b) => Date.parse(b.began) - Date.parse(a.began));
  const policies = new Set<string>();
  return runs.filter((run) => {
    const first = !policies.has(run.policy);
    policies.add(run.policy);
    return first || run.state === "running";
  });
}

/** The people of a run; who has not answered comes first, then who was called first. */
export function callsOf(county: County, run: RunView): PersonCall[] {
  const calls = new Map<string, PersonCall>();
  for (const page of county.pages.values()) {
    if (page.run !== run.id) continue;
    const known = calls.get(page.to);
    if (!known) {
      const { to: person, at, channel, stage } = page;
      calls.set(person, { person, at, channels: [channel], stage });
      continue;
    }
    if (!known.channels.includes(page.channel)) known.channels.push(page.channel);
    if (FURTHER.indexOf(page.stage) > FURTHER.indexOf(known.stage)) known.stage = page.stage;
    if (page.at < known.at) known.at = page.at;
  }
  const done = (call: PersonCall) => (call.stage === "acked" ? 1 : 0);
  return [...calls.values()].sort((a, b) => done(a) - done(b) || a.at.localeCompare(b.at));
}
