// One person's line under a command: every fact with its witness and both times, and what can be done.
import { useEffect, useState } from "react";
import { calling, hastenTask, postponeTask, verify } from "../../actions/commands";
import { photoAddress, wantTexts } from "../../actions/read";
import { hms, span, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import {
  crewName,
  factName,
  meansName,
  personName,
  personPost,
  stageName,
  stepName,
} from "../../i18n/words";
import { isAnswered, isClosed, mayCommand } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { CommandView, CrewView, Fact, Field, FormAnswer, TaskView } from "../../wire/view";
import { useKeys } from "../keys/useKeys";
import { Pips } from "../marks/Pips";
import { Due } from "./Due";
import { ReassignDialog } from "./ReassignDialog";
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
  const allowed = mayCommand(me);
  const [recording, setRecording] = useState(false);
  const open = !isClosed(task) && command.cancelled === null;
  const [giving, setGiving] = useState(false);
  const silent = open && !isAnswered(task);
  const movable = silent && task.next !== null;
  useKeys({
    y: () => allowed && open && setRecording(true),
    r: () => allowed && open && setGiving(true),
    p: () => allowed && open && void calling(task.id),
  });
  useEffect(() => wantTexts(task.facts.map((fact) => fact.note)), [task.facts]);
  const photos = task.facts.flatMap((fact) => fact.photos);
  const fields = county.templates.find((one) => one.id === command.template)?.fields ?? [];
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
        {task.next ? (
          <p className="s i2">
            {i18n.t("自动下一步：{step}", { step: stepName(task.next.step) })}{" "}
            <Due at={task.next.at} now={now} />
          </p>
        ) : null}
        {task.crew?.map((one) => (
          <CrewLine key={one.timer} crew={one} now={now} />
        ))}
        <div className="acts">
          <Button
            hint="P"
            kind={silent ? "primary" : "plain"}
            disabled={!allowed || !open}
            onPress={() => void calling(task.id)}
            testId="call"
          >
            {i18n.t("我来打")}
          </Button>
          <Button
            hint="R"
            disabled={!allowed || !open}
            onPress={() => setGiving(true)}
            testId="reassign"
          >
            {i18n.t("改派…")}
          </Button>
          <Button
            disabled={!allowed || !movable}
            onPress={() => void hastenTask(task.id)}
            testId="hasten"
          >
            {i18n.t("现在就做")}
          </Button>
          <Button
            disabled={!allowed || !movable}
            onPress={() => void postponeTask(task.id, 5)}
            testId="postpone"
          >
            {i18n.t("推迟 5 分钟")}
          </Button>
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
          <FactLine key={place} fact={fact} county={county} fields={fields} now={now} />
        ))}
      </div>
      {giving ? (
        <ReassignDialog
          county={county}
          command={command}
          task={task}
          onClose={() => setGiving(false)}
        />
      ) : null}
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

/** Someone who was not moved: a name, a picture, or both. */
function LeftLine({
  name,
  photo,
  refused,
}: {
  name: string | null;
  photo: string | null;
  refused: boolean;
}) {
  const words = useApp((state) => (name ? state.texts.get(name) : undefined));
  useEffect(() => wantTexts([name]), [name]);
  return (
    <p className="s">
      {refused ? i18n.t("拒绝：") : i18n.t("失联：")}
      {words ?? (photo ? i18n.t("有照片") : "")}{" "}
      {photo ? (
        <a href={photoAddress(photo)} target="_blank" rel="noreferrer">
          {i18n.t("看照片")}
        </a>
      ) : null}
    </p>
  );
}

function FormLine({ answer, fields }: { answer: FormAnswer; fields: readonly Field[] }) {
  const field = fields.find((one) => one.id === answer.field);
  const seal = answer.kind === "text" ? answer.text : null;
  const text = useApp((state) => (seal ? state.texts.get(seal) : undefined));
  useEffect(() => wantTexts([seal]), [seal]);
  const option =
    answer.kind === "choice" && field?.kind === "choice"
      ? say(field.options.find((one) => one.id === answer.option)?.title)
      : "";
  const value = answer.kind === "number" ? String(answer.number) : (text ?? option);
  return (
    <p className="s i2">
      {say(field?.title) || answer.field}：{value}
    </p>
  );
}

function CrewLine({ crew, now }: { crew: CrewView; now: number }) {
  const left = Date.parse(crew.since) + crew.every_ms - now;
  return (
    <p className="s" data-testid="crew" data-crew={crew.timer}>
      {crewName(crew.timer)}{" "}
      {left >= 0 ? (
        <span className="i2">{i18n.t("{span} 内要报平安", { span: span(left) })}</span>
      ) : (
        <span className="tag inv">{i18n.t("没报平安 {span}", { span: span(-left) })}</span>
      )}
    </p>
  );
}

interface FactLineProps {
  fact: Fact;
  county: County;
  fields: readonly Field[];
  now: number;
}

function FactLine({ fact, county, fields, now }: FactLineProps) {
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
      {fact.count?.map((row) => (
        <p key={row.village} className="s i2">
          {i18n.t(
            "{village}：应转移 {to_move}，已转移 {moved}，拒绝 {refused}，失联 {unreachable}",
            {
              village: row.village,
              to_move: row.to_move,
              moved: row.moved,
              refused: row.refused,
              unreachable: row.unreachable,
            },
          )}
        </p>
      ))}
      {fact.count
        ?.flatMap((row) => row.left)
        .map((left) => (
          <LeftLine
            key={`${left.why}${left.name ?? left.photo}`}
            name={left.name}
            photo={left.photo}
            refused={left.why === "refused"}
          />
        ))}
      {fact.form?.map((answer) => (
        <FormLine key={answer.field} answer={answer} fields={fields} />
      ))}
      {fact.reading ? (
        <p className="s i2">
          {i18n.t("读数证明：{station} {value}，{time}", {
            station: say(county.stations.get(fact.reading.station)?.name),
            value: fact.reading.value,
            time: hms(fact.reading.observed),
          })}
        </p>
      ) : null}
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
