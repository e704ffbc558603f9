// Records what someone said by telephone, by radio or in person. The witness is the officer.
import { useState } from "react";
import { type Recorded, recordFor } from "../../actions/commands";
import { i18n } from "../../i18n/i18n";
import { meansName, stageName } from "../../i18n/words";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { Means, TaskView } from "../../wire/view";

type By = Exclude<Means, "app" | "system">;
const MEANS: By[] = ["phone", "radio", "in_person"];
const FACTS: Recorded[] = ["accepted", "declined", "en_route", "on_scene", "done", "need_help"];

interface RecordDialogProps {
  task: TaskView;
  name: string;
  onClose: () => void;
}

export function RecordDialog({ task, name, onClose }: RecordDialogProps) {
  const [fact, setFact] = useState<Recorded>("accepted");
  const [means, setMeans] = useState<By>("phone");
  const [note, setNote] = useState("");
  const needsWords = fact === "declined" || fact === "done";
  return (
    <Dialog
      title={i18n.t("代记：{name} 说了什么", { name })}
      onClose={onClose}
      testId="record-dialog"
    >
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("他说")}</legend>
        <div className="chips">
          {FACTS.map((one) => (
            <Chip key={one} on={one === fact} onPress={() => setFact(one)} testId={`record-${one}`}>
              {one === "need_help" ? i18n.t("要帮助") : stageName(one)}
            </Chip>
          ))}
        </div>
      </fieldset>
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("怎么知道的")}</legend>
        <div className="chips">
          {MEANS.map((one) => (
            <Chip
              key={one}
              on={one === means}
              onPress={() => setMeans(one)}
              testId={`means-${one}`}
            >
              {meansName(one)}
            </Chip>
          ))}
        </div>
      </fieldset>
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
      <div className="acts">
        <Button
          kind="primary"
          disabled={needsWords && note.trim() === ""}
          onPress={() => {
            void recordFor(task.id, fact, means, note.trim());
            onClose();
          }}
          testId="record-confirm"
        >
          {i18n.t("记下")}
        </Button>
        <Button onPress={onClose}>{i18n.t("不记")}</Button>
      </div>
    </Dialog>
  );
}
