// What the system says of one station: what is wrong with its sensor, and who looks after it.
import { age } from "../../i18n/format";
import { say } from "../../i18n/i18n";
import { systemSentence } from "../../i18n/words";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { SystemKind } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { NoticeActs } from "./NoticeActs";

/** Faults of the sensor itself. */
export const SENSOR: readonly SystemKind[] = ["unstable_signal", "sensor_repair"];
const STATION: readonly SystemKind[] = ["sight_lost", "blind_spot", ...SENSOR];

interface StationNoticesProps {
  county: County;
  station: string;
  kinds?: readonly SystemKind[];
}

export function StationNotices({ county, station, kinds = STATION }: StationNoticesProps) {
  const now = useNow();
  const system = useApp((state) => state.world.system);
  const here = system.filter(
    ({ kind, subject }) => kinds.includes(kind) && subject.split("/")[0] === station,
  );
  const name = say(county.stations.get(station)?.name) || station;
  return (
    <>
      {here.map((entry) => (
        <div
          key={`${entry.kind}/${entry.subject}`}
          className="note f"
          data-testid="station-notice"
          data-kind={entry.kind}
        >
          <span className="g">
            {systemSentence(entry.kind, name, age(now - Date.parse(entry.since)))}
          </span>
          <NoticeActs entry={entry} county={county} />
        </div>
      ))}
    </>
  );
}
