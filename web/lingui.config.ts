import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "zh",
  locales: ["zh", "en"],
  catalogs: [{ path: "src/i18n/catalog/{locale}", include: ["src"] }],
  format: formatter({ lineNumbers: false, origins: false }),
  compileNamespace: "ts",
});
