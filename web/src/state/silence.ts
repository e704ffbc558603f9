// Both kinds of silence in one list, worst first: tasks that owe something, and calls nobody answers. Pure.
import type { CallOwed } from "./calls";
import { before, type Obligation, ORDER, type Want } from "./obligations";
import type { County } from "./world";

interface Silence {
  key: string;
  person: string;
  want: Want;
  level: number;
  /** Since when nothing was heard of them. */
  since: string;
  /** When something happens by itself; what has nothing ahead comes last. */
  at: string;
}
export type TaskRow = Silence & { kind: "task"; one: Obligation };
export type CallRow = Silence & { kind: "call"; one: CallOwed };
export type Row = TaskRow | CallRow;

/** Whose answer is awaited, also past a clock of the law, or was until they were given up. */
export const hasNotAnswered = ({ want }: { want: Want }) =>
  want === "silent" || want === "gave_up" || want === "clock";

function taskRow(one: Obligation): TaskRow {
  const { task, command, want } = one;
  return {
    kind: "task",
    key: task.id,
    person: task.person,
    want,
    level: command.level,
    since: task.heard ?? command.issued,
    at: task.next?.at ?? "9",
    one,
  };
}

function callRow(one: CallOwed): CallRow {
  const { key, call, want, level, at } = one;
  return { kind: "call", key, person: call.person, want, level, since: call.at, at, one };
}

/** Everybody who owes an answer: by urgency, then level, then what happens soonest by itself. */
export function silences(tasks: readonly Obligation[], calls: readonly CallOwed[]): Row[] {
  const rows: Row[] = [...tasks.map(taskRow), ...calls.map(callRow)];
  if (calls.length === 0) return rows;
  const rank = (row: Row) => ORDER.indexOf(row.want);
  return rows.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      b.level - a.level ||
      before(a.at, b.at) ||
      before(a.since, b.since) ||
      before(a.key, b.key),
  );
}

/** Rows of people who are meant by a few letters: of their name, post, township or telephone number. */
export function findRows(rows: readonly Row[], words: string, county: County): Row[] {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [...rows];
  const towns = new Map(
    county.areas.filter((one) => one.kind === "township").map((one) => [one.code, one.title]),
  );
  return rows.filter(({ person: id }) => {
    const person = county.people.get(id);
    const town = person?.township ? towns.get(person.township) : undefined;
    const digits = person?.phone?.replaceAll(" ", "");
    const all = [id, person?.name, person?.post.zh, person?.post.en, town?.zh, town?.en, digits];
    const text = all.filter(Boolean).join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
