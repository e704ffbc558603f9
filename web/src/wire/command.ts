// Part of `view.ts`: what a command is beyond its tasks. After `crates/model/src/command.rs`.
import type { Level, TaskClocks, Text, Time } from "./view";

/** One village as counted by someone who was there; names and pictures by seal. */
export interface VillageCount {
  village: string;
  to_move: number;
  moved: number;
  refused: number;
  unreachable: number;
  left: { why: "refused" | "unreachable"; name: string | null; photo: string | null }[];
}

export type FormAnswer = { field: string } & (
  | { kind: "text"; text: string }
  | { kind: "choice"; option: string }
  | { kind: "number"; number: number }
);

/** The reading that proved that something was done. */
export interface ProofReading {
  station: string;
  quantity: string;
  value: string;
  observed: Time;
}

export interface ProofBound {
  station: string;
  quantity: string;
  below: boolean;
  /** In steps of the quantity's decimals. */
  bound: number;
}

export type TemplateKind = "plain" | "evacuation" | "rescue" | "correction";

/** Where a command is before and after its people are told. */
export type Phase =
  | { phase: "prepared"; until: Time }
  | { phase: "waiting" }
  | { phase: "held"; until: Time }
  | { phase: "issued" }
  | { phase: "stopped"; by: string | null; at: Time };

export type Field = { id: string; title: Text; required: boolean } & (
  | { kind: "text" }
  | { kind: "choice"; options: { id: string; title: Text }[] }
  | { kind: "number"; least: number; most: number }
);

export interface CrewTimer {
  timer: CrewKind;
  every_ms: number;
}

export interface CrewView {
  timer: CrewKind;
  every_ms: number;
  since: Time;
  warned: boolean;
  critical: boolean;
}

export interface VillageTarget {
  village: string;
  to_move: number;
}

/** A village of an evacuation as last counted. */
export interface CountView {
  village: string;
  to_move: number;
  moved: number;
  refused: number;
  unreachable: number;
  people_short: number;
  names_short: number;
  task: string | null;
}

/** What a crew is watched for while it is out there. */
export type CrewKind = "personnel" | "vehicle" | "commander" | "exposure" | "rotation";

export interface GroupView {
  id: string;
  title: Text;
  members: string[];
}

export interface TemplateView {
  id: string;
  title: Text;
  wording: Text;
  clocks: [TaskClocks, TaskClocks, TaskClocks, TaskClocks];
  proof: boolean;
  kind?: TemplateKind;
  /** Id of the template that takes it back. */
  correction?: string | null;
  /** From this level on a second person has to agree. */
  approve_from?: Level | null;
  fields?: Field[];
  crew?: CrewTimer[];
  proven_by?: ProofBound | null;
}
