// The head-count of an evacuation, village by village. Kept in this phone until the county has it; sent with
// progress or with "done".
import { useState } from "react";
import { type Report, report } from "../../actions/tasks";
import { i18n, say } from "../../i18n/i18n";
import { answers, type Form, unanswered } from "../../state/forms";
import { type Behind, countedRow, shortOf } from "../../state/headcount";
import { Sheet } from "../../ui/Sheet";
import type { CommandView, Field, TaskView } from "../../wire/view";
import { FieldInputs } from "../commands/FieldInputs";
import { useCount } from "../commands/useCount";
import { useKeep } from "../keep/useKeep";
import { shortWords } from "../marks/shortWords";
import { CountFields } from "./CountFields";
import { PhotoField, picturesFor, useShots } from "./PhotoField";

interface CountSheetProps {
  command: CommandView;
  task: TaskView;
  fields: readonly Field[];
  onClose: () => void;
}

export function CountSheet({ command, task, fields, onClose }: CountSheetProps) {
  const { rows, said, texts, put, add, free } = useCount(command, task);
  const [shots, setShots] = useShots(task.id, true);
  const [form, setForm] = useState<Form>({});
  const { keep, unkept } = useKeep();
  const taken = (behind: Behind) => picturesFor(shots, behind).length;
  const { people, names } = shortOf(said, texts, taken);
  const adds = said.length > 0 && people === 0 && names === 0;
  const open = unanswered(fields, form);
  const ready = adds && open.length === 0;
  const send = (done: boolean) => {
    const villages = new Set(said.map((row) => row.village.trim()));
    const going = shots.filter(({ behind }) => !behind || villages.has(behind.village));
    const words: Report = {
      task: task.id,
      fact: done ? { fact: "done" } : { fact: "working", percent: task.percent ?? 50 },
      count: said.map((row) => countedRow(row, texts)),
      photos: going.map((shot) => shot.id),
      form: answers(fields, form),
      place: true,
    };
    return keep(() => report(words), onClose);
  };
  return (
    <Sheet title={i18n.t("报人数")} onClose={onClose} testId="count-sheet">
      {rows.map((row, place) => (
        <CountFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place until it is sent
          key={place}
          row={row}
          texts={texts}
          task={task.id}
          shots={shots}
          onShots={setShots}
          onChange={(change) => put(place, change)}
        />
      ))}
      {free ? (
        <button type="button" className="verb" onClick={add}>
          <b>{i18n.t("再加一个村")}</b>
        </button>
      ) : null}
      <FieldInputs fields={fields} form={form} onChange={setForm} thumb />
      <PhotoField task={task.id} shots={shots} onChange={setShots} />
      <p className="s" aria-live="polite" data-testid="count-short">
        {said.length === 0
          ? i18n.t("还没有写哪个村。")
          : adds
            ? i18n.t("人数对得上。")
            : i18n.t("还差 {what}", { what: shortWords({ people, names }) })}
      </p>
      {open.length > 0 ? (
        <p className="s i2" data-testid="count-open">
          {i18n.t("还要填：{names}", {
            names: open.map((field) => say(field.title)).join(i18n.t("、")),
          })}
        </p>
      ) : null}
      {unkept}
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
              : adds
                ? i18n.t("还有要填的，还不能报")
                : i18n.t("差 {what}，还不能报", { what: shortWords({ people, names }) })}
          </small>
        </button>
      </div>
      <button type="button" className="verb" onClick={onClose}>
        <b>{i18n.t("返回")}</b>
      </button>
    </Sheet>
  );
}
