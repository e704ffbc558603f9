// The catalogue: Chinese text is the source and the id, English is complete or the build fails.
import { i18n } from "@lingui/core";
import { useSyncExternalStore } from "react";
import type { Text } from "../wire/view";
import { messages as en } from "./catalog/en";
import { messages as zh } from "./catalog/zh";

export type Locale = "zh" | "en";
const SHELF = "watchfire.locale";

i18n.load({ zh, en });

/** Takes the language last chosen here, else Chinese, and follows what another page of ours chooses. */
export function startLocale(): void {
  const kept = localStorage.getItem(SHELF);
  setLocale(kept === "en" ? "en" : "zh");
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === SHELF) setLocale(newValue === "en" ? "en" : "zh");
  });
}

export function setLocale(locale: Locale): void {
  localStorage.setItem(SHELF, locale);
  document.documentElement.lang = locale === "zh" ? "zh-CN" : "en";
  i18n.activate(locale);
}

export function locale(): Locale {
  return i18n.locale === "en" ? "en" : "zh";
}

/** The language in force; re-renders when it changes. */
export function useLocale(): Locale {
  return useSyncExternalStore(
    (listener) => i18n.on("change", listener),
    () => locale(),
  );
}

/** A text of the wire in the language in force. */
export function say(text: Text | null | undefined): string {
  if (!text) return "";
  return locale() === "en" ? text.en || text.zh : text.zh || text.en;
}

export { i18n };
