import { expect, test } from "vitest";
import { answers, unanswered } from "../src/state/forms";
import type { Field } from "../src/wire/view";

const title = { zh: "题", en: "field" };
const fields: Field[] = [
  { id: "people", title, required: true, kind: "number", least: 0, most: 500 },
  {
    id: "road",
    title,
    required: false,
    kind: "choice",
    options: [
      { id: "open", title },
      { id: "closed", title },
    ],
  },
  { id: "words", title, required: true, kind: "text" },
];
const open = (form: Record<string, string>) => unanswered(fields, form).map((field) => field.id);

test("done waits for what is required and for numbers that fit", () => {
  expect(open({})).toEqual(["people", "words"]);
  expect(open({ people: "501", words: "a" })).toEqual(["people"]);
  expect(open({ people: "many", words: "a" })).toEqual(["people"]);
  expect(open({ people: "500", words: "a" })).toEqual([]);
});

test("only what was answered is sent, each in its own form", () => {
  expect(answers(fields, { people: "12", road: "", words: " seen " })).toEqual([
    { field: "people", kind: "number", number: 12 },
    { field: "words", kind: "text", text: "seen" },
  ]);
  expect(answers(fields, { road: "open" })).toEqual([
    { field: "road", kind: "choice", option: "open" },
  ]);
});
