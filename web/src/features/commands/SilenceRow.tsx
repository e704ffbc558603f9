// One row of everybody who owes an answer: to an order, or to a call about a warning.
import { span } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import {
  hazardName,
  pageStageName,
  personName,
  personPost,
  stageName,
  stepName,
} from "../../i18n/words";
import { callPips, situationOf } from "../../state/calls";
import { pips, type Want } from "../../state/obligations";
import type { Row } from "../../state/silence";
import type { County } from "../../state/world";
import { nextFor } from "../calls/callWords";
import { PipMarks } from "../marks/Pips";
import { openedName } from "../situations/situationWords";
import { Due } from "./Due";
import { wantName } from "./wantName";

/** Told inverted: a person is needed at once. */
const GRAVE: readonly Want[] = ["help", "crew", "clock", "conflict", "crossed"];

/** How far somebody is, in a word. */
export function silenceState(row: Row): string {
  if (row.want !== "silent") return wantName(row.want);
  if (row.kind === "task") return stageName(row.one.task.stage);
  return row.one.call.stage ? pageStageName(row.one.call.stage) : i18n.t("没叫到");
}

/** What it is about. */
export function silenceSubject(county: County, row: Row): string {
  if (row.kind === "task") return say(row.one.command.title);
  return openedName(county, situationOf(row.one.run) ?? "");
}

/** What happens next by itself, in words; empty where nothing does. */
export function silenceNext(county: County, row: Row): string {
  if (row.kind === "call") return nextFor(county, row.one.run, row.person);
  const { task } = row.one;
  if (!task.next) return task.stage === "declined" ? i18n.t("等改派") : "";
  const told = task.next.to ?? task.person;
  const other = told === task.person ? null : county.people.get(told);
  return `${stepName(task.next.step)}${other ? ` ${other.name}` : ""}`;
}

export const silencePips = (row: Row) =>
  row.kind === "task" ? pips(row.one.task) : callPips(row.one.call);

export function isGrave(want: Want): boolean {
  return GRAVE.includes(want);
}

export function SilenceRow({ row, county, now }: { row: Row; county: County; now: number }) {
  const person = county.people.get(row.person);
  const state = silenceState(row);
  return (
    <div
      className="board wide row"
      data-testid="unanswered-row"
      data-kind={row.kind}
      data-person={row.person}
      data-want={row.want}
    >
      <span>
        <PipMarks {...silencePips(row)} />
      </span>
      <span className="el">
        {isGrave(row.want) ? (
          <span className="tag inv">{state}</span>
        ) : row.want === "silent" ? (
          state
        ) : (
          <b>{state}</b>
        )}
      </span>
      <span className="el">{personName(person, row.person)}</span>
      <span className="i2 el c-post">{personPost(person)}</span>
      <span className="i2 nw">{person?.phone ?? "—"}</span>
      <span className="i2 el">
        {row.kind === "call" ? (
          <Warning county={county} id={situationOf(row.one.run) ?? ""} />
        ) : (
          silenceSubject(county, row)
        )}
      </span>
      <span className="r">{span(now - Date.parse(row.since))}</span>
      <span className="i2 el">{silenceNext(county, row) || "—"}</span>
      <span className="r">{row.at < "9" ? <Due at={row.at} now={now} /> : "—"}</span>
    </div>
  );
}

/** A warning that somebody was called about: its hazard as a tag, then where. */
function Warning({ county, id }: { county: County; id: string }) {
  const one = county.situations.get(id);
  if (!one) return openedName(county, id);
  return (
    <>
      <span className="tag ln">{hazardName(one.hazard)}</span>{" "}
      {say(one.area.title) || one.area.code}
    </>
  );
}
