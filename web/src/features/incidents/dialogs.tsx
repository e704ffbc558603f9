// What is written before a press: a decision about a warning, a reason.
import { useState } from "react";
import { decide } from "../../actions/incidents";
import { i18n } from "../../i18n/i18n";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { SituationView } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { situationName } from "../situations/situationWords";

const RESPONSES = [1, 2, 3, 4];
const ROMANS = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"];

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
  const { keep, unkept } = useKeep();
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
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={!ready}
          onPress={() =>
            keep(() => decide(situation.id, none ? null : response, reason.trim()), onClose)
          }
          testId="decide-confirm"
        >
          {i18n.t("记下决定")}
        </Button>
        <Button onPress={onClose}>{i18n.t("先不定")}</Button>
      </div>
    </Dialog>
  );
}

interface ReasonDialogProps {
  title: string;
  words: string;
  confirm: string;
  /** The press; the dialog stays open until it is kept. */
  onReason: (reason: string) => unknown;
  onClose: () => void;
}

export function ReasonDialog({ title, words, confirm, onReason, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  const { keep, unkept } = useKeep();
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
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={reason.trim() === ""}
          onPress={() => keep(async () => onReason(reason.trim()), onClose)}
          testId="reason-confirm"
        >
          {confirm}
        </Button>
        <Button onPress={onClose}>{i18n.t("返回")}</Button>
      </div>
    </Dialog>
  );
}
