// Lines of the shift's journal as a person reads them.
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { deedName, levelName, quietName } from "../../i18n/words";
import type { Entry, Part } from "../../state/journal";
import type { County } from "../../state/world";
import type { Level } from "../../wire/view";
import type { DeskMove } from "../desk/desk";
import { versionName } from "../incidents/lossWords";
import { coverWords } from "../ledger/ledgerWords";
import { situationName, stationName } from "../situations/situationWords";
import { areaName } from "../stations/townships";
import { postName } from "./dutyWords";

export function partName(part: Part): string {
  switch (part) {
    case "alarm":
      return i18n.t("报警");
    case "order":
      return i18n.t("指令");
    case "decide":
      return i18n.t("决策");
    case "report":
      return i18n.t("上报");
    case "quiet":
      return i18n.t("静默搁置");
    case "duty":
      return i18n.t("值守");
    case "note":
      return i18n.t("记事");
  }
}

type Texts = ReadonlyMap<string, string>;
const ROMANS = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"];

/** What happened, and the words that were said with it. */
export function entryWords(
  county: County,
  entry: Entry,
  texts: Texts,
  now: number,
): { words: string; said: string } {
  const text = (seal: string | null) => (seal ? (texts.get(seal) ?? "…") : "");
  switch (entry.what) {
    case "sign_in":
      return plain(i18n.t("{post} 签到", { post: postName(county, entry.post) }));
    case "signed_off":
      return {
        words: i18n.t("{post} 交班签字", { post: postName(county, entry.post) }),
        said: text(entry.note),
      };
    case "roll_call":
      return plain(
        i18n.t("点名，叫 {called} 人，应 {confirmed} 人", {
          called: entry.run.called,
          confirmed: entry.run.confirmed,
        }),
      );
    case "alarm": {
      const { alarm } = entry;
      const what = {
        place: stationName(county, alarm),
        what: say(alarm.title),
        level: levelName(alarm.worst as Level),
      };
      return plain(
        alarm.process === "returned"
          ? i18n.t("{place} {what}，最高{level}，已回落", what)
          : i18n.t("{place} {what}，{level}", what),
      );
    }
    case "command": {
      const { command } = entry;
      const words = { title: say(command.title), n: command.tasks.length };
      if (command.tasks.length === 0)
        return plain(i18n.t("指令：{title}，还没有发出", { title: words.title }));
      return plain(
        command.cancelled
          ? i18n.t("指令：{title}，{n} 人，{time} 撤销", {
              ...words,
              time: stamp(command.cancelled, now),
            })
          : i18n.t("指令：{title}，{n} 人", words),
      );
    }
    case "decision": {
      const name = situationName(entry.situation);
      const { response, reason } = entry.decision;
      const level = response ? (ROMANS[response - 1] ?? "") : "";
      return {
        words: response
          ? i18n.t("{name}：定 {level} 级响应", { name, level })
          : i18n.t("{name}：决定不响应", { name }),
        said: text(reason),
      };
    }
    case "incident": {
      const name = text(entry.incident.title);
      return entry.ended
        ? { words: i18n.t("结束事件：{name}", { name }), said: text(entry.ended) }
        : plain(i18n.t("开事件：{name}", { name }));
    }
    case "incident_note":
      return {
        words: i18n.t("{name} 记事", { name: text(entry.incident.title) }) + pictures(entry.photos),
        said: text(entry.note),
      };
    case "report":
      return plain(
        i18n.t("{title} 第 {n} 版，{to} 收", {
          title: say(entry.report.title),
          n: entry.n,
          to: text(entry.to),
        }) + pictures(entry.photos),
      );
    case "loss": {
      const { version, township } = entry;
      const what = {
        place: areaName(county, "township", township),
        version: versionName(version.stage, version.nth),
      };
      return {
        words: i18n.t("{place} 灾情{version}", what) + pictures(version.photos.length),
        said: text(version.note),
      };
    }
    case "quiet": {
      const one = entry.suppression;
      const until = one.until ? i18n.t("，到 {time}", { time: stamp(one.until, now) }) : "";
      return {
        words: `${quietName(one.kind)}${i18n.t("：")}${coverWords(county, one)}${until}`,
        said: text(one.reason),
      };
    }
    case "mark":
      return plain(text(entry.note));
    case "deed": {
      if (entry.kind === "acknowledge") return plain(i18n.t("确认报警 {n} 条", { n: entry.count }));
      const name = [deedName(entry.kind), say(entry.title)].filter(Boolean).join(i18n.t("："));
      return {
        words: entry.count > 1 ? i18n.t("{name} {n} 条", { name, n: entry.count }) : name,
        said: text(entry.note),
      };
    }
  }
}

function plain(words: string) {
  return { words, said: "" };
}

function pictures(n: number): string {
  return n > 0 ? i18n.t("，照片 {n} 张", { n }) : "";
}

/** Where a line leads to, if anywhere. */
export function entryWay(entry: Entry): DeskMove | null {
  switch (entry.what) {
    case "sign_in":
      return { to: "duty", tab: "now", post: entry.post };
    case "signed_off":
      return { to: "duty", tab: "handover", post: entry.post };
    case "roll_call":
      return { to: "duty", tab: "roll" };
    case "alarm":
      return { to: "open", alarm: entry.alarm.key, station: entry.alarm.station };
    case "command":
      return { to: "board", command: entry.command.id };
    case "decision":
      return { to: "situation", situation: entry.situation.id };
    case "incident":
    case "incident_note":
    case "report":
    case "loss":
      return { to: "incidents" };
    case "quiet":
      return { to: "ledger", entry: entry.suppression.id };
    case "mark":
    case "deed":
      return null;
  }
}
