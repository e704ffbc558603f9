// The command line: what was typed as a verb and the beginning of an object, and what both could mean. Pure.

export type Verb = "ack" | "call" | "order" | "silence" | "open" | "go" | "station" | "person";

export type Kind = "situation" | "alarm" | "person" | "command" | "group" | "page" | "station";

/** Something a line can be about. */
export interface Entry {
  kind: Kind;
  id: string;
  label: string;
  /** What it is found by, in both languages. */
  words: readonly string[];
  /** Its place in the list of situations, as `s3` says it. */
  number?: number;
  /** There is something in it to take note of. */
  open?: boolean;
}

/** What a line could mean: a verb alone, or a verb with its object. */
export interface Meaning {
  verb: Verb;
  entry: Entry | null;
}

/** How each verb may be written, the first in Chinese and in English being its name. */
export const VERBS: Readonly<Record<Verb, readonly string[]>> = {
  ack: ["确认", "ack", "acknowledge"],
  call: ["呼叫", "call", "打电话", "打给", "phone"],
  order: ["指令", "order", "下指令", "command"],
  silence: ["静默", "silence", "quiet"],
  open: ["打开", "open", "看", "show"],
  go: ["转到", "go", "去", "goto"],
  station: ["站", "station", "站点"],
  person: ["人", "person", "人员", "who"],
};

/** What each verb is about. */
const TAKES: Readonly<Record<Verb, readonly Kind[]>> = {
  ack: ["situation", "alarm"],
  call: ["person"],
  order: ["group", "person", "situation", "alarm"],
  silence: ["situation", "station"],
  open: ["situation", "alarm", "command", "station", "person", "page"],
  go: ["page"],
  station: ["station"],
  person: ["person"],
};

/** What an object without a verb means. */
const PLAIN: Readonly<Record<Kind, Verb>> = {
  situation: "open",
  alarm: "open",
  person: "person",
  command: "open",
  group: "order",
  page: "go",
  station: "station",
};

const SHOWN = 9;
/** Of each kind, where no verb says which is meant. */
const OF_A_KIND = 3;

const ALL = Object.keys(VERBS) as Verb[];
const isLatin = (text: string) => /^[a-z]/.test(text);

/** What is typed, without the sign that opened the line, in one case and with one kind of spaces. */
const plain = (line: string) =>
  line
    .toLowerCase()
    .replace(/[\s\u3000]+/g, " ")
    .replace(/^ ?[:：/]? ?/, "");

interface Read {
  verb: Verb;
  rest: string;
}

/** The verb a line begins with; Chinese ones need no space after them. */
export function readLine(line: string): Read | null {
  const text = plain(line);
  let best: (Read & { length: number }) | null = null;
  for (const verb of ALL) {
    for (const name of VERBS[verb]) {
      const ends = text === name || text.startsWith(`${name} `);
      if (!ends && (isLatin(name) || !text.startsWith(name))) continue;
      if (best && best.length >= name.length) continue;
      best = { verb, rest: text.slice(name.length).trim(), length: name.length };
    }
  }
  return best && { verb: best.verb, rest: best.rest };
}

/** How well an entry is meant; smaller is better, null not at all. */
function fits(entry: Entry, wanted: readonly string[]): number | null {
  const number = /^s?(\d{1,3})$/.exec(wanted[0] ?? "")?.[1];
  if (wanted.length === 1 && number && entry.number === Number(number)) return 0;
  const words = entry.words.join(" ").toLowerCase();
  if (!wanted.every((word) => words.includes(word))) return null;
  const [first = ""] = wanted;
  if (entry.words.some((word) => word.toLowerCase() === first)) return 1;
  return entry.words.some((word) => word.toLowerCase().startsWith(first)) ? 2 : 3;
}

function found(entries: readonly Entry[], rest: string, kinds: readonly Kind[]): Entry[] {
  const wanted = rest.split(" ").filter(Boolean);
  const all = entries.filter((entry) => kinds.includes(entry.kind));
  if (wanted.length === 0) {
    return [...all].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
  }
  return all
    .flatMap((entry) => {
      const fit = fits(entry, wanted);
      return fit === null ? [] : [{ entry, fit }];
    })
    .sort((a, b) => a.fit - b.fit || kinds.indexOf(a.entry.kind) - kinds.indexOf(b.entry.kind))
    .map(({ entry }) => entry);
}

/** Of a verb: what it can be about. Only what nobody has taken note of is acknowledged. */
function meant({ verb, rest }: Read, entries: readonly Entry[]): Meaning[] {
  const fit = found(entries, rest, TAKES[verb]).filter((entry) => verb !== "ack" || entry.open);
  const list = fit.slice(0, SHOWN).map((entry) => ({ verb, entry }));
  // An order may be begun without saying to whom.
  return verb === "order" && rest === "" ? [{ verb, entry: null }, ...list] : list;
}

/** Of an object without a verb: each kind its own way, no kind crowding out the others. */
function unsaid(text: string, entries: readonly Entry[]): Meaning[] {
  const count = new Map<Kind, number>();
  return found(entries, text, Object.keys(PLAIN) as Kind[])
    .filter(({ kind }) => {
      const n = (count.get(kind) ?? 0) + 1;
      count.set(kind, n);
      return n <= OF_A_KIND;
    })
    .slice(0, SHOWN)
    .map((entry) => ({ verb: PLAIN[entry.kind], entry }));
}

/** What a line could mean, most likely first; entries come in the order in which they matter. */
export function meanings(line: string, entries: readonly Entry[]): Meaning[] {
  const text = plain(line).trim();
  if (text === "") return ALL.map((verb) => ({ verb, entry: null }));
  const read = readLine(line);
  const list = read ? meant(read, entries) : [];
  if (list.length > 0) return list;
  const begun = ALL.filter((verb) => VERBS[verb].some((name) => name.startsWith(text)));
  const verbs = begun.map((verb) => ({ verb, entry: null }));
  return [...verbs, ...unsaid(text, entries)].slice(0, SHOWN);
}

/** Whether a meaning can be done, or is a verb that still wants its object. */
export function isWhole({ verb, entry }: Meaning, line: string): boolean {
  return entry !== null || (verb === "order" && readLine(line)?.verb === "order");
}
