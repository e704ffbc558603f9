// What a client sends to `POST /api/v1/acts`, and what it is answered. Free text, position and photos go as
// plain content, which the server seals.
import type { components } from "./generated";

type Schemas = components["schemas"];

export type Position = Schemas["Position"];
export type Action = Schemas["ActionRequest"];
export type ReportTask = Extract<Action, { action: "report_task" }>;
/** One village as the phone sends it: names as plain text, pictures by id. */
export type CountedVillage = Schemas["CountRequest"];
export type EventRequest = Schemas["EventRequest"];
export type WeatherWarning = Schemas["WeatherWarning"];
export type Act = Schemas["ActRequest"];
/** An alarm as the screen showed it when somebody took note of it. */
export type Shown = Schemas["Shown"];
export type Why = Schemas["Why"];
export type Answer = Schemas["Answer"];
/** The next version of what a township lost, and what it changes in the ledgers. */
export type LossRequest = Schemas["LossRequest"];
export type CaseChange = Schemas["CaseRequest"];
export type UploadRequest = Schemas["UploadRequest"];
export type UploadView = Schemas["UploadView"];
/** Body of every error answer. */
export type ApiError = Schemas["FaultView"];
