// Imports point one way: features -> actions -> link -> state -> wire, features -> map -> state, pwa -> link. Anything
// else is told with its file and line. Also: no component file above 300 lines.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** What each folder may use beside itself. */
const MAY = {
  wire: [],
  i18n: ["wire"],
  ui: ["i18n"],
  state: ["wire"],
  link: ["state", "wire"],
  actions: ["link", "state", "wire"],
  map: ["state", "wire", "i18n"],
  features: ["actions", "map", "state", "wire", "ui", "i18n"],
  shells: ["features", "actions", "link", "state", "wire", "ui", "i18n", "styles"],
  pwa: ["link", "wire"],
  styles: [],
  "main.tsx": ["shells", "i18n", "styles"],
};
/** Packages that one folder alone may import. */
const OWNED = { "maplibre-gl": "map", idb: "link", uplot: "features", uuid: "actions" };
const LONGEST = 300;

const problems = [];
for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const name = relative(src, file);
  const folder = name.split("/")[0];
  const allowed = MAY[folder];
  if (!allowed) problems.push(`${name}: no such layer`);
  const lines = readFileSync(file, "utf8").split("\n");
  if (entry.name.endsWith(".tsx") && lines.length > LONGEST + 1) {
    problems.push(`${name}: ${lines.length} lines, more than ${LONGEST}`);
  }
  const text = lines.join("\n");
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    const line = text.slice(0, match.index).split("\n").length;
    const target = match[1];
    if (!target.startsWith(".")) {
      const owner = Object.entries(OWNED).find(
        ([one]) => target === one || target.startsWith(`${one}/`),
      );
      if (owner && owner[1] !== folder)
        problems.push(`${name}:${line}: ${target} belongs to ${owner[1]}/`);
      continue;
    }
    const other = relative(src, normalize(join(dirname(file), target))).split("/")[0];
    if (other !== folder && !allowed?.includes(other)) {
      problems.push(`${name}:${line}: ${folder} may not use ${other}`);
    }
  }
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log("imports point one way");
