// One person's line under a command: every fact with its witness and both times, and what can be done.
import { useEffect, useState } from "react";
import { verify } from "../../actions/commands";
import { photoAddress, wantTexts } from "../../actions/read";
import { hms, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { factName, meansName, personName, personPost, stageName } from "../../i18n/words";
import { isClosed, mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { CommandView, Fact, TaskView } from "../../wire/view";
import { useKeys } from "../keys/useKeys";
import { Pips } from "../marks/Pips";
import { RecordDialog } from "./RecordDialog";

interface PersonPanelProps {
  county: County;
  command: CommandView;
  task: TaskView;
  now: number;
}

export function PersonPanel({ county, command, task, now }: PersonPanelProps) {
  const person = county.people.get(task.person);
  const me = useApp((state) => state.me?.person);
  const allowed = useApp(mayAct);
  const [recording, setRecording] = useState(false);
  const open = !isClosed(task) && command.cancelled === null;
  useKeys({ y: () => allowed && open && setRecording(true) });
  useEffect(() => wantTexts(task.facts.map((fact) => fact.note)), [task.facts]);
  const photos = task.facts.flatMap((fact) => fact.photos);
  const substitute = person?.substitute ? county.people.get(person.substitute) : null;
  return (
    <aside className="p person" data-testid="person-panel">
      <div className="pt">
        <h2>{personName(person, task.person)}</h2>
        <span className="s i2 el">{personPost(person)}</span>
      </div>
      <div className="empty col" style={{ gap: 8 }}>
        <div className="f">
          <Pips task={task} />
          <b data-testid="person-stage">{stageName(task.stage, task.percent)}</b>
        </div>
        <p className="l">{person?.phone ?? i18n.t("没有电话")}</p>
        {substitute ? (
          <p className="s i2">
            {i18n.t("代班：{name} {phone}", {
              name: substitute.name,
              phone: substitute.phone ?? "",
            })}
          </p>
        ) : null}
        <div className="acts">
          <Button
            hint="Y"
            disabled={!allowed || !open}
            onPress={() => setRecording(true)}
            testId="record"
          >
            {i18n.t("代记…")}
          </Button>
        </div>
      </div>
      {task.stage === "done" ? (
        <Verify task={task} me={me?.id} allowed={allowed} proof={command.proof} photos={photos} />
      ) : null}
      {task.stage !== "done" && photos.length > 0 ? <Photos photos={photos} /> : null}
      <div className="pt">
        <h2>{i18n.t("经过")}</h2>
        <span className="i2">{task.facts.length}</span>
      </div>
      <div data-testid="facts">
        {task.facts.map((fact, place) => (
          // Facts are only ever added: a place in the list is for ever.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <FactLine key={place} fact={fact} county={county} now={now} />
        ))}
      </div>
      {recording ? (
        <RecordDialog
          task={task}
          name={personName(person, task.person)}
          onClose={() => setRecording(false)}
        />
      ) : null}
    </aside>
  );
}

function FactLine({ fact, county, now }: { fact: Fact; county: County; now: number }) {
  const note = useApp((state) => (fact.note ? state.texts.get(fact.note) : undefined));
  const witness = fact.by ? county.people.get(fact.by) : null;
  const seconds = fact.device_at
    ? Math.abs(Date.parse(fact.at) - Date.parse(fact.device_at)) / 1000
    : 0;
  return (
    <div
      className="line"
      style={{ display: "block", padding: "4px 12px" }}
      data-testid="fact"
      data-fact={fact.fact}
    >
      <div className="f">
        <span className="t i3" title={stamp(fact.at, now)}>
          {hms(fact.at)}
        </span>
        <b>{factName(fact)}</b>
        <span className="g" />
        <span className="s i3 nw">
          {fact.means === "system"
            ? meansName("system")
            : `${meansName(fact.means)} · ${personName(witness, fact.by ?? "")}`}
        </span>
      </div>
      {note ? <p className="s i2">“{note}”</p> : null}
      {fact.device_at && seconds > 60 && seconds < 86_400 ? (
        <p className="s i3">{i18n.t("手机上按于 {time}", { time: hms(fact.device_at) })}</p>
      ) : null}
    </div>
  );
}

function Photos({ photos }: { photos: string[] }) {
  return (
    <div className="empty acts">
      {photos.map((photo) => (
        <a key={photo} href={photoAddress(photo)} target="_blank" rel="noreferrer">
          <img
            className="photo"
            src={photoAddress(photo)}
            alt={i18n.t("现场照片")}
            data-testid="photo"
          />
        </a>
      ))}
    </div>
  );
}

interface VerifyProps {
  task: TaskView;
  me: string | undefined;
  allowed: boolean;
  proof: boolean;
  photos: string[];
}

function Verify({ task, me, allowed, proof, photos }: VerifyProps) {
  const [note, setNote] = useState("");
  const own = task.person === me;
  const [sent, setSent] = useState(false);
  const send = (good: boolean) => {
    setSent(true);
    void verify(task.id, good, note.trim());
  };
  return (
    <div data-testid="verify-box">
      <div className="pt">
        <h2>{i18n.t("核实")}</h2>
      </div>
      {photos.length > 0 ? <Photos photos={photos} /> : null}
      <div className="empty col" style={{ gap: 8 }}>
        {photos.length === 0 ? (
          <p>{proof ? i18n.t("没有照片，请看见证人写的话。") : i18n.t("这条指令不要求照片。")}</p>
        ) : null}
        {own ? <p>{i18n.t("做的人不能自己核实，请另一个人来。")}</p> : null}
        <input
          className="in"
          placeholder={i18n.t("核实依据或退回原因")}
          aria-label={i18n.t("核实依据或退回原因")}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <div className="acts">
          <Button
            kind="primary"
            disabled={!allowed || own || sent}
            onPress={() => send(true)}
            testId="verify"
          >
            {i18n.t("核实完成")}
          </Button>
          <Button
            disabled={!allowed || own || sent || note.trim() === ""}
            onPress={() => send(false)}
            testId="reject"
          >
            {i18n.t("退回")}
          </Button>
        </div>
      </div>
    </div>
  );
}
