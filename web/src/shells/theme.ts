// Night or day, kept per machine and shell; `?theme=` and `?still` serve pictures.
import { useSyncExternalStore } from "react";

export type Theme = "night" | "day";
const listeners = new Set<() => void>();
let shelfName = "watchfire.theme";

export function startTheme(usual: Theme): void {
  shelfName = `watchfire.theme.${usual}`;
  const query = new URLSearchParams(location.search);
  const asked = query.get("theme") ?? localStorage.getItem(shelfName);
  apply(asked === "day" || asked === "night" ? asked : usual);
  if (query.has("still")) document.documentElement.setAttribute("data-still", "");
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(shelfName, theme);
  apply(theme);
}

export function theme(): Theme {
  return document.documentElement.dataset.theme === "day" ? "day" : "night";
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, theme);
}
