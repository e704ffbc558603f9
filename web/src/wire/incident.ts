// Part of `view.ts`: situations opened by hand, decisions, incidents. After `crates/model/src/incident.rs`.
import type { Level, Text, Time } from "./view";

export interface ManualView {
  how: "call" | "drawn" | "help";
  by: string;
  level: Level;
  text: string | null;
  place: string | null;
  task: string | null;
  acked_by: string | null;
  acked_at: Time | null;
}

/** What was decided about a warning; no response: decided not to act. */
export interface Decision {
  response: number | null;
  level: number;
  by: string;
  at: Time;
  reason: string | null;
  command: string | null;
}

export interface ReportClock {
  id: string;
  title: Text;
  to: Text;
  within_ms: number;
}

export interface EventClass {
  id: string;
  title: Text;
  clocks: ReportClock[];
}

export interface SentReport {
  by: string;
  at: Time;
  text: string;
  received_by: string;
  photos: string[];
}

export interface ReportView {
  id: string;
  title: Text;
  to: Text;
  due: Time;
  overdue: boolean;
  sent: SentReport[];
}

export type StillOpen =
  | { open: "situation"; situation: string }
  | { open: "command"; command: string }
  | { open: "report"; clock: string };

export interface IncidentView {
  id: string;
  /** Seal of its name. */
  title: string;
  class: string;
  by: string;
  opened: Time;
  situations: string[];
  commands: string[];
  reports: ReportView[];
  notes: { by: string; at: Time; text: string; photos: string[] }[];
  merged_into: string | null;
  closed: { by: string; at: Time; reason: string; open: StillOpen[] } | null;
}
