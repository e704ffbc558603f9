// A roll-call as a board of posts, and the calls that wait for one person's own answer. Pure.
import type { PageStage, PageView, PostCalled, RunView } from "../wire/view";
import { furthest } from "./calls";
import type { County } from "./world";

/** Roll-calls that run and those that ended lately, newest first. */
export function rollCalls(county: County): RunView[] {
  return [...county.runs.values()]
    .filter((run) => run.occasion === "roll_call")
    .sort((a, b) => b.began.localeCompare(a.began));
}

/** One holder of a post that was called: how far it came, and the attempt to answer in their name. */
export interface Holder {
  person: string;
  /** Null: there was no way to call them. */
  stage: PageStage | null;
  /** Why they said no, sealed. */
  note: string | null;
  pages: PageView[];
}

export interface BoardPost {
  post: string;
  holders: Holder[];
  here: PostCalled["here"];
}

export interface Board {
  /** Posts that have nobody: nobody was called there. */
  vacant: string[];
  /** Called, and nobody there has answered; longest in the order of the files. */
  silent: BoardPost[];
  here: BoardPost[];
}

/** The pages of a run by person, in the order they were made. */
export function pagesByPerson(pages: Iterable<PageView>, run: string): Map<string, PageView[]> {
  const found = new Map<string, PageView[]>();
  for (const page of pages) {
    if (page.run !== run) continue;
    const list = found.get(page.to);
    if (list) list.push(page);
    else found.set(page.to, [page]);
  }
  for (const list of found.values()) list.sort((a, b) => a.at.localeCompare(b.at));
  return found;
}

export function boardOf(run: RunView, pages: Iterable<PageView>): Board {
  const known = pagesByPerson(pages, run.id);
  const all = (run.posts ?? []).map(({ post, people, here }) => ({
    post,
    here,
    holders: people.map((person) => {
      const list = known.get(person) ?? [];
      const facts = list.flatMap((page) => page.facts);
      const note = facts.find((one) => one.fact === "declined" && one.note)?.note ?? null;
      return { person, stage: furthest(list), note, pages: list };
    }),
  }));
  return {
    vacant: all.filter((one) => one.holders.length === 0).map((one) => one.post),
    silent: all.filter((one) => one.holders.length > 0 && one.here === null),
    here: all
      .filter((one) => one.here !== null)
      .sort((a, b) => (b.here?.at ?? "").localeCompare(a.here?.at ?? "")),
  };
}

/** A call that waits for this person's own answer: the attempts of one run at them. */
export interface OwnCall {
  run: string;
  about: PageView["about"];
  level: PageView["level"];
  at: string;
  /** The attempt that an answer names: the newest. */
  page: string;
}

/** Calls at one person that nobody has answered for them, oldest first. */
export function ownCalls(county: County, person: string): OwnCall[] {
  const runs = new Map<string, PageView[]>();
  for (const page of county.pages.values()) {
    if (page.to === person) runs.set(page.run, [...(runs.get(page.run) ?? []), page]);
  }
  const found: OwnCall[] = [];
  for (const [run, pages] of runs) {
    const answered = pages.some((page) => page.stage === "acked" || page.stage === "declined");
    const asked = pages.filter((page) => page.open ?? page.stage !== "expired");
    const newest = asked.sort((a, b) => a.at.localeCompare(b.at)).at(-1);
    if (answered || !newest) continue;
    const [at = newest.at] = pages.map((page) => page.at).sort();
    found.push({ run, about: newest.about, level: newest.level, at, page: newest.id });
  }
  return found.sort((a, b) => a.at.localeCompare(b.at));
}
