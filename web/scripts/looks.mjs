// How scenes are looked at, and how they find things on a page.
export const id = (page, name) => page.getByTestId(name);

/** The desk in every width, both languages and themes, and on a duty officer's phone. */
export const ALL = [
  [1920, "night", "zh"],
  [1920, "day", "en"],
  [1366, "night", "en"],
  [1366, "day", "zh"],
  [390, "night", "zh"],
];
export const DESK = ALL.slice(0, 4);
export const TWO = [
  [1920, "night", "zh"],
  [1366, "day", "en"],
];
