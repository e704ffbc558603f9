// Tables as text that spreadsheets and the site's own import read. Pure.
import type { PersonView, PostView } from "../wire/view";
import type { County } from "./world";

export function quoted(text: string): string {
  return /[",\n\r]|^#|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export interface Table {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** With the mark by which spreadsheets know the encoding; the import takes it off again. */
export function csvOf({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `${cells.map(quoted).join(",")}\n`;
  return `\u{feff}${line(columns)}${rows.map(line).join("")}`;
}

const PERSON = ["person", "name", "post_zh", "post_en", "township", "phone"];
function personCells(id: string, person: PersonView | undefined): string[] {
  const { name = "", post, township, phone } = person ?? {};
  return [id, name, post?.zh ?? "", post?.en ?? "", township ?? "", phone ?? ""];
}
const NOBODY = PERSON.map(() => "");

/** Groups as they are called now, a row for each member. */
export function groupTable({ groups, people }: County): Table {
  return {
    columns: ["group", "title_zh", "title_en", ...PERSON],
    rows: groups.flatMap(({ id, title, members }) => {
      const own = [id, title.zh, title.en];
      if (members.length === 0) return [[...own, ...NOBODY]];
      return members.map((member) => [...own, ...personCells(member, people.get(member))]);
    }),
  };
}

/** Posts and who holds them now, a row for each holder; a vacant post has one without anybody. */
export function postTable(posts: readonly PostView[], { people }: County): Table {
  return {
    columns: ["post", "title_zh", "title_en", "kind", "unit", "post_township", "until", ...PERSON],
    rows: posts.flatMap((post) => {
      const { id, title, duty, unit, township, now } = post;
      const until = post.shifts[0]?.until ?? "";
      const own = [id, title.zh, title.en, duty, unit ?? "", township ?? "", until];
      if (now.length === 0) return [[...own, ...NOBODY]];
      return now.map((holder) => [...own, ...personCells(holder, people.get(holder))]);
    }),
  };
}
