// Alarms of one hazard in one township as one row. A view for the eye: nothing is decided here.
import { age } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { hazardName } from "../../i18n/words";
import { levelCounts, situations } from "../../state/select";
import type { County } from "../../state/world";
import { Empty } from "../../ui/Panel";
import { AlarmMark, Counts } from "../marks/Mark";
import { townshipName } from "../stations/townships";
import { reason } from "./AlarmRow";

export function situationTitle(county: County, id: string): string {
  const [hazard = "", township = ""] = id.split("|");
  return `${hazardName(hazard)} · ${townshipName(township) || say(county.title)}`;
}

interface SituationListProps {
  county: County;
  now: number;
  onOpen: (id: string) => void;
}

export function SituationList({ county, now, onOpen }: SituationListProps) {
  const list = situations(county).sort(
    (a, b) => Number(b.unacked > 0) - Number(a.unacked > 0) || b.worst.worst - a.worst.worst,
  );
  if (list.length === 0) return <Empty title={i18n.t("没有需要处理的态势。")} />;
  return (
    <div className="pb">
      {list.map((situation) => (
        <button
          key={situation.id}
          type="button"
          className="srow"
          style={{ height: "var(--row-3)", width: "100%", gridTemplateRows: "20px 20px 18px" }}
          onClick={() => onOpen(situation.id)}
          data-testid="situation-row"
        >
          <span style={{ gridRow: "1/4", justifySelf: "center" }}>
            <AlarmMark alarm={situation.worst} size={32} />
          </span>
          <b className="el">{situationTitle(county, situation.id)}</b>
          <span className="s i3 nw">{age(now - Date.parse(situation.worst.changed))}</span>
          <span className="s el" style={{ gridColumn: "2/4" }}>
            {say(county.stations.get(situation.worst.station)?.name)} ·{" "}
            {reason(situation.worst, county, now)}
          </span>
          <span>
            <Counts counts={levelCounts(situation.alarms)} />
          </span>
          <span className="s nw">
            {situation.unacked > 0 ? (
              <b>{i18n.t("未确认 {unacked}", { unacked: situation.unacked })}</b>
            ) : (
              ""
            )}
          </span>
        </button>
      ))}
    </div>
  );
}
