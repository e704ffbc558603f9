// Red alarms by name, each with what is known of it: none is taken note of without its own tick.
import { value } from "../../i18n/format";
import { judgedValue, seriesOf } from "../../state/select";
import type { County } from "../../state/world";
import type { AlarmView } from "../../wire/view";
import { AlarmTags } from "../alarms/AlarmRow";
import { reason } from "../alarms/reason";
import { AlarmMark } from "../marks/Mark";
import { stationName } from "./situationWords";

interface NamedRedsProps {
  county: County;
  words: string;
  list: readonly AlarmView[];
  named: ReadonlySet<string>;
  onNamed: (named: ReadonlySet<string>) => void;
  now: number;
}

export function NamedReds({ county, words, list, named, onNamed, now }: NamedRedsProps) {
  if (list.length === 0) return null;
  const toggle = (key: string) => {
    const next = new Set(named);
    if (!next.delete(key)) next.add(key);
    onNamed(next);
  };
  return (
    <fieldset className="named">
      <legend>{words}</legend>
      {list.map((alarm) => (
        <label key={alarm.key} className="namedrow" data-testid="ack-named">
          <input
            type="checkbox"
            checked={named.has(alarm.key)}
            onChange={() => toggle(alarm.key)}
          />
          <AlarmMark alarm={alarm} size={28} />
          <span className="g">
            <b>{stationName(county, alarm)}</b> <AlarmTags alarm={alarm} />
            <span className="s i2" style={{ display: "block" }}>
              {reason(alarm, county, now)}
            </span>
          </span>
          <b className="nw">
            {value(judgedValue(county, alarm), seriesOf(county, alarm).fixed?.unit)}
          </b>
        </label>
      ))}
    </fieldset>
  );
}
