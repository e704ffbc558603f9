// Gives a task to another person. Both are told; the first has to note it.
import { useState } from "react";
import { reassignTask } from "../../actions/commands";
import { i18n, say } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { CommandView, PersonView, TaskView } from "../../wire/view";
import { useKeep } from "../keep/useKeep";

interface ReassignDialogProps {
  county: County;
  command: CommandView;
  task: TaskView;
  onClose: () => void;
}

/** People offered without a search, the substitute first. */
const OFFERED = 8;

export function ReassignDialog({ county, command, task, onClose }: ReassignDialogProps) {
  const [text, setText] = useState("");
  const [to, setTo] = useState<PersonView | null>(null);
  const [why, setWhy] = useState("");
  const { keep, unkept } = useKeep();
  const own = county.people.get(task.person);
  const busy = new Set(command.tasks.map((one) => one.person));
  const near = (person: PersonView) =>
    Number(person.id !== own?.substitute) * 2 + Number(person.township !== own?.township);
  const found = [...county.people.values()]
    .filter((person) => person.role === "responder" && !busy.has(person.id))
    .filter((person) => `${person.name}${say(person.post)}`.includes(text.trim()))
    .sort((a, b) => near(a) - near(b) || a.id.localeCompare(b.id))
    .slice(0, OFFERED);
  return (
    <Dialog
      title={i18n.t("改派：{name} 的任务", { name: personName(own, task.person) })}
      onClose={onClose}
      testId="reassign-dialog"
    >
      <label>
        <span className="lab">{i18n.t("交给谁（姓名或岗位）")}</span>
        <input className="in" value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <div className="chips">
        {found.map((person) => (
          <Chip
            key={person.id}
            on={person.id === to?.id}
            onPress={() => setTo(person)}
            testId={`to-${person.id}`}
          >
            {person.name} {say(person.post)}
          </Chip>
        ))}
      </div>
      <label>
        <span className="lab">{i18n.t("理由（可不写）")}</span>
        <input className="in" value={why} onChange={(event) => setWhy(event.target.value)} />
      </label>
      <p className="s i2">{i18n.t("原来的人会看到“已交给别人”，并要确认看到了。")}</p>
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={to === null}
          onPress={() => {
            if (to) keep(() => reassignTask(task.id, to.id, why.trim()), onClose);
          }}
          testId="reassign-confirm"
        >
          {i18n.t("改派")}
        </Button>
        <Button onPress={onClose}>{i18n.t("不改派")}</Button>
      </div>
    </Dialog>
  );
}
