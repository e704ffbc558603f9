// The head-count of an evacuation: to move = moved + refused + unreachable, per village, everybody who
// is left behind by name. Kept in this phone until the county has it; sent with progress or with "done".
import { useState } from "react";
import { report } from "../../actions/tasks";
import { i18n } from "../../i18n/i18n";
import { Sheet } from "../../ui/Sheet";
import type { CountedVillage } from "../../wire/acts";
import type { CommandView, TaskView } from "../../wire/view";
import { PhotoField, useShots } from "./PhotoField";

type Cell = "to_move" | "moved" | "refused" | "unreachable";

interface Row {
  village: string;
  /** The command says how many, so it is not asked. */
  given: boolean;
  to_move: string;
  moved: string;
  refused: string;
  unreachable: string;
  /** Names, one a line. */
  refusedNames: string;
  unreachableNames: string;
}

const number = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : 0);
const names = (text: string) =>
  text
    .split(/[\n,，、]/)
    .map((name) => name.trim())
    .filter((name) => name !== "");

/** People not accounted for, and people without a name. */
function short(row: Row): { people: number; names: number } {
  const found = number(row.moved) + number(row.refused) + number(row.unreachable);
  const missing = (count: string, list: string) => Math.max(0, number(count) - names(list).length);
  return {
    people: Math.abs(number(row.to_move) - found),
    names: missing(row.refused, row.refusedNames) + missing(row.unreachable, row.unreachableNames),
  };
}

function counted(row: Row): CountedVillage {
  const left = (why: "refused" | "unreachable", list: string) =>
    names(list).map((name) => ({ why, name }));
  return {
    village: row.village.trim(),
    to_move: number(row.to_move),
    moved: number(row.moved),
    refused: number(row.refused),
    unreachable: number(row.unreachable),
    left: [...left("refused", row.refusedNames), ...left("unreachable", row.unreachableNames)],
  };
}

/** Rows to begin with: the command's villages, with what the county has of them. */
function begin(command: CommandView): Row[] {
  const known = new Map((command.count ?? []).map((row) => [row.village, row]));
  const rows = (command.villages ?? []).map((target) => {
    const before = known.get(target.village);
    const text = (count: number | undefined) => (count ? String(count) : "");
    return {
      village: target.village,
      given: true,
      to_move: String(target.to_move),
      moved: text(before?.moved),
      refused: text(before?.refused),
      unreachable: text(before?.unreachable),
      refusedNames: "",
      unreachableNames: "",
    };
  });
  return rows.length > 0 ? rows : [empty()];
}

function empty(): Row {
  return {
    village: "",
    given: false,
    to_move: "",
    moved: "",
    refused: "",
    unreachable: "",
    refusedNames: "",
    unreachableNames: "",
  };
}

interface CountSheetProps {
  command: CommandView;
  task: TaskView;
  onClose: () => void;
}

export function CountSheet({ command, task, onClose }: CountSheetProps) {
  const [rows, setRows] = useState<Row[]>(() => begin(command));
  const [shots, setShots] = useShots(task.id);
  const put = (place: number, change: Partial<Row>) =>
    setRows((before) => before.map((row, n) => (n === place ? { ...row, ...change } : row)));
  const said = rows.filter((row) => row.village.trim() !== "");
  const lacking = said.map(short);
  const people = lacking.reduce((sum, one) => sum + one.people, 0);
  const missing = lacking.reduce((sum, one) => sum + one.names, 0);
  const ready = said.length > 0 && people === 0 && missing === 0;
  const send = (done: boolean) => {
    void report({
      task: task.id,
      fact: done ? { fact: "done" } : { fact: "working", percent: task.percent ?? 50 },
      count: said.map(counted),
      photos: shots.map((shot) => shot.id),
      place: true,
    });
    onClose();
  };
  const cell = (row: Row, place: number, key: Cell, name: string) => (
    <label className="countcell">
      <span>{name}</span>
      <input
        className="in"
        inputMode="numeric"
        value={row[key]}
        readOnly={key === "to_move" && row.given}
        onChange={(event) => put(place, { [key]: event.target.value })}
        data-testid={`count-${key}`}
      />
    </label>
  );
  return (
    <Sheet title={i18n.t("报人数")} onClose={onClose} testId="count-sheet">
      {rows.map((row, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place until it is sent
        <fieldset key={place} className="countrow" data-testid="count-row">
          <legend>
            {row.given ? (
              <b>{row.village}</b>
            ) : (
              <input
                className="in"
                placeholder={i18n.t("哪个村")}
                aria-label={i18n.t("哪个村")}
                value={row.village}
                onChange={(event) => put(place, { village: event.target.value })}
                data-testid="count-village"
              />
            )}
          </legend>
          {cell(row, place, "to_move", i18n.t("应转移"))}
          {cell(row, place, "moved", i18n.t("已转移"))}
          {cell(row, place, "refused", i18n.t("拒绝走"))}
          {number(row.refused) > 0 ? (
            <label>
              <span className="lab">
                {i18n.t("拒绝的人，每人一个名字：已有 {n}", { n: names(row.refusedNames).length })}
              </span>
              <textarea
                className="in"
                rows={2}
                value={row.refusedNames}
                onChange={(event) => put(place, { refusedNames: event.target.value })}
                data-testid="names-refused"
              />
            </label>
          ) : null}
          {cell(row, place, "unreachable", i18n.t("联系不上"))}
          {number(row.unreachable) > 0 ? (
            <label>
              <span className="lab">
                {i18n.t("联系不上的人，每人一个名字：已有 {n}", {
                  n: names(row.unreachableNames).length,
                })}
              </span>
              <textarea
                className="in"
                rows={2}
                value={row.unreachableNames}
                onChange={(event) => put(place, { unreachableNames: event.target.value })}
                data-testid="names-unreachable"
              />
            </label>
          ) : null}
        </fieldset>
      ))}
      {(command.villages ?? []).length === 0 ? (
        <button
          type="button"
          className="verb"
          onClick={() => setRows((before) => [...before, empty()])}
        >
          <b>{i18n.t("再加一个村")}</b>
        </button>
      ) : null}
      <PhotoField task={task.id} shots={shots} onChange={setShots} />
      <p className="s" aria-live="polite" data-testid="count-short">
        {ready
          ? i18n.t("人数对得上。")
          : i18n.t("还差 {people} 人、{names} 个名字", { people, names: missing })}
      </p>
      <div className="grid">
        <button
          type="button"
          className="verb"
          disabled={said.length === 0}
          onClick={() => send(false)}
          data-testid="count-progress"
        >
          <b>{i18n.t("先报这些")}</b>
          <small>{i18n.t("还在转移")}</small>
        </button>
        <button
          type="button"
          className={`verb${ready ? " next" : ""}`}
          disabled={!ready}
          onClick={() => send(true)}
          data-testid="count-done"
        >
          <b>{i18n.t("报告完成")}</b>
          <small>
            {ready
              ? i18n.t("等第二个人核实后关闭")
              : i18n.t("差 {people} 人、{names} 个名字，还不能报", { people, names: missing })}
          </small>
        </button>
      </div>
      <button type="button" className="verb" onClick={onClose}>
        <b>{i18n.t("返回")}</b>
      </button>
    </Sheet>
  );
}
