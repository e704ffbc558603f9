// The next version of a township's losses, filled in with what stands. It is added; nothing before it changes.
// What is written stays while another township is looked at, the window is closed, a newer version comes in or the
// page begins anew.
import { useState } from "react";
import { newOp } from "../../actions/act";
import { reportLoss } from "../../actions/losses";
import { i18n } from "../../i18n/i18n";
import { PHOTOS_NEEDED } from "../../state/incidents";
import {
  cellOf,
  type Draft,
  flawsOf,
  ITEMS,
  lossesOf,
  needsPhotos,
  newCase,
  nextStages,
  requestOf,
  shown,
} from "../../state/losses";
import { isBehind, type KeptSheet, type Sheets, sheetOf, unsentOf } from "../../state/lossSheets";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { IncidentView } from "../../wire/view";
import { Photos } from "../commands/Photos";
import { useKeep } from "../keep/useKeep";
import { areaName } from "../stations/townships";
import { AttachField, isSending, sealsOf } from "./AttachField";
import { LossLedger } from "./LossLedger";
import { LossNewer } from "./LossNewer";
import { flawWords, itemName, refusalWords, stageName, unitName } from "./lossWords";
import type { Change } from "./useLossSheets";

interface LossFormProps {
  county: County;
  incident: IncidentView;
  /** Empty: it is chosen here. */
  township: string;
  sheets: Sheets;
  onSheet: (township: string, change: Change) => void;
  onClose: () => void;
}

export function LossForm(props: LossFormProps) {
  const { county, incident, sheets, onSheet, onClose } = props;
  const [township, setTownship] = useState(props.township);
  const choices = county.areas.filter((area) => area.kind === "township");
  const table = lossesOf(incident);
  const unsent = (code: string) => unsentOf(table, code, sheets[code]);
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
          {choices.map(({ code }) => (
            <option key={code} value={code}>
              {unsent(code)
                ? i18n.t("{name}（写了一半）", { name: areaName(county, "township", code) })
                : areaName(county, "township", code)}
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
          kept={unsent(township)}
          onChange={(change) =>
            onSheet(township, (before) => change(unsentOf(table, township, before)))
          }
          onClose={onClose}
        />
      ) : null}
    </Dialog>
  );
}

interface SheetProps {
  county: County;
  incident: IncidentView;
  township: string;
  kept: KeptSheet | undefined;
  onChange: (change: Change) => void;
  onClose: () => void;
}

function Sheet({ county, incident, township, kept, onChange, onClose }: SheetProps) {
  const me = useApp((state) => state.me?.person.id);
  const now = lossesOf(incident).townships.find((one) => one.township === township);
  // What stood when it was opened: a newer version does not change it under a hand.
  const [fresh, setFresh] = useState<KeptSheet>(() => ({ ...sheetOf(now, me), photos: [] }));
  const [found] = useState(kept !== undefined);
  const sheet = kept ?? fresh;
  const { row, stage, draft, photos } = sheet;
  const put = (more: (before: KeptSheet) => Partial<KeptSheet>) =>
    onChange((before = fresh) => ({ ...before, ...more(before) }));
  const write = (more: Partial<Draft>) =>
    put((before) => ({ draft: { ...before.draft, ...more } }));
  const again = () => {
    setFresh({ ...sheetOf(now, me), photos: [] });
    onChange(() => undefined);
  };
  const stages = nextStages(row?.versions ?? [], me);
  const { keep, unkept } = useKeep();
  const response = needsPhotos(county, incident);
  const pictures = draft.photos.length + photos.length;
  const flaws = flawsOf(draft, row, stage, pictures, response);
  const newer = isBehind(sheet, now);
  const refused = stages.find((one) => one.stage === stage)?.not ?? null;
  const send = () => {
    let sent = "";
    const request = requestOf(incident.id, township, stage, row, draft, sealsOf(photos));
    const press = async () => {
      sent = await reportLoss(request);
    };
    return keep(press, () => {
      put(() => ({ sent }));
      onClose();
    });
  };
  return (
    <>
      {newer ? (
        <LossNewer
          county={county}
          sheet={sheet}
          now={now}
          onCarry={(carried) => put(() => carried)}
          onAgain={again}
        />
      ) : found && kept ? (
        <p className="f" data-testid="loss-found">
          <span className="g">{i18n.t("上次写了没报出的，还在这里。")}</span>
          <Button small onPress={again} testId="loss-again">
            {i18n.t("不要了，重填")}
          </Button>
        </p>
      ) : null}
      <div className="chips">
        {stages.map((one) => (
          <Chip
            key={one.stage}
            on={stage === one.stage}
            onPress={() => put(() => ({ stage: one.stage }))}
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
                  write({ figures: { ...draft.figures, [item]: event.target.value } })
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
          write({ cases: draft.cases.map((one, n) => (n === place ? { ...one, ...more } : one)) })
        }
        onAdd={(kind) => write({ cases: [...draft.cases, newCase(newOp(), kind)] })}
        onDrop={(place) => write({ cases: draft.cases.filter((_, n) => n !== place) })}
      />
      <label>
        <span className="lab">{i18n.t("说明（数字下调、更正要写）")}</span>
        <input
          className="in"
          value={draft.note}
          onChange={(event) => write({ note: event.target.value })}
          data-testid="loss-note"
        />
      </label>
      {draft.photos.length > 0 ? (
        <div>
          <span className="lab">{i18n.t("沿用上一版的照片")}</span>
          <Photos photos={draft.photos} />
          <Button small onPress={() => write({ photos: [] })}>
            {i18n.t("不沿用")}
          </Button>
        </div>
      ) : null}
      <AttachField
        of={incident.id}
        list={photos}
        onChange={(change) => put((before) => ({ photos: change(before.photos) }))}
      />
      {response ? (
        <p className="s i2" data-testid="loss-photos">
          {i18n.t("响应级：本版照片 {n} / {all}", { n: pictures, all: PHOTOS_NEEDED })}
        </p>
      ) : null}
      <ul className="lossflaws">
        {newer ? <li>{i18n.t("又来了新的一版，先在上面选接不接。")}</li> : null}
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
