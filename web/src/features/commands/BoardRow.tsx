// One row a person: how far, how long silent, what happens next by itself.
import { age, span } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { overdueName, personName, personPost, stageName, stepName } from "../../i18n/words";
import { want } from "../../state/obligations";
import { isAnswered, isClosed, photosComing } from "../../state/select";
import type { County } from "../../state/world";
import type { CommandView, TaskView } from "../../wire/view";
import { Pips } from "../marks/Pips";
import { Due } from "./Due";
import { PlaceCell } from "./PlaceCell";
import { lastCall } from "./TaskCalls";
import { wantName } from "./wantName";

interface BoardRowProps {
  task: TaskView;
  command: CommandView;
  county: County;
  now: number;
}

export function BoardRow({ task, command, county, now }: BoardRowProps) {
  const person = county.people.get(task.person);
  const found = want(command, task);
  const coming = task.facts.some((fact) => photosComing(task, fact) > 0);
  const since = task.heard ?? command.issued;
  const told = task.next?.to ?? task.person;
  const substitute = told === task.person ? null : county.people.get(told);
  const call = isClosed(task) ? null : lastCall(task);
  const loud = found !== null && found !== "silent";
  const state =
    found === "help" || found === "crossed" || found === "crew"
      ? wantName(found)
      : stageName(task.stage, task.percent);
  return (
    <div
      className="board row"
      data-testid="board-row"
      data-person={task.person}
      data-stage={task.stage}
      data-percent={task.percent ?? ""}
    >
      <span>
        <Pips task={task} />
      </span>
      <span className="el">
        {found === "help" || found === "conflict" || found === "crossed" || found === "crew" ? (
          <span className="tag inv">{found === "conflict" ? wantName(found) : state}</span>
        ) : loud ? (
          <b>{state}</b>
        ) : (
          state
        )}
        {call ? (
          <span className="s i2" data-testid="row-call">
            {" "}
            {call}
          </span>
        ) : null}
        {coming ? (
          <span className="s i2" data-testid="row-photo-coming">
            {" "}
            {i18n.t("照片在路上")}
          </span>
        ) : null}
        {task.overdue[0] && isAnswered(task) ? (
          <span className="s i2"> {overdueName(task.overdue[0])}</span>
        ) : null}
      </span>
      <span className="el">{personName(person, task.person)}</span>
      <span className="i2 el c-post">{personPost(person)}</span>
      <span className="r">{isClosed(task) ? "—" : span(now - Date.parse(since))}</span>
      <PlaceCell task={task} now={now} />
      <span className="i2 el c-next">
        {task.next ? stepName(task.next.step) : task.stage === "declined" ? i18n.t("等改派") : "—"}
        {substitute ? ` ${substitute.name}` : ""}
      </span>
      <span className="r">
        {task.next ? (
          <Due at={task.next.at} now={now} />
        ) : (
          <span title={age(now - Date.parse(since))}>—</span>
        )}
      </span>
    </div>
  );
}
