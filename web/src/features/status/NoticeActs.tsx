// Who looks after a notice, and the presses that take it on and end it.
import { endNotice, takeNotice } from "../../actions/alarms";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { mayAct } from "../../state/select";
import { asTold } from "../../state/situations";
import { useApp } from "../../state/store";
import { isLoud } from "../../state/tones";
import type { County } from "../../state/world";
import type { Shown } from "../../wire/acts";
import type { SystemView } from "../../wire/view";
import { noticeOf } from "./notices";

/** How the call for help that a notice tells of is shown; of other notices there is none. */
function calledFor(county: County | null, { kind, subject }: SystemView): Shown[] {
  if (!county || kind !== "need_help") return [];
  const calls = [...county.situations.values()];
  return asTold(county, calls.find((one) => one.manual?.task === subject)?.id ?? null);
}

/** Of many at once that sound until somebody deals with them: all that nobody looks after, with one press. */
export function TakeAll({ line, county }: { line: readonly SystemView[]; county: County | null }) {
  const allowed = useApp(mayAct);
  const me = useApp((state) => state.me?.person.id ?? "");
  const left = county ? line.filter((one) => isLoud(one, county)) : [];
  if (!allowed || left.length === 0) return null;
  return (
    <button
      type="button"
      className="btn sm"
      onClick={() => {
        for (const { kind, subject } of left) void takeNotice(kind, subject, me);
      }}
      data-testid="take-notices"
    >
      {i18n.t("{n} 条都由我来处理", { n: left.length })}
    </button>
  );
}

export function NoticeActs({ entry, county }: { entry: SystemView; county: County | null }) {
  const allowed = useApp(mayAct);
  const me = useApp((state) => state.me?.person.id ?? "");
  const { byPerson, nobodys } = noticeOf(entry.kind);
  const { owner } = entry;
  return (
    <>
      {owner ? (
        <b className="nw" data-testid="notice-owner">
          {owner === me
            ? i18n.t("我在处理")
            : i18n.t("{name} 在处理", { name: personName(county?.people.get(owner), owner) })}
        </b>
      ) : null}
      {allowed && !nobodys && owner !== me ? (
        <button
          type="button"
          className="btn sm"
          onClick={() => void takeNotice(entry.kind, entry.subject, me)}
          data-testid="take-notice"
        >
          {i18n.t("我来处理")}
        </button>
      ) : null}
      {allowed && byPerson ? (
        <button
          type="button"
          className="btn sm"
          onClick={() => void endNotice(entry.kind, entry.subject, calledFor(county, entry))}
          data-testid="end-notice"
        >
          {i18n.t("已处理")}
        </button>
      ) : null}
    </>
  );
}
