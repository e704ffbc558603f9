// What is written before a press about warnings and incidents.
import { useState } from "react";
import { decide, openSituation } from "../../actions/incidents";
import { i18n, say } from "../../i18n/i18n";
import { hazardName, levelName } from "../../i18n/words";
import type { Border } from "../../map/pen";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { Level, SituationView } from "../../wire/view";
import { situationName } from "../situations/situationWords";

const LEVELS: Level[] = [4, 3, 2, 1];
const RESPONSES = [1, 2, 3, 4];
const ROMANS = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"];
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

export function DecideDialog({
  situation,
  onClose,
}: {
  situation: SituationView;
  onClose: () => void;
}) {
  const [response, setResponse] = useState<number | null>(null);
  const [none, setNone] = useState(false);
  const [reason, setReason] = useState("");
  const ready = none ? reason.trim() !== "" : response !== null;
  return (
    <Dialog title={situationName(situation)} onClose={onClose} testId="decide-dialog">
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("定响应级别")}</legend>
        <div className="chips">
          {RESPONSES.map((one) => (
            <Chip
              key={one}
              on={!none && response === one}
              onPress={() => {
                setNone(false);
                setResponse(one);
              }}
              testId={`response-${one}`}
            >
              {i18n.t("{roman} 级响应", { roman: ROMANS[one - 1] })}
            </Chip>
          ))}
          <Chip on={none} onPress={() => setNone(true)} testId="response-none">
            {i18n.t("决定不响应")}
          </Chip>
        </div>
      </fieldset>
      <label>
        <span className="lab">{none ? i18n.t("理由（要写）") : i18n.t("理由（可不写）")}</span>
        <input
          className="in"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          data-testid="decide-reason"
        />
      </label>
      <p className="s i2">{i18n.t("记在你的名下。级别再升，会重新等决定。")}</p>
      <div className="acts">
        <Button
          kind="primary"
          disabled={!ready}
          onPress={() => {
            void decide(situation.id, none ? null : response, reason.trim());
            onClose();
          }}
          testId="decide-confirm"
        >
          {i18n.t("记下决定")}
        </Button>
        <Button onPress={onClose}>{i18n.t("先不定")}</Button>
      </div>
    </Dialog>
  );
}

interface OpenSituationProps {
  county: County;
  /** The area that was drawn, and the townships it concerns; absent: somebody called. */
  drawn?: { border: Border; townships: string[] };
  onClose: () => void;
}

export function OpenSituationDialog({ county, drawn, onClose }: OpenSituationProps) {
  const [hazard, setHazard] = useState("flood");
  const [level, setLevel] = useState<Level>(3);
  const [only, ...others] = drawn?.townships ?? [];
  const [township, setTownship] = useState(only && others.length === 0 ? only : "");
  const [text, setText] = useState("");
  const [place, setPlace] = useState("");
  const townships = county.areas.filter((area) => area.kind === "township");
  return (
    <Dialog
      title={drawn ? i18n.t("在圈定区域开态势") : i18n.t("接报开态势")}
      onClose={onClose}
      testId="open-situation-dialog"
    >
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("什么险情")}</legend>
        <div className="chips">
          {HAZARDS.map((one) => (
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
      <div className="acts">
        <Button
          kind="primary"
          disabled={text.trim() === ""}
          onPress={() => {
            void openSituation({
              hazard,
              level,
              township,
              text: text.trim(),
              place: drawn ? JSON.stringify(drawn.border) : place.trim(),
              how: drawn ? "drawn" : "call",
            });
            onClose();
          }}
          testId="open-situation-confirm"
        >
          {i18n.t("开态势")}
        </Button>
        <Button onPress={onClose}>{i18n.t("不开")}</Button>
      </div>
    </Dialog>
  );
}

interface ReasonDialogProps {
  title: string;
  words: string;
  confirm: string;
  onReason: (reason: string) => void;
  onClose: () => void;
}

export function ReasonDialog({ title, words, confirm, onReason, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  return (
    <Dialog title={title} onClose={onClose} testId="reason-dialog">
      <p>{words}</p>
      <label>
        <span className="lab">{i18n.t("理由（要写）")}</span>
        <input
          className="in"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          data-testid="reason"
        />
      </label>
      <div className="acts">
        <Button
          kind="primary"
          disabled={reason.trim() === ""}
          onPress={() => {
            onReason(reason.trim());
            onClose();
          }}
          testId="reason-confirm"
        >
          {confirm}
        </Button>
        <Button onPress={onClose}>{i18n.t("返回")}</Button>
      </div>
    </Dialog>
  );
}
