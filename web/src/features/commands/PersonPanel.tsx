// One person's line under a command: every fact with its witness and both times, and what can be done.
import { useEffect, useState } from "react";
import { calling, hastenTask, postponeTask, verify } from "../../actions/commands";
import { wantTexts } from "../../actions/read";
import { i18n } from "../../i18n/i18n";
import { personName, personPost, stageName, stepName } from "../../i18n/words";
import { lastTrace, placeOfCommand } from "../../state/positions";
import { isAnswered, isClosed, mayAct, photosComing } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { CommandView, TaskView } from "../../wire/view";
import { PhoneLink } from "../calls/PhoneLink";
import { useKeep } from "../keep/useKeep";
import { useKeys } from "../keys/useKeys";
import { LastPlace } from "../marks/LastPlace";
import { Pips } from "../marks/Pips";
import { Due } from "./Due";
import { CrewLine, FactLine } from "./FactLine";
import { Photos } from "./Photos";
import { ReassignDialog } from "./ReassignDialog";
import { RecordDialog } from "./RecordDialog";
import { TaskCalls } from "./TaskCalls";

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
  const [giving, setGiving] = useState(false);
  const silent = open && !isAnswered(task);
  const movable = silent && task.next !== null;
  useKeys({
    y: () => allowed && open && setRecording(true),
    r: () => allowed && open && setGiving(true),
    p: () => allowed && open && void calling(task.id),
  });
  useEffect(
    () => wantTexts(task.facts.flatMap((fact) => [fact.note, fact.position])),
    [task.facts],
  );
  const photos = task.facts.flatMap((fact) => fact.photos ?? []);
  const coming = task.facts.reduce((sum, fact) => sum + photosComing(task, fact), 0);
  const fields = county.templates.find((one) => one.id === command.template)?.fields ?? [];
  const about = placeOfCommand(county, command);
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
        <p className="l">
          <PhoneLink county={county} person={person ?? undefined} />
        </p>
        <LastPlace county={county} person={task.person} trace={lastTrace(task)} now={now} />
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
        <TaskCalls task={task} now={now} />
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
        <Verify
          task={task}
          me={me?.id}
          allowed={allowed}
          proof={command.proof}
          photos={photos}
          coming={coming}
        />
      ) : null}
      {task.stage !== "done" && photos.length > 0 ? <Photos photos={photos} /> : null}
      <div className="pt">
        <h2>{i18n.t("经过")}</h2>
        <span className="i2">{task.facts.length}</span>
      </div>
      <div data-testid="facts">
        {task.facts.map((fact, place) => (
          <FactLine
            // biome-ignore lint/suspicious/noArrayIndexKey: facts are only ever added, a place is for ever
            key={place}
            fact={fact}
            about={about}
            coming={photosComing(task, fact)}
            county={county}
            fields={fields}
            now={now}
          />
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
          command={command}
          task={task}
          name={personName(person, task.person)}
          fields={fields}
          onClose={() => setRecording(false)}
        />
      ) : null}
    </aside>
  );
}

interface VerifyProps {
  task: TaskView;
  me: string | undefined;
  allowed: boolean;
  proof: boolean;
  photos: string[];
  coming: number;
}

function Verify({ task, me, allowed, proof, photos, coming }: VerifyProps) {
  const [note, setNote] = useState("");
  const own = task.person === me;
  const [sent, setSent] = useState(false);
  const { keep, unkept } = useKeep();
  const send = (good: boolean) =>
    keep(
      () => verify(task.id, good, note.trim()),
      () => setSent(true),
    );
  return (
    <div data-testid="verify-box">
      <div className="pt">
        <h2>{i18n.t("核实")}</h2>
      </div>
      {photos.length > 0 ? <Photos photos={photos} /> : null}
      <div className="empty col" style={{ gap: 8 }}>
        {coming > 0 ? (
          <p data-testid="verify-coming">
            {i18n.t("还有 {coming} 张照片在路上，先报的完成，照片随后到。", { coming })}
          </p>
        ) : photos.length === 0 ? (
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
        {unkept}
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
