// A situation that no gauge raised: somebody called, or an area was drawn. A command may follow at once: the
// situation keeps the border, and the command is about the situation.
import { useState } from "react";
import { newOp } from "../../actions/act";
import { openSituation } from "../../actions/incidents";
import { i18n, say } from "../../i18n/i18n";
import { hazardName, levelName } from "../../i18n/words";
import type { Border } from "../../map/pen";
import { situationOf } from "../../state/ids";
import { shownLevel } from "../../state/select";
import { worstAt } from "../../state/situations";
import { sameHazard } from "../../state/templates";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { Level } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { useKeep } from "../keep/useKeep";
import { areaName } from "../stations/townships";

const LEVELS: Level[] = [4, 3, 2, 1];
const HAZARDS = [
  "flood",
  "flash_flood",
  "landslide",
  "rainstorm",
  "gas",
  "fire",
  "traffic",
  "other",
];

/** The area that was drawn: its border, what it touches and who is responsible there. */
export interface Drawn {
  border: Border;
  stations: string[];
  townships: string[];
  people: string[];
}

interface OpenSituationProps {
  county: County;
  /** Absent: somebody called. */
  drawn?: Drawn;
  /** A command was asked for: it comes first among the buttons. */
  commands?: boolean;
  onClose: () => void;
}

export function OpenSituationDialog({ county, drawn, commands, onClose }: OpenSituationProps) {
  const { move } = useDesk();
  // The worst alarm inside says what it is about, until a person says otherwise.
  const [worst] = useState(() => (drawn ? worstAt(county, drawn.stations) : null));
  const [hazard, setHazard] = useState(worst?.hazard ?? "flood");
  const [level, setLevel] = useState<Level>(worst ? shownLevel(worst) : 3);
  const [only, ...others] = drawn?.townships ?? [];
  const [township, setTownship] = useState(only && others.length === 0 ? only : "");
  const [text, setText] = useState(() => (drawn ? firstWords(county, drawn) : ""));
  const [place, setPlace] = useState("");
  const { keep, unkept } = useKeep();
  const townships = county.areas.filter((area) => area.kind === "township");
  const hazards = hazardsWith(worst?.hazard);
  const ready = text.trim() !== "";
  const open = (then: (situation: string) => void = () => {}) => {
    const op = newOp();
    const told = {
      hazard,
      level,
      township,
      text: text.trim(),
      place: drawn ? JSON.stringify(drawn.border) : place.trim(),
      how: drawn ? ("drawn" as const) : ("call" as const),
    };
    keep(
      () => openSituation(told, op),
      () => {
        onClose();
        then(situationOf(county.code, hazard, op));
      },
    );
  };
  const command = (situation?: string) => {
    move({ to: "draw", drawing: null });
    const about = situation ? { situation } : { alarm: null };
    move({ to: "compose", people: drawn?.people ?? [], ...about });
  };
  const opens = (
    <Button
      kind={commands ? "plain" : "primary"}
      disabled={!ready}
      onPress={() => open()}
      testId="open-situation-confirm"
    >
      {commands ? i18n.t("只开态势") : i18n.t("开态势")}
    </Button>
  );
  const opensAndCommands = (
    <Button
      kind={commands ? "primary" : "plain"}
      disabled={!ready}
      onPress={() => open(command)}
      testId="open-situation-command"
    >
      {i18n.t("开态势，接着下指令")}
    </Button>
  );
  return (
    <Dialog
      title={drawn ? i18n.t("在圈定区域开态势") : i18n.t("接报开态势")}
      onClose={onClose}
      testId="open-situation-dialog"
    >
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("什么险情")}</legend>
        <div className="chips">
          {hazards.map((one) => (
            <Chip key={one} on={one === hazard} onPress={() => setHazard(one)}>
              {hazardName(one)}
            </Chip>
          ))}
        </div>
      </fieldset>
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("级别")}</legend>
        <div className="chips">
          {LEVELS.map((one) => (
            <Chip key={one} on={one === level} onPress={() => setLevel(one)}>
              {levelName(one)}
            </Chip>
          ))}
        </div>
      </fieldset>
      <label>
        <span className="lab">{i18n.t("在哪个乡镇")}</span>
        <select
          className="in"
          value={township}
          onChange={(event) => setTownship(event.target.value)}
          data-testid="situation-township"
        >
          <option value="">{i18n.t("全县")}</option>
          {townships.map((area) => (
            <option key={area.code} value={area.code}>
              {say(area.title)}
            </option>
          ))}
        </select>
      </label>
      {drawn ? null : (
        <label>
          <span className="lab">{i18n.t("具体地点")}</span>
          <input className="in" value={place} onChange={(event) => setPlace(event.target.value)} />
        </label>
      )}
      <label>
        <span className="lab">
          {drawn ? i18n.t("发生了什么（要写）") : i18n.t("来电说了什么（要写）")}
        </span>
        <textarea
          className="in"
          rows={3}
          value={text}
          onChange={(event) => setText(event.target.value)}
          data-testid="situation-text"
        />
      </label>
      {drawn ? <p className="s i2">{i18n.t("圈的范围记在态势里，指令记在态势名下。")}</p> : null}
      {unkept}
      <div className="acts">
        {commands ? (
          <>
            {opensAndCommands}
            {opens}
          </>
        ) : (
          <>
            {opens}
            {opensAndCommands}
          </>
        )}
        {commands && drawn ? (
          <Button onPress={() => command()} testId="command-without-situation">
            {i18n.t("不开，直接下指令")}
          </Button>
        ) : null}
        <Button onPress={onClose}>{commands ? i18n.t("返回") : i18n.t("不开")}</Button>
      </div>
    </Dialog>
  );
}

/** The hazards to choose from, with the one that is there now, as the rules write it. */
function hazardsWith(found: string | undefined): string[] {
  if (!found) return HAZARDS;
  const known = HAZARDS.some((one) => sameHazard(one, found));
  return known ? HAZARDS.map((one) => (sameHazard(one, found) ? found : one)) : [found, ...HAZARDS];
}

/** What can be said of a drawn area before anybody has written a word. */
function firstWords(county: County, drawn: Drawn): string {
  const places = drawn.townships.map((code) => areaName(county, "township", code));
  return places.length > 0
    ? i18n.t("圈定范围：{places}", { places: places.join(i18n.t("、")) })
    : "";
}
