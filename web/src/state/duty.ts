// Who holds which post, and what of it needs a person. Pure; instants are ms since the epoch.
import type { GapView, PostView, ShiftView } from "../wire/view";
import type { County } from "./world";

/** The shift that runs, where the post has a roster that has begun. */
export function shiftNow(post: PostView, now: number): ShiftView | null {
  return (
    post.shifts.find((one) => Date.parse(one.from) <= now && now < Date.parse(one.until)) ?? null
  );
}

/** The first shift after now. */
export function nextShift(post: PostView, now: number): ShiftView | null {
  return post.shifts.find((one) => Date.parse(one.from) > now) ?? null;
}

/** Who is still on the hook although their shift is over: not relieved by a second signature. */
export function lingering(post: PostView, now: number): string[] {
  const due = post.handover ? Date.parse(post.handover.due) : Number.POSITIVE_INFINITY;
  return post.handover && due <= now ? post.handover.from : [];
}

/** Whether somebody signed in for the shift that runs. */
export function isSignedIn(post: PostView, person: string): boolean {
  return post.signed_in.some((one) => one.by === person);
}

/** Nobody signed in although the time for it is over. */
export function signInMissed(post: PostView, now: number): boolean {
  if (post.sign_in_by === null || post.signed_in.length > 0) return false;
  return Date.parse(post.sign_in_by) <= now;
}

/** One may sign in, and hand over, this long before a shift begins, ms. */
export const EARLY_MS = 3_600_000;

/** For which shift this person may sign in now: the one that runs, or one about to begin. */
export function maySignIn(post: PostView, person: string, now: number): ShiftView | null {
  const running = shiftNow(post, now);
  if (running?.people.includes(person)) return isSignedIn(post, person) ? null : running;
  const next = nextShift(post, now);
  const soon = next !== null && Date.parse(next.from) <= now + EARLY_MS;
  return soon && next.people.includes(person) ? next : null;
}

/** What a post wants of the desk, gravest first. */
export type Lack = "vacant" | "handover" | "not_signed" | "short" | "gap";
export const LACKS: readonly Lack[] = ["vacant", "handover", "not_signed", "short", "gap"];

/** The gap that runs, or the next one ahead. */
export function gapAhead(post: PostView, now: number): GapView | null {
  return post.gaps.find((one) => Date.parse(one.until) > now) ?? null;
}

export function lacks(post: PostView, now: number): Lack[] {
  const found: Lack[] = [];
  const running = shiftNow(post, now);
  if (post.now.length === 0) found.push("vacant");
  if (lingering(post, now).length > 0) found.push("handover");
  if (signInMissed(post, now)) found.push("not_signed");
  if (post.now.length > 0 && running?.short) found.push("short");
  const gap = gapAhead(post, now);
  if (gap && Date.parse(gap.from) > now) found.push("gap");
  return found;
}

/** Every post, those that want something first, each part in the order of the files. */
export function postsByNeed(posts: readonly PostView[], now: number): PostView[] {
  const rank = (post: PostView) => {
    const [worst] = lacks(post, now);
    return worst ? LACKS.indexOf(worst) : LACKS.length;
  };
  return [...posts].sort((a, b) => rank(a) - rank(b));
}

/** The post whose crew runs the room: the first that is handed over, else the first with shifts. */
export function roomOf(posts: readonly PostView[]): PostView | null {
  const whole = posts.filter((one) => one.township === null);
  return (
    whole.find((one) => one.handover !== null) ??
    whole.find((one) => one.shifts.length > 0 && one.duty === "duty") ??
    whole.find((one) => one.shifts.length > 0) ??
    null
  );
}

/** Gaps of every post that lie ahead, soonest first. */
export function gapsAhead(posts: readonly PostView[], now: number): GapView[] {
  return posts
    .flatMap((post) => post.gaps)
    .filter((gap) => Date.parse(gap.until) > now)
    .sort((a, b) => a.from.localeCompare(b.from));
}

/** Posts this person holds now or has a shift at. */
export function postsOf(county: County, person: string): PostView[] {
  return [...county.posts.values()].filter(
    (post) =>
      post.now.includes(person) || post.shifts.some((shift) => shift.people.includes(person)),
  );
}

/** One shift of one person, as a swap names it. */
export interface Turn {
  person: string;
  from: string;
  until: string;
}

/** Everybody's shifts that are not over, soonest first. */
export function turns(post: PostView, now: number): Turn[] {
  return post.shifts
    .filter((shift) => Date.parse(shift.until) > now)
    .flatMap(({ people, from, until }) => people.map((person) => ({ person, from, until })));
}

/** Whether two turns can be taken in exchange: other people, other shifts, and nobody has both. */
export function canSwap(post: PostView, one: Turn | null, other: Turn | null): boolean {
  if (!one || !other || one.person === other.person || one.from === other.from) return false;
  const has = (person: string, turn: Turn) =>
    post.shifts.some((shift) => shift.from === turn.from && shift.people.includes(person));
  return !has(one.person, other) && !has(other.person, one);
}

/** Who comes at which side of a handover, as far as one person is concerned. */
export type Signing = "first" | "second" | "wait" | "signed" | "other";

export function signing(post: PostView, person: string | undefined): Signing {
  const { handover } = post;
  if (!handover || !person) return "other";
  if (handover.signed?.by === person) return "signed";
  if (handover.signed === null)
    return handover.from.includes(person)
      ? "first"
      : handover.to.includes(person)
        ? "wait"
        : "other";
  return handover.to.includes(person) ? "second" : "other";
}
