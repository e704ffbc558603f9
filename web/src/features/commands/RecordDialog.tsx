// Records what someone said by telephone, by radio or in person. The witness is the officer.
import { useState } from "react";
import { type Recorded, recordFor } from "../../actions/commands";
import { i18n, say } from "../../i18n/i18n";
import { meansName, stageName } from "../../i18n/words";
import { answers, type Form, unanswered } from "../../state/forms";
import { countedRow, shortOf } from "../../state/headcount";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { CommandView, Field, Means, TaskView } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { shortWords } from "../marks/shortWords";
import { CountTable } from "./CountTable";
import { FieldInputs } from "./FieldInputs";
import { useCount } from "./useCount";

type By = Exclude<Means, "app" | "system">;
const MEANS: By[] = ["phone", "radio", "in_person"];
type Said = Recorded | "working";
const FACTS: Said[] = [
  "accepted",
  "declined",
  "not_reached",
  "en_route",
  "on_scene",
  "working",
  "done",
  "need_help",
];
const STEPS = [20, 40, 60, 80, 100];

function saidName(one: Said): string {
  if (one === "need_help") return i18n.t("要帮助");
  return one === "not_reached" ? i18n.t("没联系上") : stageName(one);
}

interface RecordDialogProps {
  command: CommandView;
  task: TaskView;
  name: string;
  fields: readonly Field[];
  onClose: () => void;
}

export function RecordDialog({ command, task, name, fields, onClose }: RecordDialogProps) {
  const [fact, setFact] = useState<Said>("accepted");
  const [percent, setPercent] = useState(task.percent ?? 60);
  const [means, setMeans] = useState<By>("phone");
  const [note, setNote] = useState("");
  const { keep, unkept } = useKeep();
  const [form, setForm] = useState<Form>({});
  const { rows, said, texts, put, add, free } = useCount(command, task);
  const tells = fact === "working" || fact === "done";
  const counts = tells && command.kind === "evacuation";
  const needsWords = fact === "declined" || fact === "done";
  const short = shortOf(said, texts);
  const open = fact === "done" ? unanswered(fields, form) : [];
  const send = () => {
    const kind = fact === "working" ? { fact, percent } : { fact };
    const more = {
      note: note.trim(),
      count: counts ? said.map((row) => countedRow(row, texts)) : [],
      form: tells ? answers(fields, form) : [],
    };
    keep(() => recordFor(task.id, kind, means, more), onClose);
  };
  return (
    <Dialog
      title={i18n.t("代记：{name} 说了什么", { name })}
      onClose={onClose}
      testId="record-dialog"
    >
      <Choice title={i18n.t("他说")}>
        {FACTS.map((one) => (
          <Chip key={one} on={one === fact} onPress={() => setFact(one)} testId={`record-${one}`}>
            {saidName(one)}
          </Chip>
        ))}
      </Choice>
      {fact === "working" ? (
        <Choice title={i18n.t("做到哪里了")}>
          {STEPS.map((one) => (
            <Chip
              key={one}
              on={one === percent}
              onPress={() => setPercent(one)}
              testId={`percent-${one}`}
            >
              {one} %
            </Chip>
          ))}
        </Choice>
      ) : null}
      {counts ? (
        <>
          <CountTable rows={rows} texts={texts} onChange={put} onAdd={free ? add : null} />
          <p className="s" aria-live="polite" data-testid="record-short">
            {said.length === 0
              ? i18n.t("没有写人数：可以先记，核实要等人数对上。")
              : short.people + short.names > 0
                ? i18n.t("还差 {what}：可以先记，核实要等补齐。", { what: shortWords(short) })
                : i18n.t("人数对得上。")}
          </p>
        </>
      ) : null}
      {tells ? <FieldInputs fields={fields} form={form} onChange={setForm} /> : null}
      {open.length > 0 ? (
        <p className="s">
          {i18n.t("模板还问：{names}", {
            names: open.map((field) => say(field.title)).join(i18n.t("、")),
          })}
        </p>
      ) : null}
      <Choice title={i18n.t("怎么知道的")}>
        {MEANS.map((one) => (
          <Chip key={one} on={one === means} onPress={() => setMeans(one)} testId={`means-${one}`}>
            {meansName(one)}
          </Chip>
        ))}
      </Choice>
      <label>
        <span className="lab">
          {needsWords ? i18n.t("原话或见证人（要写）") : i18n.t("原话（可不写）")}
        </span>
        <input
          className="in"
          value={note}
          onChange={(event) => setNote(event.target.value)}
          data-testid="record-note"
        />
      </label>
      <p className="s i2">{i18n.t("记在你的名下：见证人是你，时间是现在。")}</p>
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={needsWords && note.trim() === ""}
          onPress={send}
          testId="record-confirm"
        >
          {i18n.t("记下")}
        </Button>
        <Button onPress={onClose}>{i18n.t("不记")}</Button>
      </div>
    </Dialog>
  );
}

function Choice({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <fieldset style={{ border: 0 }}>
      <legend className="lab">{title}</legend>
      <div className="chips">{children}</div>
    </fieldset>
  );
}
