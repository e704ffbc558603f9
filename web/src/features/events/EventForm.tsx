// Something happened: what, where, when, how bad; so that rules can be judged by it afterwards.
import { useState } from "react";
import { keepEvent } from "../../actions/events";
import { i18n } from "../../i18n/i18n";
import { hazardName, levelName } from "../../i18n/words";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import type { AreaRef, Level } from "../../wire/view";
import { Instant } from "../clock/Typed";
import { useKeep } from "../keep/useKeep";
import { StationChooser } from "../ledger/StationChooser";
import { PlaceFields } from "./PlaceFields";

export const HAZARDS = ["flood", "flash_flood", "rainstorm", "landslide", "waterlogging", "wind"];
const LEVELS: Level[] = [1, 2, 3, 4];

interface EventFormProps {
  county: County;
  now: number;
  /** Why nothing may be entered here; null where it may. */
  barred: string | null;
  onDone: () => void;
}

export function EventForm({ county, now, barred, onDone }: EventFormProps) {
  const [kind, setKind] = useState("flood");
  const [area, setArea] = useState<AreaRef | null>(null);
  const [stations, setStations] = useState<string[]>([]);
  const [level, setLevel] = useState<Level | null>(null);
  const [from, setFrom] = useState(now);
  const [until, setUntil] = useState<number | null>(null);
  const [text, setText] = useState("");
  const ended = until === null || until >= from;
  const good = barred === null && text.trim() !== "" && ended && from <= now;
  const { keep, unkept } = useKeep();
  return (
    <Panel title={i18n.t("记一件事")} className="g" testId="event-form">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!good) return;
          const told = {
            kind,
            area,
            stations,
            level,
            from: new Date(from).toISOString(),
            until: until === null ? null : new Date(until).toISOString(),
            text: text.trim(),
          };
          keep(() => keepEvent(told), onDone);
        }}
      >
        <Kinds chosen={kind} onChange={setKind} />
        <label>
          <span className="lab">{i18n.t("发生了什么")}</span>
          <textarea
            className="in"
            rows={3}
            value={text}
            onChange={(event) => setText(event.target.value)}
            data-testid="event-text"
          />
        </label>
        <PlaceFields county={county} area={area} onChange={setArea} />
        <StationChooser county={county} chosen={stations} onChange={setStations} />
        <div className="pairs">
          <Instant label={i18n.t("从")} at={from} onChange={setFrom} testId="event-from" />
          {until === null ? (
            <div className="acts" style={{ alignItems: "end" }}>
              <Button small onPress={() => setUntil(from)}>
                {i18n.t("还有结束时间…")}
              </Button>
            </div>
          ) : (
            <Instant label={i18n.t("到")} at={until} onChange={setUntil} testId="event-until" />
          )}
        </div>
        {from > now ? <b className="s">{i18n.t("还没有发生的事不能记。")}</b> : null}
        {ended ? null : <b className="s">{i18n.t("结束要晚于开始。")}</b>}
        <fieldset className="plainset">
          <legend className="lab">{i18n.t("有多重；不知道就不选")}</legend>
          <div className="chips">
            {LEVELS.map((one) => (
              <Chip
                key={one}
                on={level === one}
                onPress={() => setLevel(level === one ? null : one)}
                testId={`event-level-${one}`}
              >
                {levelName(one)}
              </Chip>
            ))}
          </div>
        </fieldset>
        {unkept}
        {barred ? <p className="i2">{barred}</p> : null}
        <div className="acts">
          <Button kind="primary" submit disabled={!good} onPress={() => {}} testId="event-keep">
            {i18n.t("记下")}
          </Button>
          <Button onPress={onDone}>{i18n.t("不记")}</Button>
        </div>
        <p className="s i3">
          {i18n.t("记下的事不会响，也不通知人；试算时用它来数命中、误报和提前量。")}
        </p>
      </form>
    </Panel>
  );
}

export function Kinds({ chosen, onChange }: { chosen: string; onChange: (kind: string) => void }) {
  return (
    <fieldset className="plainset">
      <legend className="lab">{i18n.t("哪一种")}</legend>
      <div className="chips">
        {HAZARDS.map((one) => (
          <Chip key={one} on={chosen === one} onPress={() => onChange(one)} testId={`kind-${one}`}>
            {hazardName(one)}
          </Chip>
        ))}
      </div>
    </fieldset>
  );
}
