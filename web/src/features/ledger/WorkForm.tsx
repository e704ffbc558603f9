// Work on a station, or a station taken out of service: its alarms are still made, and make no noise.
import { useState } from "react";
import { maintain, takeOutOfService } from "../../actions/ledger";
import { limit, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { levelCounts } from "../../state/select";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { useNow } from "../clock/useNow";
import { useKeep } from "../keep/useKeep";
import { Counts } from "../marks/Mark";
import { StationChooser } from "./StationChooser";

const MINUTE = 60_000;
const SPANS = [60, 120, 240, 480, 1440];

interface WorkFormProps {
  county: County;
  kind: "maintenance" | "service";
  station: string | null;
  onDone: () => void;
}

export function WorkForm({ county, kind, station, onDone }: WorkFormProps) {
  const now = useNow();
  const [stations, setStations] = useState<string[]>(station ? [station] : []);
  const [minutes, setMinutes] = useState(120);
  const [words, setWords] = useState("");
  const { keep, unkept } = useKeep();
  const one = kind === "service";
  const covered = [...county.alarms.values()].filter((alarm) => stations.includes(alarm.station));
  const good = stations.length > 0 && words.trim() !== "";
  const send = () => {
    const [first] = stations;
    const until = new Date(now + minutes * MINUTE);
    keep(
      () =>
        one && first
          ? takeOutOfService(first, words.trim())
          : maintain(stations, new Date(now), until, words.trim()),
      onDone,
    );
  };
  return (
    <>
      <div className="form">
        <StationChooser
          county={county}
          chosen={stations}
          onChange={(list) => setStations(one ? list.slice(-1) : list)}
        />
        {one ? null : (
          <div>
            <span className="lab">
              {i18n.t("现在开始，到 {time}", { time: stamp(now + minutes * MINUTE, now) })}
            </span>
            <div className="chips">
              {SPANS.map((span) => (
                <Chip key={span} on={minutes === span} onPress={() => setMinutes(span)}>
                  {limit(span * MINUTE)}
                </Chip>
              ))}
            </div>
          </div>
        )}
        <label>
          <span className="lab">{one ? i18n.t("理由，会写进日报") : i18n.t("工单号")}</span>
          <input
            className="in"
            value={words}
            onChange={(event) => setWords(event.target.value)}
            data-testid="work-words"
          />
        </label>
      </div>
      <div className="sendbox">
        <p>
          {i18n.t("{stations} 个站，现在有 {n} 条报警会不响。", {
            stations: stations.length,
            n: covered.length,
          })}
        </p>
        <Counts counts={levelCounts(covered)} />
        <p className="s i2">
          {one
            ? i18n.t(
                "另一个人同意后才生效，直到恢复使用，每天写进日报。这个站从此看不见，请安排替代。",
              )
            : i18n.t("规则照常判，读数标明检修；结束时还在报警的重新判并会响。")}
        </p>
        {unkept}
        <div className="acts">
          <Button kind="primary" disabled={!good} onPress={send} testId="work-confirm">
            {one ? i18n.t("提请停用") : i18n.t("开始检修")}
          </Button>
        </div>
      </div>
    </>
  );
}
