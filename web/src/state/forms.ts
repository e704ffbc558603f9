// The questions a template asks with "done": text, one of several, a number. Pure.
import type { Field, FormAnswer } from "../wire/view";

/** What was typed or chosen, by question. */
export type Form = Readonly<Record<string, string>>;

/** A number that fits its bounds, or null. */
function numberOf(field: Field & { kind: "number" }, text: string): number | null {
  if (!/^-?\d+$/.test(text.trim())) return null;
  const number = Number(text);
  return number >= field.least && number <= field.most ? number : null;
}

/** Questions that must be answered and are not, or not fittingly. */
export function unanswered(fields: readonly Field[], form: Form): Field[] {
  return fields.filter((field) => {
    const text = form[field.id]?.trim() ?? "";
    if (text === "") return field.required;
    return field.kind === "number" && numberOf(field, text) === null;
  });
}

export function answers(fields: readonly Field[], form: Form): FormAnswer[] {
  return fields.flatMap((field): FormAnswer[] => {
    const text = form[field.id]?.trim() ?? "";
    if (text === "") return [];
    if (field.kind === "text") return [{ field: field.id, kind: "text", text }];
    if (field.kind === "choice") return [{ field: field.id, kind: "choice", option: text }];
    const number = numberOf(field, text);
    return number === null ? [] : [{ field: field.id, kind: "number", number }];
  });
}
