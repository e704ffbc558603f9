// Keys of the desk. A key typed into a field, or while a dialog is open, belongs to that.
import { useEffect, useRef } from "react";

/** Keys that go by a name of ours; letters go by themselves, large ones with Shift. */
const NAMES: Record<string, string> = {
  Enter: "enter",
  Escape: "escape",
  ArrowDown: "down",
  ArrowUp: "up",
  ArrowLeft: "left",
  ArrowRight: "right",
  Home: "home",
  " ": "space",
};

export type Keys = Record<string, () => unknown>;

function taken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target as HTMLElement | null;
  if (document.querySelector("[role=dialog]") && event.key !== "Escape") return true;
  // Enter closes the area that is being drawn.
  if (document.querySelector("[data-drawing]") && event.key === "Enter") return true;
  if (!target) return false;
  if (target.isContentEditable || target.matches("input, textarea, select"))
    return event.key !== "Escape";
  // The map moves itself.
  if (target.matches("canvas")) return event.key.startsWith("Arrow");
  // Enter and Space on a button are that button's.
  return (event.key === "Enter" || event.key === " ") && target.matches("button, a");
}

export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (taken(event)) return;
      const name = NAMES[event.key] ?? event.key;
      const shifted = event.shiftKey ? latest.current[`shift+${name}`] : undefined;
      const run = shifted ?? latest.current[name];
      if (!run) return;
      event.preventDefault();
      run();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
