// The three choices that need more than one press: how far, done with proof, why not.
import { useState } from "react";
import { report } from "../../actions/tasks";
import { i18n, say } from "../../i18n/i18n";
import { answers, type Form, unanswered } from "../../state/forms";
import { Sheet } from "../../ui/Sheet";
import type { Field, TaskView } from "../../wire/view";
import { FieldInputs } from "../commands/FieldInputs";
import { useKeep } from "../keep/useKeep";
import { PhotoField, useShots } from "./PhotoField";

const STEPS = [10, 20, 40, 60, 80, 100];

export function ProgressSheet({ task, onClose }: { task: TaskView; onClose: () => void }) {
  const [note, setNote] = useState("");
  const [shots, setShots] = useShots(task.id);
  const { keep, unkept } = useKeep();
  return (
    <Sheet title={i18n.t("做到哪里了")} onClose={onClose} testId="progress-sheet">
      <PhotoField task={task.id} shots={shots} onChange={setShots} />
      <input
        className="in"
        placeholder={i18n.t("一句话（可不写）")}
        aria-label={i18n.t("一句话（可不写）")}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <div className="grid">
        {STEPS.map((percent) => (
          <button
            key={percent}
            type="button"
            className={`verb${percent === task.percent ? " said" : ""}`}
            onClick={() =>
              keep(
                () =>
                  report({
                    task: task.id,
                    fact: { fact: "working", percent },
                    note: note.trim(),
                    photos: shots.map((shot) => shot.id),
                    place: true,
                  }),
                onClose,
              )
            }
            data-testid={`percent-${percent}`}
          >
            <b>{percent} %</b>
          </button>
        ))}
      </div>
      {unkept}
      <button type="button" className="verb" onClick={onClose}>
        <b>{i18n.t("不报")}</b>
      </button>
    </Sheet>
  );
}

export function DoneSheet({
  task,
  proof,
  fields,
  onClose,
}: {
  task: TaskView;
  proof: boolean;
  fields: readonly Field[];
  onClose: () => void;
}) {
  const [form, setForm] = useState<Form>({});
  const [shots, setShots] = useShots(task.id);
  const [note, setNote] = useState("");
  const { keep, unkept } = useKeep();
  const unproven = proof && shots.length === 0 && note.trim() === "";
  const open = unanswered(fields, form);
  const short = unproven || open.length > 0;
  return (
    <Sheet title={i18n.t("报告完成")} onClose={onClose} testId="done-sheet">
      <PhotoField task={task.id} shots={shots} onChange={setShots} />
      <label>
        <span className="lab">{i18n.t("说明或见证人姓名")}</span>
        <input
          className="in"
          value={note}
          onChange={(event) => setNote(event.target.value)}
          data-testid="done-note"
        />
      </label>
      <FieldInputs fields={fields} form={form} onChange={setForm} thumb />
      {unproven ? <p className="s i2">{i18n.t("还差一张照片，或者写一个见证人。")}</p> : null}
      {open.length > 0 ? (
        <p className="s i2">
          {i18n.t("还要填：{names}", { names: open.map((field) => say(field.title)).join("、") })}
        </p>
      ) : null}
      {unkept}
      <button
        type="button"
        className={`verb${short ? "" : " next"}`}
        disabled={short}
        onClick={() =>
          keep(
            () =>
              report({
                task: task.id,
                fact: { fact: "done" },
                note: note.trim(),
                photos: shots.map((shot) => shot.id),
                form: answers(fields, form),
                place: true,
              }),
            onClose,
          )
        }
        data-testid="done-confirm"
      >
        <b>{i18n.t("报告完成")}</b>
        <small>
          {shots.length > 0 ? i18n.t("先报完成，照片随后自己传") : i18n.t("等第二个人核实后关闭")}
        </small>
      </button>
      <button type="button" className="verb" onClick={onClose}>
        <b>{i18n.t("还没完成")}</b>
      </button>
    </Sheet>
  );
}

export function DeclineSheet({ task, onClose }: { task: TaskView; onClose: () => void }) {
  const [note, setNote] = useState("");
  const { keep, unkept } = useKeep();
  const reasons = [
    i18n.t("道路中断"),
    i18n.t("人不在村里"),
    i18n.t("正在做别的任务"),
    i18n.t("身体不行"),
  ];
  const send = (why: string) =>
    keep(() => report({ task: task.id, fact: { fact: "declined" }, note: why }), onClose);
  return (
    <Sheet title={i18n.t("为什么不能去")} onClose={onClose} testId="decline-sheet">
      <p className="s i2">{i18n.t("县里会马上改派别人。")}</p>
      <div className="grid">
        {reasons.map((reason, place) => (
          <button
            key={reason}
            type="button"
            className="verb"
            onClick={() => send(reason)}
            data-testid={`reason-${place}`}
          >
            <b>{reason}</b>
          </button>
        ))}
      </div>
      <label>
        <span className="lab">{i18n.t("别的原因")}</span>
        <input className="in" value={note} onChange={(event) => setNote(event.target.value)} />
      </label>
      {unkept}
      <div className="grid">
        <button
          type="button"
          className="verb"
          disabled={note.trim() === ""}
          onClick={() => send(note.trim())}
        >
          <b>{i18n.t("报不能去")}</b>
        </button>
        <button type="button" className="verb" onClick={onClose}>
          <b>{i18n.t("返回")}</b>
        </button>
      </div>
    </Sheet>
  );
}
