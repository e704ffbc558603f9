// What people tell the county about the world outside its gauges: events that happened, weather warnings.
import type { EventRequest, WeatherWarning } from "../wire/acts";
import { press } from "./act";

export { events } from "../link/api";

export function keepEvent(event: EventRequest): Promise<string> {
  return press({ action: "keep_event", ...event });
}

/** An event that was entered by mistake; it stays in the journal, with the reason. */
export function dropEvent(event: string, reason: string): Promise<string> {
  return press({ action: "drop_event", event, reason });
}

/** Replaces the warning of the same kind that stands there. */
export function warnOfWeather(warning: WeatherWarning): Promise<string> {
  return press({ action: "warn_of_weather", ...warning });
}

export function liftWeather(warning: string): Promise<string> {
  return press({ action: "lift_weather", warning });
}
