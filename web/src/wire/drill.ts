// Drills on the wire, under the names this client uses.
import type { components } from "./generated";

type Schemas = components["schemas"];

/** Whether this is a drill, and whether one runs beside it. */
export type DrillsView = Schemas["DrillsView"];
/** What was expected of whom, what happened, and when. */
export type ScoreView = Schemas["Score"];
export type ScoreLine = Schemas["ScoreLine"];
export type Asked = Schemas["Asked"];
export type DrillVerdict = Schemas["Verdict"];
