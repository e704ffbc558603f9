// The next version of a township's losses, filled in with what stands. It is added; nothing before it changes.
import { useState } from "react";
import { newOp } from "../../actions/act";
import { reportLoss } from "../../actions/losses";
import { i18n } from "../../i18n/i18n";
import { PHOTOS_NEEDED } from "../../state/incidents";
import {
  cellOf,
  type Draft,
  draftOf,
  flawsOf,
  ITEMS,
  lossesOf,
  needsPhotos,
  newCase,
  nextStages,
  requestOf,
  shown,
} from "../../state/losses";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { IncidentView, LossStage } from "../../wire/view";
import { Photos } from "../commands/Photos";
import { useKeep } from "../keep/useKeep";
import { areaName } from "../stations/townships";
import { AttachField, type Attachment, isSending, sealsOf } from "./AttachField";
import { LossLedger } from "./LossLedger";
import { flawWords, itemName, refusalWords, stageName, unitName } from "./lossWords";

interface LossFormProps {
  county: County;
  incident: IncidentView;
  /** Empty: it is chosen here. */
  township: string;
  onClose: () => void;
}

export function LossForm({ county, incident, township: asked, onClose }: LossFormProps) {
  const [township, setTownship] = useState(asked);
  const choices = county.areas.filter((area) => area.kind === "township");
  return (
    <Dialog title={i18n.t("报灾情")} onClose={onClose} testId="loss-form">
      <label>
        <span className="lab">{i18n.t("哪个乡镇")}</span>
        <select
          className="in"
          value={township}
          onChange={(event) => setTownship(event.target.value)}
          data-testid="loss-township"
        >
          <option value="">{i18n.t("选一个乡镇")}</option>
          {choices.map((area) => (
            <option key={area.code} value={area.code}>
              {areaName(county, "township", area.code)}
            </option>
          ))}
        </select>
      </label>
      {township ? (
        <Sheet
          key={township}
          county={county}
          incident={incident}
          township={township}
          onClose={onClose}
        />
      ) : null}
    </Dialog>
  );
}

function Sheet({ county, incident, township, onClose }: LossFormProps) {
  const me = useApp((state) => state.me?.person.id);
  const now = lossesOf(incident).townships.find((one) => one.township === township);
  // What stood when the form was opened: a newer version does not change it under a hand, it is refused.
  const [row] = useState(now);
  const stages = nextStages(row?.versions ?? [], me);
  const [stage, setStage] = useState<LossStage>(
    () => stages.find((one) => one.not === null)?.stage ?? "first",
  );
  const [draft, setDraft] = useState<Draft>(() => draftOf(row));
  const [photos, setPhotos] = useState<Attachment[]>([]);
  const { keep, unkept } = useKeep();
  const change = (more: Partial<Draft>) => setDraft((before) => ({ ...before, ...more }));
  const response = needsPhotos(county, incident);
  const pictures = draft.photos.length + photos.length;
  const flaws = flawsOf(draft, row, stage, pictures, response);
  const newer = (now?.versions.length ?? 0) !== (row?.versions.length ?? 0);
  const refused = stages.find((one) => one.stage === stage)?.not ?? null;
  const send = () =>
    keep(
      () => reportLoss(requestOf(incident.id, township, stage, row, draft, sealsOf(photos))),
      onClose,
    );
  return (
    <>
      <div className="chips">
        {stages.map((one) => (
          <Chip
            key={one.stage}
            on={stage === one.stage}
            onPress={() => setStage(one.stage)}
            testId={`loss-stage-${one.stage}`}
          >
            {stageName(one.stage)}
          </Chip>
        ))}
      </div>
      {refused ? <p role="alert">{refusalWords(refused)}</p> : null}
      <fieldset className="lossfigures">
        <legend className="lab">{i18n.t("现在一共多少；不知道的空着，没有的填 0")}</legend>
        {ITEMS.map((item) => {
          const cell = row && cellOf(row, item);
          return (
            <label key={item}>
              <span className="el">
                {itemName(item)} <span className="s i2">{unitName(item)}</span>
              </span>
              <input
                className="in r"
                inputMode="decimal"
                value={draft.figures[item]}
                onChange={(event) =>
                  change({ figures: { ...draft.figures, [item]: event.target.value } })
                }
                data-testid={`loss-in-${item}`}
              />
              <span className="s i3">
                {cell ? i18n.t("上一版 {n}", { n: shown(item, cell.value) }) : ""}
              </span>
            </label>
          );
        })}
      </fieldset>
      <LossLedger
        cases={draft.cases}
        onChange={(place, more) =>
          change({ cases: draft.cases.map((one, n) => (n === place ? { ...one, ...more } : one)) })
        }
        onAdd={(kind) => change({ cases: [...draft.cases, newCase(newOp(), kind)] })}
        onDrop={(place) => change({ cases: draft.cases.filter((_, n) => n !== place) })}
      />
      <label>
        <span className="lab">{i18n.t("说明（数字下调、更正要写）")}</span>
        <input
          className="in"
          value={draft.note}
          onChange={(event) => change({ note: event.target.value })}
          data-testid="loss-note"
        />
      </label>
      {draft.photos.length > 0 ? (
        <div>
          <span className="lab">{i18n.t("沿用上一版的照片")}</span>
          <Photos photos={draft.photos} />
          <Button small onPress={() => change({ photos: [] })}>
            {i18n.t("不沿用")}
          </Button>
        </div>
      ) : null}
      <AttachField of={incident.id} list={photos} onChange={setPhotos} />
      {response ? (
        <p className="s i2" data-testid="loss-photos">
          {i18n.t("响应级：本版照片 {n} / {all}", { n: pictures, all: PHOTOS_NEEDED })}
        </p>
      ) : null}
      <ul className="lossflaws">
        {newer ? <li role="alert">{i18n.t("打开以后又来了新的一版，请关掉重开。")}</li> : null}
        {flaws.map((flaw) => (
          <li key={flaw} data-testid="loss-flaw" data-flaw={flaw}>
            {flawWords(flaw)}
          </li>
        ))}
      </ul>
      <p className="s i2">{i18n.t("记在你的名下，以后不能改，只能再报一版。")}</p>
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={newer || refused !== null || flaws.length > 0 || isSending(photos)}
          onPress={send}
          testId="loss-confirm"
        >
          {i18n.t("报出这一版")}
        </Button>
        <Button onPress={onClose}>{i18n.t("先不报")}</Button>
      </div>
    </>
  );
}
