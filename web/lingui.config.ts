import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "zh",
  locales: ["zh", "en"],
  catalogs: [{ path: "src/i18n/{locale}", include: ["src"], exclude: ["src/i18n/*.po"] }],
  format: formatter({ lineNumbers: false, origins: false }),
  compileNamespace: "ts",
});
