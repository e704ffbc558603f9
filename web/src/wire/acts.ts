// What a client sends to `POST /api/v1/acts`: `model::Action`, with free text, position and photos as
// plain content, which the server seals.
import type {
  AreaKind,
  FactKind,
  FormAnswer,
  Level,
  Matcher,
  Means,
  SystemKind,
  TaskClocks,
  Time,
  Truth,
  VillageTarget,
} from "./view";

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
      /** How many people it reaches, as typed: a large one is only prepared without. */
      count?: number;
      supersedes?: string;
      villages?: VillageTarget[];
    }
  | { action: "confirm_command"; command: string; count: number }
  | { action: "approve_command"; command: string; approve: boolean; reason?: string }
  | { action: "stop_command"; command: string }
  | { action: "reassign_task"; task: string; to: string; reason?: string }
  | { action: "hasten_task"; task: string }
  | { action: "postpone_task"; task: string; by_ms: number }
  | {
      action: "open_situation";
      hazard: string;
      level: Level;
      how: "call" | "drawn";
      area?: { kind: AreaKind; code: string };
      text: string;
      place?: string;
    }
  | { action: "grade_situation"; situation: string; level: Level }
  | { action: "close_situation"; situation: string; reason: string }
  | { action: "decide"; situation: string; response: number | null; reason?: string }
  | {
      action: "open_incident";
      title: string;
      class: string;
      situations: string[];
      commands: string[];
    }
  | { action: "gather_incident"; incident: string; situations: string[]; commands: string[] }
  | { action: "note_incident"; incident: string; text: string }
  | { action: "merge_incident"; incident: string; into: string }
  | { action: "close_incident"; incident: string; reason: string }
  | {
      action: "send_report";
      incident: string;
      clock: string;
      text: string;
      received_by: string;
    }
  | { action: "cancel_command"; command: string; reason?: string }
  | ReportTask
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
  version?: number;
  count?: CountedVillage[];
  form?: FormAnswer[];
} & FactKind;

/** One village as the phone sends it: names as plain text, pictures by id. */
export interface CountedVillage {
  village: string;
  to_move: number;
  moved: number;
  refused: number;
  unreachable: number;
  left: { why: "refused" | "unreachable"; name?: string; photo?: string }[];
}

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
  | "nothing_to_approve"
  | "count_differs"
  | "correction_missing"
  | "already_issued"
  | "not_issued_yet"
  | "nothing_to_confirm"
  | "already_assigned"
  | "no_automatic_step"
  | "head_count_missing"
  | "head_count_short"
  | "names_missing"
  | "bad_form"
  | "bad_count"
  | "no_such_area"
  | "no_such_incident"
  | "no_such_class"
  | "no_such_report"
  | "no_such_response"
  | "reason_missing";

export type Answer = { answer: "done" } | { answer: "refused"; why: Why };

/** Body of every error answer. */
export interface ApiError {
  code: string;
  zh: string;
  en: string;
}
