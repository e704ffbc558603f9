// One row of the site's tables, changed: typed, tried, and only then put into force as one recorded input.
import { useState } from "react";
import { importRegistry } from "../../actions/site";
import { i18n } from "../../i18n/i18n";
import { type Cells, type Edit, uploadOf } from "../../state/registry";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { ImportResult } from "../../wire/site";
import { Day } from "../clock/Typed";
import { ChangeList } from "../rules/ChangeList";
import { ProblemLine } from "../rules/FilesPanel";
import { failure } from "../rules/failure";

export interface Field {
  column: string;
  label: string;
  /** What may stand there, beside the field. */
  hint?: string;
}

export interface EditAsked {
  title: string;
  edit: Edit;
  fields: Field[];
  /** A new row from a day on, beside the old one, can be asked for. */
  dated?: boolean;
  /** Other cells that follow when one is typed. */
  follow?: (cells: Cells, column: string) => Cells;
  /** What else to know before the change: whom it is about beside this station. */
  note?: string;
}

interface EditDialogProps {
  county: County;
  station: string;
  asked: EditAsked;
  onClose: () => void;
  onApplied: () => void;
}

export function EditDialog({ county, station, asked, onClose, onApplied }: EditDialogProps) {
  const [cells, setCells] = useState<Cells>(asked.edit.cells);
  const [from, setFrom] = useState("");
  const [result, setResult] = useState<ImportResult | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  const edit: Edit = from
    ? {
        ...asked.edit,
        cells: { ...asked.edit.row, ...cells, valid_from: from },
      }
    : { ...asked.edit, cells };
  const send = async (dryRun: boolean) => {
    setBusy(true);
    setFailed("");
    try {
      const file = new Blob([uploadOf(edit)], { type: "text/csv" });
      const { kind } = asked.edit;
      const answer = await importRegistry(kind, county.code, file, "text/csv", {
        dryRun,
        whole: false,
      });
      setResult(answer);
      if (answer.applied) onApplied();
    } catch (error) {
      setResult(null);
      setFailed(failure(error));
    } finally {
      setBusy(false);
    }
  };
  const type = (column: string, text: string) => {
    const next = { ...cells, [column]: text };
    setCells(asked.follow ? asked.follow(next, column) : next);
    setResult(null);
  };
  const stopped = result?.problems.some((one) => one.stops) ?? false;
  const nothing = result !== null && result.rows.length === 0 && !stopped;
  return (
    <Dialog title={asked.title} onClose={onClose} testId="edit-dialog">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && !result?.applied) void send(true);
        }}
      >
        {asked.note ? <p className="s i2">{asked.note}</p> : null}
        <div className="pairs">
          {asked.fields.map((field, place) => (
            <label key={field.column}>
              <span className="lab">{field.label}</span>
              <input
                className="in"
                value={cells[field.column] ?? ""}
                // The dialog was opened to type this.
                autoFocus={place === 0}
                disabled={busy || result?.applied}
                onChange={(event) => type(field.column, event.target.value)}
                data-testid={`edit-${field.column}`}
              />
              <span className="s i3">
                {i18n.t("现在：{value}", {
                  value: asked.edit.row[field.column] || i18n.t("空着"),
                })}
                {field.hint ? ` · ${field.hint}` : ""}
              </span>
            </label>
          ))}
          {asked.dated ? (
            <Day
              label={i18n.t("从哪天起（空着：改正原来那一行）")}
              day={from}
              disabled={busy || result?.applied === true}
              onChange={setFrom}
              onType={() => setResult(null)}
              hint={i18n.t("填了日子就另加一行，旧的留作历史")}
              testId="edit-from"
            />
          ) : null}
        </div>
        <div className="acts">
          <Button
            submit
            kind={result && !stopped && !nothing ? "plain" : "primary"}
            disabled={busy || result?.applied === true}
            onPress={() => {}}
            testId="edit-try"
          >
            {busy ? i18n.t("正在试算…") : i18n.t("先看会怎样")}
          </Button>
          {result && !result.applied ? (
            <Button
              kind={stopped || nothing ? "plain" : "primary"}
              disabled={busy || stopped || nothing}
              onPress={() => void send(false)}
              testId="edit-apply"
            >
              {stopped ? i18n.t("有错，不能换用") : nothing ? i18n.t("和原来一样") : i18n.t("换用")}
            </Button>
          ) : null}
          <Button onPress={onClose}>{i18n.t("关上")}</Button>
        </div>
        {failed ? (
          <p className="confirmfirst" role="alert">
            {failed}
          </p>
        ) : null}
        {result ? <Effect county={county} station={station} result={result} /> : null}
      </form>
    </Dialog>
  );
}

interface EffectProps {
  county: County;
  station: string;
  result: ImportResult;
}

function Effect({ county, station, result }: EffectProps) {
  const alarms = [...county.alarms.values()].filter((alarm) => alarm.station === station);
  const clocks = alarms.reduce((sum, alarm) => sum + alarm.clocks.length, 0);
  return (
    <div className="effect" data-testid="edit-effect" data-applied={result.applied}>
      {result.applied ? (
        <p role="status">
          <b>{i18n.t("已换用，记在日志里了。")}</b>
        </p>
      ) : null}
      {result.problems.map((one) => (
        <ProblemLine key={`${one.file}/${one.line}/${one.column}/${one.what}`} one={one} />
      ))}
      {result.rows.map((row) => (
        <p key={row.what} className="diff">
          {row.what}
        </p>
      ))}
      {result.changes.length > 0 ? (
        <p className="s i2">
          {i18n.t("这个站现在有 {alarms} 条报警、{clocks} 只钟在走：", {
            alarms: alarms.length,
            clocks,
          })}
        </p>
      ) : null}
      <ChangeList changes={result.changes} />
      {result.rows.length > 0 && result.changes.length === 0 && result.problems.length === 0 ? (
        <p className="s i2">{i18n.t("判定不受影响，只是资料变了。")}</p>
      ) : null}
    </div>
  );
}
