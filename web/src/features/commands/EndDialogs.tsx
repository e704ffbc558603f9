// What ends a command that has gone out: cancelled, or taken back by the correction of its template.
import { useState } from "react";
import { newOp } from "../../actions/act";
import { cancelCommand, issueCommand } from "../../actions/commands";
import { i18n, say } from "../../i18n/i18n";
import { isClosed } from "../../state/select";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { CommandView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { useKeep } from "../keep/useKeep";

/** Sends the correction bound to the template to everybody the command reached, at once. */
export function TakeBack({
  county,
  command,
  allowed,
}: {
  county: County;
  command: CommandView;
  allowed: boolean;
}) {
  const { move } = useDesk();
  const [asking, setAsking] = useState(false);
  const { keep, unkept } = useKeep();
  const own = county.templates.find((one) => one.id === command.template);
  const back = county.templates.find((one) => one.id === own?.correction);
  if (!back || own?.kind === "correction") return null;
  const n = command.tasks.length;
  const send = () => {
    const op = newOp();
    const correction = {
      op,
      alarm: null,
      template: back.id,
      level: command.level,
      groups: [],
      people: [],
      wording: say(back.wording),
      clocks: null,
      supersedes: command.id,
      shown: [],
    };
    keep(
      () => issueCommand(correction),
      () => {
        setAsking(false);
        move({ to: "board", command: op });
      },
    );
  };
  return (
    <>
      <Button small disabled={!allowed} onPress={() => setAsking(true)} testId="take-back">
        {i18n.t("撤回指令…")}
      </Button>
      {asking ? (
        <Dialog title={i18n.t("撤回指令")} onClose={() => setAsking(false)}>
          <p>“{say(back.wording)}”</p>
          <p>{i18n.t("马上发给收到前一条的 {n} 个人，每个人都要应答。", { n })}</p>
          {unkept}
          <div className="acts">
            <Button kind="inverted" onPress={send} testId="take-back-confirm">
              {i18n.t("撤回，告诉 {n} 人", { n })}
            </Button>
            <Button onPress={() => setAsking(false)}>{i18n.t("不撤回")}</Button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

export function CancelDialog({ command, onClose }: { command: CommandView; onClose: () => void }) {
  const [why, setWhy] = useState("");
  const { keep, unkept } = useKeep();
  const n = command.tasks.filter((task) => !isClosed(task)).length;
  return (
    <Dialog title={i18n.t("撤销指令")} onClose={onClose}>
      <p>{i18n.t("{n} 个人会看到“前一条指令作废”，并要确认看到了撤销。", { n })}</p>
      <label>
        <span className="lab">{i18n.t("理由")}</span>
        <input className="in" value={why} onChange={(event) => setWhy(event.target.value)} />
      </label>
      {unkept}
      <div className="acts">
        <Button
          kind="inverted"
          onPress={() => keep(() => cancelCommand(command.id, why.trim()), onClose)}
          testId="cancel-confirm"
        >
          {i18n.t("撤销，告诉 {n} 人", { n })}
        </Button>
        <Button onPress={onClose}>{i18n.t("不撤销")}</Button>
      </div>
    </Dialog>
  );
}
