// Notes on a time or an interval, for whoever looks at it later.
import { press } from "./act";

/** Leaves a note on the bar; it decides nothing, so it may be written about the past. */
export function mark(from: number, until: number | null, text: string): Promise<string> {
  const at = new Date(from).toISOString();
  const end = until === null ? {} : { until: new Date(until).toISOString() };
  return press({ action: "mark", at, ...end, text });
}
