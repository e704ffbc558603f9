// A warning of the weather service, entered as it was issued.
import { useState } from "react";
import { warnOfWeather } from "../../actions/events";
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import type { AreaRef, Level } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { PlaceFields } from "./PlaceFields";

const LEVELS: Level[] = [1, 2, 3, 4];
const HOURS = [3, 6, 12, 24];
const HOUR = 3_600_000;

export function weatherName(kind: string): string {
  switch (kind) {
    case "rainstorm":
      return i18n.t("暴雨");
    case "typhoon":
      return i18n.t("台风");
    case "gale":
      return i18n.t("大风");
    case "thunderstorm":
      return i18n.t("雷电");
    default:
      return kind;
  }
}
const KINDS = ["rainstorm", "typhoon", "gale", "thunderstorm"];

interface WeatherFormProps {
  county: County;
  now: number;
  /** Why nothing may be entered here; null where it may. */
  barred: string | null;
  onDone: () => void;
}

export function WeatherForm({ county, now, barred, onDone }: WeatherFormProps) {
  const [kind, setKind] = useState("rainstorm");
  const [level, setLevel] = useState<Level>(2);
  const [area, setArea] = useState<AreaRef | null>(null);
  const [hours, setHours] = useState(6);
  const { keep, unkept } = useKeep();
  const until = now + hours * HOUR;
  const declared = county.areas.find((one) => one.kind === "county");
  const whole: AreaRef = { kind: "county", code: declared?.code ?? county.code };
  return (
    <Panel title={i18n.t("登记气象预警")} className="g" testId="weather-form">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (barred !== null) return;
          const warning = {
            kind,
            level,
            area: area ?? whole,
            until: new Date(until).toISOString(),
          };
          keep(() => warnOfWeather(warning), onDone);
        }}
      >
        <fieldset className="plainset">
          <legend className="lab">{i18n.t("哪一种")}</legend>
          <div className="chips">
            {KINDS.map((one) => (
              <Chip key={one} on={kind === one} onPress={() => setKind(one)}>
                {weatherName(one)}
              </Chip>
            ))}
          </div>
        </fieldset>
        <fieldset className="plainset">
          <legend className="lab">{i18n.t("级别")}</legend>
          <div className="chips">
            {LEVELS.map((one) => (
              <Chip key={one} on={level === one} onPress={() => setLevel(one)}>
                {levelName(one)}
              </Chip>
            ))}
          </div>
        </fieldset>
        <PlaceFields county={county} area={area} onChange={setArea} />
        <fieldset className="plainset">
          <legend className="lab">{i18n.t("到 {time} 为止", { time: stamp(until, now) })}</legend>
          <div className="chips">
            {HOURS.map((one) => (
              <Chip key={one} on={hours === one} onPress={() => setHours(one)}>
                {i18n.t("{n} 小时", { n: one })}
              </Chip>
            ))}
          </div>
        </fieldset>
        {unkept}
        {barred ? <p className="i2">{barred}</p> : null}
        <div className="acts">
          <Button
            kind="primary"
            submit
            disabled={barred !== null}
            onPress={() => {}}
            testId="weather-keep"
          >
            {i18n.t("登记")}
          </Button>
          <Button onPress={onDone}>{i18n.t("不登记")}</Button>
        </div>
        <p className="s i3">
          {i18n.t("同一地方同一种的新预警顶替旧的。预警期间，那里停报的站会按盲区提醒。")}
        </p>
      </form>
    </Panel>
  );
}
