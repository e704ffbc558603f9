// Who is called about a situation: what happens next by itself, and how far each call came.
import { hm } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { cancelName, channelName, pageStageName, personName, runStateName } from "../../i18n/words";
import { callsOf, runsAbout } from "../../state/calls";
import type { County } from "../../state/world";
import { Panel } from "../../ui/Panel";
import type { RunView } from "../../wire/view";
import { Due } from "../commands/Due";

export function Calls({ county, id, now }: { county: County; id: string; now: number }) {
  const runs = runsAbout(county, id);
  if (runs.length === 0) return null;
  return (
    <>
      {runs.map((run) => (
        <Run key={run.id} run={run} county={county} now={now} />
      ))}
    </>
  );
}

function Run({ run, county, now }: { run: RunView; county: County; now: number }) {
  const name = (id: string) => personName(county.people.get(id), id);
  const calls = callsOf(county, run);
  return (
    <Panel
      title={say(run.title)}
      count={run.called}
      aside={<span className="s i3">{ended(run)}</span>}
      testId="run"
    >
      {run.next ? (
        <p className="line" data-testid="run-next">
          <Due at={run.next.at} now={now} />
          <span className="g">
            {run.next.step === null
              ? i18n.t("再没人应答就从头再叫，或者上报")
              : i18n.t("{how} 叫 {who}", {
                  how: run.next.by.map(channelName).join(i18n.t("、")) || "—",
                  who: run.next.to.map(name).join(i18n.t("、")) || i18n.t("没有人可叫"),
                })}
          </span>
        </p>
      ) : null}
      {calls.map((call) => (
        <div key={call.person} className="line" data-testid="call">
          <span className="t">{hm(call.at)}</span>
          <span className="g el">{name(call.person)}</span>
          <span className="s i2">{call.channels.map(channelName).join(i18n.t("、"))}</span>
          <span className="s">{pageStageName(call.stage)}</span>
        </div>
      ))}
    </Panel>
  );
}

/** How the run stands, and why where it ended without an answer. */
function ended(run: RunView): string {
  const last = run.log[run.log.length - 1];
  const why = last?.what === "cancelled" ? ` · ${cancelName(last.why)}` : "";
  return `${runStateName(run.state)}${why}`;
}
