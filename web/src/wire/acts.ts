// What a client sends to `POST /api/v1/acts`: `model::Action`, with free text, position and photos as
// plain content, which the server seals.
import type { FactKind, Level, Matcher, Means, SystemKind, TaskClocks, Time, Truth } from "./view";

export interface Position {
  lon: number;
  lat: number;
  accuracy_m: number;
}

export type Action =
  | { action: "acknowledge"; alarms: string[] }
  | { action: "mark_truth"; alarm: string; truth: Truth }
  | { action: "reset_alarm"; alarm: string; reason?: string }
  | {
      action: "issue_command";
      alarm: string | null;
      template: string;
      level: Level;
      groups: string[];
      people: string[];
      wording: string;
      clocks: TaskClocks | null;
    }
  | { action: "cancel_command"; command: string; reason?: string }
  | ReportTask
  | { action: "mark"; at: Time; until?: Time; text: string }
  | { action: "end_notice"; notice: SystemKind; subject: string }
  | { action: "acknowledge_situation"; situation: string; alarms: string[] }
  | { action: "shelve"; alarm: string; until: Time; reason?: string }
  | { action: "unshelve"; alarm: string }
  | { action: "silence"; matcher: Matcher; until: Time; reason: string }
  | { action: "maintain"; stations: string[]; from: Time; until: Time; ticket: string }
  | { action: "take_out_of_service"; station: string; reason: string }
  | { action: "approve_suppression"; suppression: string }
  | { action: "end_suppression"; suppression: string };

export type ReportTask = {
  action: "report_task";
  task: string;
  means: Means;
  note?: string;
  position?: Position;
  photos?: string[];
} & FactKind;

export interface Act {
  op: string;
  device_at: Time;
  /** Needed where an account sees several. */
  jurisdiction?: string;
  action: Action;
}

export type Why =
  | "no_such_alarm"
  | "no_such_task"
  | "no_such_command"
  | "no_such_template"
  | "no_such_person"
  | "nobody_to_reach"
  | "not_your_task"
  | "role_not_allowed"
  | "alarm_not_open"
  | "task_closed"
  | "not_done_yet"
  | "verifier_is_doer"
  | "proof_missing"
  | "bad_percent"
  | "no_such_notice"
  | "no_such_situation"
  | "no_such_station"
  | "no_such_suppression"
  | "too_long"
  | "not_in_future"
  | "matches_everything"
  | "approver_is_owner"
  | "nothing_to_approve";

export type Answer = { answer: "done" } | { answer: "refused"; why: Why };

/** Body of every error answer. */
export interface ApiError {
  code: string;
  zh: string;
  en: string;
}
