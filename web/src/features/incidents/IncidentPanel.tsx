// One incident: what it gathers, what is owed, what was written down, and how it ends.
import { useEffect, useState } from "react";
import { closeIncident, mergeIncident } from "../../actions/incidents";
import { wantTexts } from "../../actions/read";
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { incidentsOf, isRunning } from "../../state/incidents";
import { mayAct, mayTry } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { IncidentView, OwedReport, StillOpen } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { openedName } from "../situations/situationWords";
import { ReasonDialog } from "./dialogs";
import { GatherDialog } from "./GatherDialog";
import { IncidentNotes } from "./IncidentNotes";
import { IncidentParts, Section } from "./IncidentParts";
import { LossTable } from "./LossTable";
import { PhotoTally } from "./PhotoTally";
import { ReportDialog } from "./ReportDialog";
import { ReportLine } from "./ReportLine";

interface IncidentPanelProps {
  county: County;
  incident: IncidentView;
  now: number;
}

export function IncidentPanel({ county, incident, now }: IncidentPanelProps) {
  const { move } = useDesk();
  const allowed = useApp(mayAct);
  const reads = useApp((state) => mayTry(state.me?.person));
  const texts = useApp((state) => state.texts);
  const [sending, setSending] = useState<OwedReport | null>(null);
  const [closing, setClosing] = useState(false);
  const [gathering, setGathering] = useState(false);
  const open = isRunning(incident);
  const kind = county.eventClasses.find((one) => one.id === incident.class);
  useEffect(
    () =>
      wantTexts([
        incident.title,
        incident.closed?.reason ?? null,
        ...incident.notes.map((one) => one.text),
        ...incident.reports.flatMap((one) =>
          one.sent.flatMap((sent) => [sent.received_by, sent.text]),
        ),
      ]),
    [incident],
  );
  const others = incidentsOf(county).filter((one) => isRunning(one) && one.id !== incident.id);
  return (
    <div className="p" data-testid="incident-panel">
      <div className="pt">
        <h2 className="el">{texts.get(incident.title) ?? i18n.t("正在取…")}</h2>
        <span className="g" />
        <span className="s i2">{say(kind?.title)}</span>
        <Button
          small
          disabled={!reads}
          onPress={() => move({ to: "report", ask: { kind: "incident", id: incident.id } })}
          testId="incident-report"
        >
          {i18n.t("复盘报告")}
        </Button>
      </div>
      <div className="pb">
        <p className="s i2" style={{ padding: "4px 12px" }}>
          {i18n.t("{name} 开于 {time}", {
            name: personName(county.people.get(incident.by), incident.by),
            time: stamp(incident.opened, now),
          })}
        </p>
        {incident.closed ? (
          <div className="note" data-testid="incident-closed">
            <b>
              {i18n.t("{name} 于 {time} 结束：", {
                name: personName(county.people.get(incident.closed.by), incident.closed.by),
                time: stamp(incident.closed.at, now),
              })}
              {texts.get(incident.closed.reason) ?? ""}
            </b>
            {incident.closed.open.length > 0 ? (
              <p className="s">
                {i18n.t("当时还开着：{list}", {
                  list: incident.closed.open
                    .map((one) => openName(county, incident, one))
                    .join(i18n.t("、")),
                })}
              </p>
            ) : null}
          </div>
        ) : null}
        {incident.merged_into ? <p className="note">{i18n.t("已并入另一个事件。")}</p> : null}
        <Section title={i18n.t("报告")} count={incident.reports.length}>
          <PhotoTally county={county} incident={incident} />
        </Section>
        {incident.reports.map((report) => (
          <ReportLine
            key={report.id}
            county={county}
            report={report}
            open={open}
            allowed={allowed}
            now={now}
            onSend={() => setSending(report)}
          />
        ))}
        <LossTable county={county} incident={incident} allowed={allowed} now={now} />
        <IncidentParts
          county={county}
          incident={incident}
          now={now}
          onGather={open && allowed ? () => setGathering(true) : null}
        />
        <Section title={i18n.t("记事")} count={incident.notes.length} />
        <IncidentNotes
          county={county}
          incident={incident}
          open={open}
          allowed={allowed}
          now={now}
        />
        {open ? (
          <div className="acts" style={{ padding: 12 }}>
            {others.slice(0, 3).map((one) => (
              <Button
                key={one.id}
                small
                disabled={!allowed}
                onPress={() => void mergeIncident(incident.id, one.id)}
              >
                {i18n.t("并入：{name}", { name: texts.get(one.title) ?? "…" })}
              </Button>
            ))}
            <Button
              small
              disabled={!allowed}
              onPress={() => setClosing(true)}
              testId="close-incident"
            >
              {i18n.t("结束事件…")}
            </Button>
          </div>
        ) : null}
      </div>
      {sending ? (
        <ReportDialog
          county={county}
          incident={incident}
          report={sending}
          now={now}
          onClose={() => setSending(null)}
        />
      ) : null}
      {gathering ? (
        <GatherDialog
          county={county}
          incident={incident}
          name={texts.get(incident.title) ?? ""}
          onClose={() => setGathering(false)}
        />
      ) : null}
      {closing ? (
        <ReasonDialog
          title={i18n.t("结束事件")}
          words={i18n.t("还开着的会一起写下来。结束后时限不再走。")}
          confirm={i18n.t("结束")}
          onReason={(reason) => closeIncident(incident.id, reason)}
          onClose={() => setClosing(false)}
        />
      ) : null}
    </div>
  );
}

function openName(county: County, incident: IncidentView, one: StillOpen): string {
  switch (one.open) {
    case "situation":
      return openedName(county, one.situation);
    case "command":
      return say(county.commands.get(one.command)?.title) || one.command;
    case "report":
      return say(incident.reports.find((report) => report.id === one.clock)?.title) || one.clock;
  }
}
