// Clocks of the law, soonest first: calls somebody should have answered by now, and reports that are owed.
import { useEffect, useState } from "react";
import { wantTexts } from "../../actions/read";
import { i18n, say } from "../../i18n/i18n";
import { callKey, clocksAhead, type MissedClock, situationOf } from "../../state/calls";
import { type Owed, owedReports } from "../../state/incidents";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Due } from "../commands/Due";
import { useDesk } from "../desk/desk";
import { ReportDialog } from "../incidents/ReportDialog";
import { openedName } from "../situations/situationWords";
import { fewNames } from "./callWords";

interface LegalClocksProps {
  county: County;
  missed: readonly MissedClock[];
  now: number;
}

export function LegalClocks({ county, missed, now }: LegalClocksProps) {
  const allowed = useApp(mayAct);
  const texts = useApp((state) => state.texts);
  const { move } = useDesk();
  const [sending, setSending] = useState<Owed | null>(null);
  const owed = owedReports(county);
  const titles = owed.map(({ incident }) => incident.title).join(" ");
  useEffect(() => wantTexts(titles.split(" ").filter(Boolean)), [titles]);
  const ahead = clocksAhead(county, missed);
  if (missed.length + owed.length + ahead.length === 0) return null;
  return (
    <section className="legal" aria-label={i18n.t("法定时限")} data-testid="legal-clocks">
      <b className="nw">{i18n.t("法定时限 · 剩余")}</b>
      {missed.map(({ run, step, since, people }) => (
        <div key={`${run.id}#${step}`} className="legalclock" data-testid="missed-clock">
          <Due at={since} now={now} />
          <span className="el">
            <b>{i18n.t("还没接到电话：{who}", { who: fewNames(county, people) || "—" })}</b>{" "}
            <span className="s i2">
              {say(run.title)} · {openedName(county, situationOf(run) ?? "")}
            </span>
          </span>
          {people[0] ? (
            <Button
              small
              onPress={() => move({ to: "task", task: callKey(run.id, people[0] ?? "") })}
              testId="to-missed"
            >
              {i18n.t("看")}
            </Button>
          ) : null}
        </div>
      ))}
      {ahead.map(({ run, law }) => (
        <div key={`${run.id}#${law.step}`} className="legalclock" data-testid="clock-ahead">
          <Due at={law.by} now={now} />
          <span className="el">
            <b>
              {i18n.t("要接到电话：{who}", { who: fewNames(county, law.of) || i18n.t("没有排人") })}
            </b>{" "}
            <span className="s i2">
              {say(run.title)} · {openedName(county, situationOf(run) ?? "")}
            </span>
          </span>
        </div>
      ))}
      {owed.map((one) => (
        <div
          key={`${one.incident.id}${one.report.id}`}
          className="legalclock"
          data-testid="owed-report"
        >
          <Due at={one.report.due} now={now} />
          <span className="el">
            <b>{say(one.report.title)}</b>{" "}
            <span className="s i2">{texts.get(one.incident.title) ?? ""}</span>
          </span>
          <Button
            small
            disabled={!allowed}
            onPress={() => setSending(one)}
            testId="send-owed-report"
          >
            {i18n.t("报出…")}
          </Button>
        </div>
      ))}
      {sending ? (
        <ReportDialog
          county={county}
          incident={sending.incident}
          report={sending.report}
          now={now}
          onClose={() => setSending(null)}
        />
      ) : null}
    </section>
  );
}
