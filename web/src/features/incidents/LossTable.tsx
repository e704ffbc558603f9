// What an incident cost, by township: every number opens the reports and pictures it is made of; what went down
// shows it, what may be counted twice is said.
import { useEffect, useState } from "react";
import { wantTexts } from "../../actions/read";
import { i18n } from "../../i18n/i18n";
import {
  CASES,
  cellOf,
  columnsOf,
  itemOf,
  lossesOf,
  sealsIn,
  shown,
  wentDown,
} from "../../state/losses";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { IncidentView, LossItem, TownshipLoss } from "../../wire/view";
import { Due } from "../commands/Due";
import { areaName } from "../stations/townships";
import { Section } from "./IncidentParts";
import { LossDoubles } from "./LossDoubles";
import { LossForm } from "./LossForm";
import { type LossOf, LossSources } from "./LossSources";
import { itemName, unitName, versionName } from "./lossWords";
import { useLossSheets } from "./useLossSheets";

interface LossTableProps {
  county: County;
  incident: IncidentView;
  allowed: boolean;
  now: number;
}

export function LossTable({ county, incident, allowed, now }: LossTableProps) {
  const table = lossesOf(incident);
  const [open, setOpen] = useState<LossOf | null>(null);
  const [form, setForm] = useState<string | null>(null);
  const [sheets, setSheet] = useLossSheets(incident);
  useEffect(() => wantTexts(sealsIn(lossesOf(incident))), [incident]);
  const columns = columnsOf(table);
  const reports = allowed && incident.merged_into === null;
  const due = incident.reports.find((report) => report.id === "first_loss")?.due;
  return (
    <>
      <Section title={i18n.t("灾情")} count={table.townships.length}>
        {reports ? (
          <Button small onPress={() => setForm("")} testId="report-loss">
            {i18n.t("报灾情…")}
          </Button>
        ) : null}
      </Section>
      {table.townships.length > 0 ? (
        <div className="widetable" data-testid="loss-table">
          <table className="losstable">
            <thead>
              <tr>
                <th>{i18n.t("乡镇")}</th>
                <th>{i18n.t("哪一版")}</th>
                {columns.map((item) => (
                  <th key={item} className="r" title={unitName(item)}>
                    {itemName(item)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.townships.map((row) => (
                <Row
                  key={row.township}
                  name={areaName(county, "township", row.township)}
                  row={row}
                  columns={columns}
                  due={due}
                  now={now}
                  onOpen={setOpen}
                  onReport={reports ? () => setForm(row.township) : null}
                />
              ))}
            </tbody>
            <tfoot>
              <tr>
                <td>
                  <b>{i18n.t("合计")}</b>
                </td>
                <td className="s i2">
                  {i18n.t("{n} 个乡镇已报", {
                    n: table.townships.filter((row) => row.versions.length > 0).length,
                  })}
                </td>
                {columns.map((item) => {
                  const total = table.totals.find((one) => one.item === item);
                  return (
                    <td key={item} className="r">
                      {total ? (
                        <button
                          type="button"
                          className="lossnum"
                          onClick={() => setOpen({ of: "total", item })}
                          data-testid={`loss-total-${item}`}
                        >
                          <b>{shown(item, total.value)}</b>
                        </button>
                      ) : (
                        <span className="i3">—</span>
                      )}
                    </td>
                  );
                })}
              </tr>
            </tfoot>
          </table>
        </div>
      ) : (
        <p className="s i2 pad">{i18n.t("还没有乡镇报灾情。")}</p>
      )}
      <LossDoubles county={county} incident={incident} allowed={reports} now={now} />
      {open ? (
        <LossSources
          county={county}
          incident={incident}
          of={open}
          now={now}
          onOpen={setOpen}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {form !== null ? (
        <LossForm
          county={county}
          incident={incident}
          township={form}
          sheets={sheets}
          onSheet={setSheet}
          onClose={() => setForm(null)}
        />
      ) : null}
    </>
  );
}

interface RowProps {
  name: string;
  row: TownshipLoss;
  columns: readonly LossItem[];
  due: string | undefined;
  now: number;
  onOpen: (of: LossOf) => void;
  onReport: (() => void) | null;
}

function Row({ name, row, columns, due, now, onOpen, onReport }: RowProps) {
  const last = row.versions.at(-1);
  return (
    <tr data-testid="loss-row" data-township={row.township}>
      <td title={name}>
        {onReport ? (
          <button type="button" className="link" onClick={onReport}>
            {name}
          </button>
        ) : (
          name
        )}
      </td>
      <td>
        {last ? (
          <button
            type="button"
            className="lossnum"
            onClick={() => onOpen({ of: "history", township: row.township })}
            data-testid="loss-history"
          >
            {versionName(last.stage, last.nth)}
            {row.versions[0]?.late ? <span className="tag">{i18n.t("迟报")}</span> : null}
          </button>
        ) : (
          <span className="f s">
            {i18n.t("等初报")}
            {due ? <Due at={due} now={now} /> : null}
          </span>
        )}
      </td>
      {columns.map((item) => (
        <td key={item} className="r">
          <Cell row={row} item={item} onOpen={onOpen} />
        </td>
      ))}
    </tr>
  );
}

interface CellProps {
  row: TownshipLoss;
  item: LossItem;
  onOpen: (of: LossOf) => void;
}

/** One number: where it stands, whether it went down on the way, and whether its ledger has as many. */
function Cell({ row, item, onOpen }: CellProps) {
  const cell = cellOf(row, item);
  if (!cell) return <span className="i3">—</span>;
  const down = wentDown(cell);
  const highest = Math.max(...cell.steps.map((step) => step.value));
  const ledger = CASES.some((kind) => itemOf(kind) === item) ? cell.listed : undefined;
  const short = ledger !== undefined && ledger !== null && ledger < cell.value;
  return (
    <button
      type="button"
      className="lossnum"
      onClick={() => onOpen({ of: "cell", township: row.township, item })}
      data-testid={`loss-cell-${item}`}
      data-down={down}
    >
      {down ? (
        <s className="i2" title={i18n.t("曾报 {n}", { n: shown(item, highest) })}>
          {shown(item, highest)}
        </s>
      ) : null}
      {down ? <span aria-hidden="true">↓</span> : null}
      <b>{shown(item, cell.value)}</b>
      {short ? (
        <span className="s i2" title={i18n.t("台账 {n}", { n: ledger })}>
          ({ledger})
        </span>
      ) : null}
    </button>
  );
}
