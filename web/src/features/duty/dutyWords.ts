// Words for posts, shifts and calls.
import { hm, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { levelName, personName } from "../../i18n/words";
import type { Lack } from "../../state/duty";
import type { OwnCall } from "../../state/rollcall";
import type { County } from "../../state/world";
import { openedName } from "../situations/situationWords";
import { areaName } from "../stations/townships";

export function lackName(lack: Lack): string {
  switch (lack) {
    case "vacant":
      return i18n.t("没有人");
    case "handover":
      return i18n.t("没交接");
    case "not_signed":
      return i18n.t("没签到");
    case "short":
      return i18n.t("人不够");
    case "gap":
      return i18n.t("往后缺人");
  }
}

export function postName(county: County, id: string): string {
  return say(county.posts.get(id)?.title) || id;
}

/** Where a post belongs: its township, else the county. */
export function placeName(county: County, township: string | null): string {
  return township ? areaName(county, "township", township) : i18n.t("县级");
}

/** Names in a row; who is away has none. */
export function names(county: County, people: readonly string[]): string {
  if (people.length === 0) return i18n.t("没有人");
  return people.map((id) => personName(county.people.get(id), id)).join(i18n.t("、"));
}

/** `20:00–08:00`, with the date where it is another day's. */
export function shiftSpan(from: string | number, until: string | number, now: number): string {
  return `${stamp(from, now)}–${stamp(until, now)}`;
}

/** What somebody is called about, as said to them. */
export function callName(county: County, call: OwnCall): string {
  const { about } = call;
  const time = hm(call.at);
  if ("roll_call" in about) return i18n.t("点名：在岗吗？（{time}）", { time });
  if ("test" in about) return i18n.t("通道测试，收到请按（{time}）", { time });
  if ("situation" in about) {
    const name = openedName(county, about.situation);
    return call.level
      ? i18n.t("{level}：{name}，请应答（{time}）", { level: levelName(call.level), name, time })
      : i18n.t("{name}，请应答（{time}）", { name, time });
  }
  return i18n.t("县里在叫你，请应答（{time}）", { time });
}
