// Both catalogues hold exactly the messages the source uses, English has every one, and both name the
// same places to fill in.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const catalog = (name) => fileURLToPath(new URL(`../src/i18n/catalog/${name}.po`, import.meta.url));
const lingui = fileURLToPath(
  new URL("../node_modules/@lingui/cli/dist/lingui.js", import.meta.url),
);

function messages(text) {
  const pairs = text.matchAll(/^msgid "((?:[^"\\]|\\.)+)"\nmsgstr "((?:[^"\\]|\\.)*)"/gm);
  return new Map(
    [...pairs].map(([, id, text]) => [JSON.parse(`"${id}"`), JSON.parse(`"${text}"`)]),
  );
}
const holes = (text) =>
  [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort().join(",");

const problems = [];
const kept = Object.fromEntries(
  ["zh", "en"].map((name) => [name, readFileSync(catalog(name), "utf8")]),
);
const en = messages(kept.en);
for (const [id, text] of en) {
  if (text === "") problems.push(`no English for: ${id}`);
  else if (
    holes(id) !== holes(text.replace(/\{#[^}]*\}|\b(?:one|other|=\d+) \{([^}]*)\}/g, "$1"))
  ) {
    problems.push(`other places to fill in: ${id} / ${text}`);
  }
}

// What extraction finds now must be what is committed; the files are put back as they were.

try {
  execFileSync(process.execPath, [lingui, "extract", "--clean"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: "ignore",
  });
  const found = messages(readFileSync(catalog("zh"), "utf8"));
  for (const id of found.keys()) if (!en.has(id)) problems.push(`not in the catalogue: ${id}`);
  for (const id of en.keys()) if (!found.has(id)) problems.push(`no longer used: ${id}`);
} finally {
  for (const [name, text] of Object.entries(kept)) writeFileSync(catalog(name), text);
}
if (problems.length > 0) {
  console.error(
    `${problems.join("\n")}\nrun: npm run i18n:extract, then fill in src/i18n/catalog/en.po`,
  );
  process.exit(1);
}
console.log(`${en.size} messages in both languages`);
