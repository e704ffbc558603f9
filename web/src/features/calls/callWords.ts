// What happens next about a call, in words.
import { i18n } from "../../i18n/i18n";
import { channelName, personName } from "../../i18n/words";
import type { County } from "../../state/world";
import type { Channel, RunView } from "../../wire/view";

/** So many names fit in a line. */
const NAMED = 4;

export const channelsName = (channels: readonly Channel[]): string =>
  channels.map(channelName).join(i18n.t("、"));

/** The first few by name. */
export function fewNames(county: County, people: readonly string[]): string {
  const list = people
    .slice(0, NAMED)
    .map((id) => personName(county.people.get(id), id))
    .join(i18n.t("、"));
  return people.length > NAMED ? i18n.t("{list} 等", { list }) : list;
}

/** Nobody is called any more, and what a person can do. */
export function usedUpWords(): string {
  return i18n.t("叫应已用尽，不再自动叫。打电话，问到的代记；要再叫，点名叫他们的岗位。");
}

/** What a run does next by itself; empty where nothing more is done. */
export function nextWords(county: County, { next, round, rounds }: RunView): string {
  if (!next) return "";
  if (next.step === null)
    return round < rounds ? i18n.t("没应的从头再叫一遍") : i18n.t("叫遍了，报告值班台和上一级");
  if (next.to.length === 0) return i18n.t("没有人可叫，跳到再下一步");
  const how = channelsName(next.by) || "—";
  return i18n.t("{how} 叫 {who}", { how, who: fewNames(county, next.to) });
}

/** The same, as it concerns one person. */
export function nextFor(county: County, run: RunView, person: string): string {
  const { next } = run;
  if (!next?.to.includes(person)) return nextWords(county, run);
  const how = channelsName(next.by) || "—";
  const others = next.to.length - 1;
  return others > 0
    ? i18n.t("{how} 再叫他和另外 {others} 人", { how, others })
    : i18n.t("{how} 再叫他", { how });
}
