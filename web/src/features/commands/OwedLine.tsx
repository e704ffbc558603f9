// One person who owes something, as a line of the right zone: an order's leads to its board, a call's to the
// list of all who have not answered.
import { age } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { factName, overdueName, personName, personPost, stageName } from "../../i18n/words";
import type { Obligation } from "../../state/obligations";
import type { Row } from "../../state/silence";
import type { County } from "../../state/world";
import { useDesk } from "../desk/desk";
import { PipMarks } from "../marks/Pips";
import { Due } from "./Due";
import { isGrave, silenceNext, silencePips, silenceState, silenceSubject } from "./SilenceRow";
import { wantName } from "./wantName";

export function OwedLine({ row, county, now }: { row: Row; county: County; now: number }) {
  const { move } = useDesk();
  const person = county.people.get(row.person);
  const brief = row.want === "silent";
  const open = () =>
    row.kind === "task"
      ? move({ to: "board", command: row.one.command.id, task: row.key })
      : move({ to: "unanswered", task: row.key });
  return (
    <button
      type="button"
      className={`obrow${brief ? " one" : ""}`}
      onClick={open}
      data-testid="obligation"
      data-kind={row.kind}
      data-want={row.want}
      data-person={row.person}
    >
      <PipMarks {...silencePips(row)} />
      {brief ? (
        <>
          <span className="s i2 nw">{silenceState(row)}</span>
          <span className="el">
            {personName(person, row.person)} <span className="s i3">{personPost(person)}</span>
          </span>
        </>
      ) : (
        <>
          {isGrave(row.want) ? (
            <span>
              <span className="tag inv">{wantName(row.want)}</span>
            </span>
          ) : (
            <b className="nw">{wantName(row.want)}</b>
          )}
          <span className="col">
            <span className="el">
              <b>{personName(person, row.person)}</b>{" "}
              <span className="s i2">{personPost(person)}</span>
            </span>
            <span className="s i2 el">
              {silenceSubject(county, row)} · {last(row, now)}
            </span>
          </span>
        </>
      )}
      <span className="s i3 el step">{silenceNext(county, row)}</span>
      {row.at < "9" ? <Due at={row.at} now={now} /> : <span className="i3">—</span>}
    </button>
  );
}

/** The last that was heard of the person, and how long ago. */
function last(row: Row, now: number): string {
  if (row.kind === "task") return lastWord(row.one, now);
  return i18n.t("静默 {age}", { age: age(now - Date.parse(row.since)) });
}

function lastWord({ task, want }: Obligation, now: number): string {
  const fact = task.facts.filter((one) => one.by).at(-1);
  if (!fact) return stageName(task.stage);
  return i18n.t("{what}，{age}前", {
    what: want === "overdue" && task.overdue[0] ? overdueName(task.overdue[0]) : factName(fact),
    age: age(now - Date.parse(fact.at)),
  });
}
