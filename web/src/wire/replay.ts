// The past on the wire, after `crates/model/src/replay.rs`.
import type { Level, Text, Time } from "./view";

export type Mode = "live" | "replay";
/** What had been received, or what had been observed whenever it was received. */
export type Knowledge = "then" | "now";

export interface ReplayView {
  /** Seconds in one; 0 stands still. */
  speed: number;
  knowledge: Knowledge;
  /** The newest entry there was. */
  last: Time;
  ended: boolean;
}

export type ReplayOrder =
  | { do: "seek"; at: Time }
  | { do: "pace"; speed: number }
  | { do: "know"; knowledge: Knowledge };

export type DeedKind =
  | "command"
  | "cancel"
  | "acknowledge"
  | "truth"
  | "reset"
  | "quiet"
  | "notice"
  | "mark";

export interface DeedView {
  kind: DeedKind;
  at: Time;
  until: Time | null;
  op: string;
  by: string;
  title: Text | null;
  level: Level | null;
  note: string | null;
  about: number;
}

/** What happened in a span, in equal buckets; every list has one value a bucket. */
export interface LanesView {
  from: Time;
  to: Time;
  bucket_ms: number;
  first: Time;
  last: Time;
  rain: number[];
  rain_decimals: number;
  rain_unit: string;
  levels: number[];
  alarms: [number, number, number, number, number][];
  calls: number[];
  commands: number[];
  reports: number[];
  decisions: number[];
  late: number[];
  deeds: DeedView[];
  all_deeds: number;
}
