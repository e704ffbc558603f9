// The requests of `/api/v1`, one function each. Answers are typed, errors carry their sentence.
import type { ReportForm } from "../state/report";
import type { Act, Answer, ApiError, UploadRequest, UploadView } from "../wire/acts";
import type {
  BacktestReport,
  BacktestRequest,
  CallReport,
  CallTrialRequest,
  RuleFileView,
} from "../wire/backtest";
import type { DrillsView, ScoreView } from "../wire/drill";
import type { Knowledge, LanesView } from "../wire/replay";
import type { EntryView, ReportText } from "../wire/report";
import type {
  ImportResult,
  InterfaceView,
  Refusal,
  RefusedView,
  RegistryKind,
  SheetView,
  SiteCheck,
} from "../wire/site";
import type {
  EventView,
  Me,
  PageView,
  PersonContacts,
  PersonView,
  PostView,
  ReachView,
  RuleView,
  RunView,
  SampleView,
} from "../wire/view";

const BASE = "/api/v1";
/** A request unanswered this long counts as failed, ms; a piece of a picture gets longer. */
const PATIENCE_MS = 15_000;
const PIECE_PATIENCE_MS = 60_000;
/** Checking all rule files with their examples takes its time, ms. */
const SITE_PATIENCE_MS = 60_000;
/** The server itself gives up after a minute, ms. */
const BACKTEST_PATIENCE_MS = 70_000;

/** The server lives through the whole interval again, ms. */
const REPORT_PATIENCE_MS = 70_000;

/** The server, or something between here and there, answered and said no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: ApiError,
  ) {
    super(body.zh);
  }
}

/** What our server says of a request itself; sent again it would be answered so again. */
const FINAL: ReadonlySet<string> = new Set([
  "bad_body",
  "bad_field",
  "jurisdiction_missing",
  "no_such_file",
  "no_such_jurisdiction",
  "not_a_picture",
  "not_a_video",
  "not_your_task",
  "other_jurisdiction",
  "other_task",
  "role_not_allowed",
  "too_large",
]);

/**
 * Whether trying again is in vain. Only our server's own word counts, in its own form: a gateway, a captive
 * portal or a newer program between may say anything, and it passes.
 */
export function isFinal({ status, body }: Refused): boolean {
  return status >= 400 && status < 500 && FINAL.has(body.code);
}

async function request(path: string, init: RequestInit = {}, patience = PATIENCE_MS) {
  const signals = [AbortSignal.timeout(patience), ...(init.signal ? [init.signal] : [])];
  const response = await fetch(BASE + path, {
    credentials: "same-origin",
    ...init,
    signal: AbortSignal.any(signals),
  });
  if (response.ok) return response;
  const said = (await response.json().catch(() => null)) as Partial<ApiError> | null;
  throw new Refused(response.status, isOurs(said) ? said : plainFault(response.status));
}

/** The form of every fault of our server; what stands between has forms of its own. */
function isOurs(said: Partial<ApiError> | null): said is ApiError {
  return [said?.code, said?.zh, said?.en].every((word) => typeof word === "string");
}

function plainFault(status: number): ApiError {
  const zh = `服务器答复 ${status}。`;
  return { code: `http_${status}`, zh, en: `The server answered ${status}.`, problems: [] };
}

function json(body: unknown): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}

export async function login(login: string, password: string): Promise<PersonView> {
  const response = await request("/login", json({ login, password }));
  return ((await response.json()) as { person: PersonView }).person;
}

export async function logout(): Promise<void> {
  await request("/logout", { method: "POST" });
}

/** Who the session belongs to; null when there is none. Throws when nobody answers. */
export async function me(): Promise<Me | null> {
  try {
    return (await (await request("/me")).json()) as Me;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return null;
    throw error;
  }
}

export async function act(act: Act): Promise<Answer> {
  const said = (await (await request("/acts", json(act))).json()) as Partial<Answer> | null;
  // A portal in between may answer anything with a 200: only our own word means that the county has it.
  if (typeof said?.answer !== "string") throw new TypeError("no answer of ours");
  return said as Answer;
}

/** Whether this is a drill, and whether one runs beside it. */
export async function drills(): Promise<DrillsView> {
  return (await (await request("/drill")).json()) as DrillsView;
}

/** How the drill goes. */
export async function drillScore(): Promise<ScoreView> {
  return (await (await request("/drill/score", {}, REPORT_PATIENCE_MS)).json()) as ScoreView;
}

/** The server's public key for web push. */
export async function phoneKey(): Promise<string> {
  return ((await (await request("/phones")).json()) as { key: string }).key;
}

/** Leaves the address at which this phone is woken. */
export async function notePhone(phone: {
  endpoint: string;
  p256dh: string;
  auth: string;
}): Promise<void> {
  await request("/phones", json(phone));
}

export async function forgetPhone(endpoint: string): Promise<void> {
  await request("/phones", { ...json({ endpoint }), method: "DELETE" });
}

/** Announces a picture or video, or finds how far it is. */
export async function beginUpload(upload: UploadRequest): Promise<UploadView> {
  return (await (await request("/uploads", json(upload))).json()) as UploadView;
}

/** Sends the piece that begins at byte `at`. */
export async function addPiece(id: string, at: number, piece: Blob): Promise<UploadView> {
  const sent = {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: piece,
  };
  const path = `/uploads/${encodeURIComponent(id)}?at=${at}`;
  return (await (await request(path, sent, PIECE_PATIENCE_MS)).json()) as UploadView;
}

/** Where a photo can be read. */
export function photoAddress(seal: string): string {
  return `${BASE}/blobs/${encodeURIComponent(seal)}`;
}

export async function texts(seals: readonly string[]): Promise<Record<string, string>> {
  const ids = seals.map(encodeURIComponent).join(",");
  return (await (await request(`/texts?ids=${ids}`)).json()) as Record<string, string>;
}

/** History of one series, from ≤ t < to. */
export async function samples(
  station: string,
  quantity: string,
  from: Date,
  to: Date,
): Promise<SampleView[]> {
  const path = `/series/${encodeURIComponent(station)}/${encodeURIComponent(quantity)}`;
  const range = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
  const text = await (await request(`${path}?${range}`)).text();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as SampleView);
}

/** What happened in a span, in at most so many pieces: only what had been entered `by` a moment, or all of it. */
export async function lanes(
  jurisdiction: string,
  from: Date,
  to: Date,
  buckets: number,
  by: Date | null,
): Promise<LanesView> {
  const query = new URLSearchParams({
    jurisdiction,
    from: from.toISOString(),
    to: to.toISOString(),
    buckets: String(buckets),
    ...(by ? { knowledge: "then", at: by.toISOString() } : { knowledge: "now" }),
  });
  return (await (await request(`/replay/lanes?${query}`)).json()) as LanesView;
}

/** The rules in force, with what they watch and how they have done. */
export async function rules(jurisdiction: string): Promise<RuleView[]> {
  const range = new URLSearchParams({ jurisdiction });
  const list = (await (await request(`/rules?${range}`)).json()) as RuleView[];
  // An older server does not tell the numbers.
  return list.map((one) => ({ ...one, bounds: one.bounds ?? [], below: one.below ?? false }));
}

/** What happened in the county: entered, or known from marked alarms. */
export async function events(jurisdiction: string): Promise<EventView[]> {
  const range = new URLSearchParams({ jurisdiction });
  return (await (await request(`/events?${range}`)).json()) as EventView[];
}

/** Posts as of now, or of an instant of the past: who holds them, gaps, what is handed over. */
export async function duty(jurisdiction: string, at: Date | null): Promise<PostView[]> {
  const range = new URLSearchParams({ jurisdiction, ...(at ? { at: at.toISOString() } : {}) });
  return (await (await request(`/duty?${range}`)).json()) as PostView[];
}

/** What each contact point of everybody has proven. */
export async function contacts(jurisdiction: string): Promise<PersonContacts[]> {
  const range = new URLSearchParams({ jurisdiction });
  return (await (await request(`/contacts?${range}`)).json()) as PersonContacts[];
}

/** Where channels reach nobody, and the tests that begin by themselves. */
export async function reach(jurisdiction: string): Promise<ReachView | null> {
  const range = new URLSearchParams({ jurisdiction });
  const list = (await (await request(`/reach?${range}`)).json()) as ReachView[];
  return list[0] ?? null;
}

/** A moment of the past, and by which knowledge it is shown. */
export interface PastMoment {
  at: string;
  knowledge: Knowledge;
}

/** Runs of the day before now or before a moment of the past, each with its pages. */
export async function runs(
  jurisdiction: string,
  past: PastMoment | null,
): Promise<(RunView & { pages: PageView[] })[]> {
  const range = new URLSearchParams({ jurisdiction, ...past });
  const list = await (await request(past ? `/replay/runs?${range}` : `/runs?${range}`)).json();
  return list as (RunView & { pages: PageView[] })[];
}

/** Re-reads the site's folder and says what is wrong and what would change; changes nothing. */
export async function checkSite(): Promise<SiteCheck> {
  return (await (await request("/site/check", json({}), SITE_PATIENCE_MS)).json()) as SiteCheck;
}

/** The same, and takes the files over unless something keeps them out. */
export async function reloadSite(): Promise<SiteCheck> {
  return (await (await request("/site/reload", json({}), SITE_PATIENCE_MS)).json()) as SiteCheck;
}

/** How a file of rows is taken. */
export interface ImportManner {
  /** Only says what each row would do. */
  dryRun: boolean;
  /** Rows that are not in the file go. */
  whole: boolean;
}

/** Rows of a CSV or a workbook, or features of a GeoJSON; a dry run says what each would do. */
export async function importRegistry(
  what: RegistryKind,
  jurisdiction: string,
  file: Blob,
  type: string,
  { dryRun, whole }: ImportManner,
): Promise<ImportResult> {
  const query = new URLSearchParams({
    jurisdiction,
    dry_run: String(dryRun),
    whole: String(whole),
  });
  const sent = { method: "POST", headers: { "content-type": type }, body: file };
  const response = await request(`/registry/${what}?${query}`, sent, SITE_PATIENCE_MS);
  return (await response.json()) as ImportResult;
}

/** A table of the site's files, or its rows about one station. */
export async function sheet(
  what: RegistryKind,
  jurisdiction: string,
  station?: string,
): Promise<SheetView> {
  const query = new URLSearchParams({ jurisdiction, ...(station ? { station } : {}) });
  return (await (await request(`/registry/${what}?${query}`)).json()) as SheetView;
}

/** A table of the site's files as a workbook. */
export async function workbook(what: RegistryKind, jurisdiction: string): Promise<Blob> {
  const query = new URLSearchParams({ jurisdiction, form: "xlsx" });
  return (await request(`/registry/${what}?${query}`)).blob();
}

/** Every interface: what came by it, and whether it is heard. */
export async function interfaces(jurisdiction: string): Promise<InterfaceView[]> {
  const query = new URLSearchParams({ jurisdiction });
  return (await (await request(`/intake?${query}`)).json()) as InterfaceView[];
}

/** The newest messages that were refused. */
export async function refusedMessages(
  by: string | null,
  kind: Refusal | null,
): Promise<RefusedView[]> {
  const query = new URLSearchParams({
    ...(by ? { interface: by } : {}),
    ...(kind ? { kind } : {}),
  });
  return (await (await request(`/intake/refused?${query}`)).json()) as RefusedView[];
}

/** The rule files as they lie on disk. */
export async function ruleFiles(): Promise<RuleFileView[]> {
  return (await (await request("/site/rules")).json()) as RuleFileView[];
}

/** What is wrong with rule files that are not there yet, and what they would change. */
export async function tryRules(files: Readonly<Record<string, string>>): Promise<SiteCheck> {
  const response = await request("/site/rules/check", json(files), SITE_PATIENCE_MS);
  return (await response.json()) as SiteCheck;
}

/** Replays history under two sets of rules; letting go of it stops the server's work. */
export async function backtest(
  asked: BacktestRequest,
  signal: AbortSignal,
): Promise<BacktestReport> {
  const sent = { ...json(asked), signal };
  const response = await request("/backtest", sent, BACKTEST_PATIENCE_MS);
  return (await response.json()) as BacktestReport;
}

/** The files that say who is on duty and who is called, as they lie on disk. */
export async function organisationFiles(jurisdiction: string): Promise<RuleFileView[]> {
  const query = new URLSearchParams({ jurisdiction });
  return (await (await request(`/site/organisation?${query}`)).json()) as RuleFileView[];
}

/** What is wrong with such files that are not there yet, and what they would change. */
export async function tryOrganisation(
  jurisdiction: string,
  files: Readonly<Record<string, string>>,
): Promise<SiteCheck> {
  const path = `/site/organisation/check?${new URLSearchParams({ jurisdiction })}`;
  return (await (await request(path, json(files), SITE_PATIENCE_MS)).json()) as SiteCheck;
}

/** Who would have been called under other files; letting go of it stops the server's work. */
export async function tryCalls(asked: CallTrialRequest, signal: AbortSignal): Promise<CallReport> {
  const sent = { ...json(asked), signal };
  const response = await request("/backtest/calls", sent, BACKTEST_PATIENCE_MS);
  return (await response.json()) as CallReport;
}

/** Where a report is in one of its forms. */
export function reportAddress(form: ReportForm, parameters: string): string {
  return `${BASE}/reports/${form}?${parameters}`;
}

/** A report's article, made now from the journal: markup of the server's own, without any script. */
export async function reportFragment(parameters: string, signal: AbortSignal): Promise<string> {
  const path = `/reports/fragment?${parameters}`;
  return await (await request(path, { signal }, REPORT_PATIENCE_MS)).text();
}

/** Everything that was written to reports of a jurisdiction, oldest first. */
export async function reportTexts(jurisdiction: string): Promise<ReportText[]> {
  const query = new URLSearchParams({ jurisdiction });
  return (await (await request(`/reports?${query}`)).json()) as ReportText[];
}

/** One entry of the journal, by its number or that of an outcome. */
export async function entry(number: number): Promise<EntryView> {
  return (await (await request(`/entries/${number}`, {}, REPORT_PATIENCE_MS)).json()) as EntryView;
}
