// Flood mode in one sentence: since when, how much in how little, and what still sounds.
import { hm } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import type { County } from "../../state/world";

export function FloodLine({ county }: { county: County }) {
  const since = county.load.flood_since;
  if (since === null) return null;
  return (
    <p className="floodline" role="status" data-testid="flood-banner">
      <b>{i18n.t("汇总模式 {time} 起", { time: hm(since) })}</b>{" "}
      {i18n.t("{alarms} 条报警归入 {situations} 个态势，只有新红色和新乡镇会响。", {
        alarms: county.load.alarms || county.alarms.size,
        situations: county.load.situations,
      })}
    </p>
  );
}
