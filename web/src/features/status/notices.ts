// Every kind of notice about ourselves: what it is called, how it is told beside others, who can end it.
import { i18n } from "../../i18n/i18n";
import type { SystemKind, SystemView } from "../../wire/view";

interface Notice {
  /** A word or two, where several are folded into one line. */
  name: () => string;
  /** Told in full whatever else there is. */
  full?: true;
  /** Given by many at once: one sentence. */
  together?: true;
  /** A few are told one by one, more in one sentence. */
  several?: true;
  /** No machine can take it back. */
  byPerson?: true;
  /** Of the program itself or with a place of its own: nobody can take it on. */
  nobodys?: true;
}

/** In the order of urgency; what is never folded away comes first. */
export const NOTICES: Record<SystemKind, Notice> = {
  need_help: { name: () => i18n.t("要帮助"), full: true, byPerson: true },
  disk_full: { name: () => i18n.t("磁盘"), full: true, nobodys: true },
  journal_broken: { name: () => i18n.t("日志"), full: true, nobodys: true },
  crew_overdue: { name: () => i18n.t("没有报平安"), full: true, several: true },
  calls_exhausted: { name: () => i18n.t("叫不应"), full: true, several: true, byPerson: true },
  legal_clock: { name: () => i18n.t("法定时限"), full: true, several: true, byPerson: true },
  report_overdue: { name: () => i18n.t("该报未报"), full: true, several: true },
  reply_unread: { name: () => i18n.t("回信看不懂"), full: true, several: true, byPerson: true },
  undecided: { name: () => i18n.t("没有决定") },
  channel_lost: { name: () => i18n.t("通道不通"), together: true },
  blind_spot: { name: () => i18n.t("盲区"), together: true },
  interface_down: { name: () => i18n.t("接口断") },
  link_down: { name: () => i18n.t("接口断"), nobodys: true },
  unanswered: { name: () => i18n.t("叫不应"), byPerson: true },
  sight_lost: { name: () => i18n.t("失视"), together: true },
  rules_refused: { name: () => i18n.t("规则"), nobodys: true },
  rule_failing: { name: () => i18n.t("规则"), together: true },
  suppression_ending: { name: () => i18n.t("静默到期") },
  empty_step: { name: () => i18n.t("值班"), byPerson: true },
  not_signed_in: { name: () => i18n.t("值班") },
  handover_open: { name: () => i18n.t("值班") },
  coverage_gap: { name: () => i18n.t("值班") },
  clock_stepped: { name: () => i18n.t("时钟"), nobodys: true },
  unstable_signal: { name: () => i18n.t("探头不稳"), together: true },
  sensor_repair: { name: () => i18n.t("待检修"), byPerson: true },
  flood_mode: { name: () => i18n.t("汇总模式"), nobodys: true },
};
const ORDER = Object.keys(NOTICES);

/** A newer server may tell of a kind this page does not know. */
export function noticeOf(kind: SystemKind): Notice {
  return (NOTICES as Partial<typeof NOTICES>)[kind] ?? { name: () => i18n.t("系统") };
}

/** So many of a kind, or people of one command who do not answer, are told one by one. */
const FEW = 3;

/** What goes into one sentence; null: told by itself. */
export function together(entry: SystemView): string | null {
  const { together, several } = noticeOf(entry.kind);
  if (together || several) return entry.kind;
  if (entry.kind !== "unanswered") return null;
  return `${entry.kind}/${entry.subject.slice(0, entry.subject.lastIndexOf("."))}`;
}

/** One line for each notice, and for those that many gauges, or many people of one command, give at once;
 * most urgent first. Flood mode has its own place. */
export function lines(system: readonly SystemView[]): SystemView[][] {
  const lines = new Map<string, SystemView[]>();
  for (const entry of system) {
    if (entry.kind === "flood_mode") continue;
    const key = together(entry) ?? `${entry.kind}/${entry.subject}`;
    const line = lines.get(key);
    if (line) line.push(entry);
    else lines.set(key, [entry]);
  }
  // A few are named each, with what can be done about each.
  const each = (kind: SystemKind) => kind === "unanswered" || noticeOf(kind).several === true;
  const few = ([entry, ...more]: SystemView[]) =>
    entry !== undefined && each(entry.kind) && more.length < FEW;
  const order = ([entry]: SystemView[]) => {
    const place = entry ? ORDER.indexOf(entry.kind) : -1;
    return place < 0 ? ORDER.length : place;
  };
  return [...lines.values()]
    .flatMap((line) => (few(line) ? line.map((entry) => [entry]) : [line]))
    .sort((a, b) => order(a) - order(b));
}
