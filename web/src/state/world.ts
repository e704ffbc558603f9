// Everything a client knows, as one value. No DOM, no map, no fetch, no clock of its own.
import type {
  AlarmView,
  AnnunciationView,
  AreaView,
  ClockView,
  CommandView,
  DrillMark,
  EventClass,
  EventView,
  GroupView,
  IncidentView,
  LoadView,
  MassView,
  PageView,
  PersonView,
  PostView,
  RunView,
  SeriesNow,
  SeriesView,
  SituationView,
  StationView,
  SuppressionView,
  SystemView,
  TemplateView,
  Text,
  WeatherView,
} from "../wire/view";
import type { ToldCounty } from "./changed";

/** `<station>/<quantity>`. */
export type SeriesKey = string;

export interface County {
  code: string;
  title: Text;
  demo: boolean;
  /** It is a drill; null: it is real. */
  drill: DrillMark | null;
  rulesVersion: string;
  stations: ReadonlyMap<string, StationView>;
  /** What does not change about a series. */
  series: ReadonlyMap<SeriesKey, SeriesView>;
  /** What changes with each reading. */
  now: ReadonlyMap<SeriesKey, SeriesNow>;
  alarms: ReadonlyMap<string, AlarmView>;
  commands: ReadonlyMap<string, CommandView>;
  groups: readonly GroupView[];
  templates: readonly TemplateView[];
  people: ReadonlyMap<string, PersonView>;
  situations: ReadonlyMap<string, SituationView>;
  suppressions: ReadonlyMap<string, SuppressionView>;
  areas: readonly AreaView[];
  load: LoadView;
  incidents: ReadonlyMap<string, IncidentView>;
  eventClasses: readonly EventClass[];
  /** Weather warnings that stand. */
  weather: ReadonlyMap<string, WeatherView>;
  /** Events heard of since this world began, dropped ones too; the whole book is asked for. */
  events: ReadonlyMap<string, EventView>;
  /** Escalations and roll-calls that run, and those that ended lately. */
  runs: ReadonlyMap<string, RunView>;
  /** Attempts to reach people, of the runs that run or ended since the page was opened. */
  pages: ReadonlyMap<string, PageView>;
  /** Posts and who holds them, in the order of the files. */
  posts: ReadonlyMap<string, PostView>;
  /** Above how many people a command is confirmed by their number, and how long it can be stopped then. */
  mass: MassView;
  /** Annunciations heard since the page was opened, oldest first; at most [`TOLD_KEPT`]. */
  told: readonly Told[];
}

/** An annunciation with its place in the journal, so that each sounds once. */
export interface Told extends AnnunciationView {
  seq: number;
  n: number;
}

export const TOLD_KEPT = 60;

/** What stands for the load of a server that does not tell it: this very value, so that it is known. */
export const quietLoad: LoadView = {
  transitions: 0,
  raised: 0,
  told: 0,
  alarms: 0,
  situations: 0,
  flood_since: null,
  all_transitions: 0,
  all_raised: 0,
  all_situations: 0,
  all_told: 0,
};

/** Where a server does not say: it asks for the number itself when it wants one. */
export const noMass: MassView = { above: 0, hold_ms: 0 };

/** The engine's clock as last heard, and when it was heard by this machine's monotonic clock. */
export interface Heartbeat {
  view: ClockView;
  nowMs: number;
  heardAt: number;
}

export interface World {
  /** How far the journal is, as last heard. */
  seq: number;
  /** Last update taken; everything at or before it is ignored when it comes again. */
  taken: { seq: number; n: number };
  heartbeat: Heartbeat | null;
  counties: ReadonlyMap<string, County>;
  /** Each county as the last snapshot told it: the next one may be told by what differs. */
  told: ReadonlyMap<string, ToldCounty>;
  system: readonly SystemView[];
  /** Wire kinds this client does not know, counted by name. */
  unknown: ReadonlyMap<string, number>;
  /** Whole worlds heard since the page was opened: after each, what was fetched beside the feed is fetched anew. */
  begun: number;
  /** The site's files changed: a new snapshot is needed. */
  wantsSnapshot: boolean;
}

export const emptyWorld: World = {
  seq: 0,
  taken: { seq: 0, n: -1 },
  heartbeat: null,
  counties: new Map(),
  told: new Map(),
  system: [],
  unknown: new Map(),
  begun: 0,
  wantsSnapshot: false,
};

export function seriesKey(station: string, quantity: string): SeriesKey {
  return `${station}/${quantity}`;
}
