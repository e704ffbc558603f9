// Words of a comparison of calls: what moved, what is known of an answer, what a call is about.
import { hm } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { hazardName, runStateName } from "../../i18n/words";
import type {
  CallMovement,
  CallPair,
  CallReply,
  CallReport,
  RunOutcome,
} from "../../wire/backtest";

export function callMovementName(movement: CallMovement): string {
  switch (movement) {
    case "new":
      return i18n.t("多叫");
    case "gone":
      return i18n.t("不再叫");
    case "earlier":
      return i18n.t("提前");
    case "later":
      return i18n.t("推后");
    case "same":
      return i18n.t("一样");
  }
}

export function replyWords(reply: CallReply): string {
  switch (reply.reply) {
    case "answered":
      return i18n.t("{time} 接了", { time: hm(reply.at) });
    case "declined":
      return i18n.t("{time} 说不行", { time: hm(reply.at) });
    case "failed":
      return i18n.t("{time} 没打通", { time: hm(reply.at) });
    case "silent":
      return i18n.t("没有回音");
    case "unknown":
      return i18n.t("没人知道会不会接");
  }
}

export function aboutWords(about: CallPair["about"], report: CallReport): string {
  if ("situation" in about) {
    const subject = report.subjects.find((one) => one.situation === about.situation);
    return subject
      ? `${hazardName(subject.hazard)} · ${say(subject.area)}`
      : i18n.t("已结束的态势");
  }
  if ("roll_call" in about) return i18n.t("点名");
  if ("task" in about) return i18n.t("任务");
  return i18n.t("系统报警");
}

/** What a policy is called, where a run of it is told. */
export function policyWords(policy: string, report: CallReport): string {
  return say(report.runs.find((one) => one.policy === policy)?.title) || policy;
}

/** How a run ended, and when. */
export function endWords(run: RunOutcome | null): string {
  if (!run) return "—";
  const state = runStateName(run.state);
  return run.ended ? `${hm(run.ended)} ${state}` : state;
}
