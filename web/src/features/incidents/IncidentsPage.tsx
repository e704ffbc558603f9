// Warnings that have become no decision, incidents, and the reporting clocks of each.
import { useEffect, useState } from "react";
import { wantTexts } from "../../actions/read";
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { decided, incidentsOf, isRunning, owedReports, undecided } from "../../state/incidents";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import type { Level, SituationView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { Due } from "../commands/Due";
import { useDesk } from "../desk/desk";
import { Mark } from "../marks/Mark";
import { situationName } from "../situations/situationWords";
import { DecisionLine } from "./DecisionLine";
import { DecideDialog } from "./dialogs";
import { IncidentPanel } from "./IncidentPanel";
import { OpenIncidentDialog } from "./OpenIncidentDialog";
import { OpenSituationDialog } from "./OpenSituationDialog";

type Open = { what: "decide"; situation: SituationView } | { what: "call" } | { what: "incident" };

export function IncidentsPage({ county }: { county: County }) {
  const now = useNow();
  const allowed = useApp(mayAct);
  const [open, setOpen] = useState<Open | null>(null);
  const { desk, move } = useDesk();
  const choose = (id: string) => move({ to: "incidents", incident: id });
  const waiting = undecided(county);
  const settled = decided(county);
  const incidents = incidentsOf(county);
  const owed = owedReports(county);
  const texts = useApp((state) => state.texts);
  useEffect(() => wantTexts(incidents.map((one) => one.title)), [incidents]);
  const incident = incidents.find((one) => one.id === desk.incident) ?? incidents[0] ?? null;
  const close = () => setOpen(null);
  return (
    <section className="p incidents" data-testid="incidents">
      <div className="cols3">
        <div className="p">
          <div className="pt">
            <h2>{i18n.t("有预警、未决策")}</h2>
            <span className="i2" data-testid="undecided-count">
              {waiting.length}
            </span>
            <span className="g" />
            <Button
              small
              disabled={!allowed}
              onPress={() => setOpen({ what: "call" })}
              testId="open-situation"
            >
              {i18n.t("接报开态势…")}
            </Button>
          </div>
          <div className="pb">
            {waiting.length === 0 ? (
              <Empty title={i18n.t("没有等着决定的预警。")} />
            ) : (
              waiting.map((one) => (
                <div key={one.id} className="decline" data-testid="undecided" data-id={one.id}>
                  <Mark level={one.level as Level} size={20} />
                  <span className="col g">
                    <SituationLink one={one} />
                    <span className="s i2">
                      {i18n.t("{time} 起没有决定", {
                        time: stamp(one.undecided_since ?? one.opened, now),
                      })}
                    </span>
                  </span>
                  <Due at={one.decide_by ?? one.opened} now={now} />
                  <Button
                    small
                    disabled={!allowed}
                    onPress={() => setOpen({ what: "decide", situation: one })}
                    testId="decide"
                  >
                    {i18n.t("决定…")}
                  </Button>
                </div>
              ))
            )}
            <div className="pt">
              <h2>{i18n.t("已决定")}</h2>
              <span className="i2">{settled.length}</span>
            </div>
            {settled.map((one) => (
              <div key={one.id} className="decline" data-testid="decided">
                {one.level > 0 ? <Mark level={one.level as Level} size={20} /> : <span />}
                <span className="col g">
                  <SituationLink one={one} />
                  {one.decisions?.map((decision) => (
                    <DecisionLine
                      key={`${decision.at}${decision.by}`}
                      decision={decision}
                      county={county}
                      now={now}
                    />
                  ))}
                </span>
              </div>
            ))}
          </div>
        </div>
        <div className="p">
          <div className="pt">
            <h2>{i18n.t("应急事件")}</h2>
            <span className="i2">{incidents.filter(isRunning).length}</span>
            <span className="g" />
            <Button
              small
              disabled={!allowed}
              onPress={() => setOpen({ what: "incident" })}
              testId="open-incident"
            >
              {i18n.t("开事件…")}
            </Button>
          </div>
          <div className="pb">
            {incidents.length === 0 ? (
              <Empty title={i18n.t("没有事件。")}>
                {i18n.t("一个事件把态势、指令、报告和决定放在一起。")}
              </Empty>
            ) : (
              incidents.map((one) => (
                <button
                  key={one.id}
                  type="button"
                  className={`cmd${one.id === incident?.id ? " sel" : ""}`}
                  onClick={() => choose(one.id)}
                  data-testid="incident-row"
                >
                  <div className="f">
                    <b className="el g">{texts.get(one.title) ?? i18n.t("正在取…")}</b>
                    {isRunning(one) ? null : <span className="tag">{i18n.t("已结束")}</span>}
                  </div>
                  <span className="s i2">
                    {i18n.t("{time} 开，态势 {situations}，指令 {commands}", {
                      time: stamp(one.opened, now),
                      situations: one.situations.length,
                      commands: one.commands.length,
                    })}
                  </span>
                </button>
              ))
            )}
            <div className="pt">
              <h2>{i18n.t("法定时限 · 剩余")}</h2>
              <span className="i2">{owed.length}</span>
            </div>
            {owed.map(({ incident: one, report }) => (
              <button
                key={`${one.id}/${report.id}`}
                type="button"
                className="decline"
                onClick={() => choose(one.id)}
                data-testid="owed-report"
              >
                <span className="col g">
                  <b className="el">{say(report.title)}</b>
                  <span className="s i2 el">{texts.get(one.title) ?? ""}</span>
                </span>
                <Due at={report.due} now={now} />
              </button>
            ))}
          </div>
        </div>
        {incident ? (
          <IncidentPanel key={incident.id} county={county} incident={incident} now={now} />
        ) : (
          <div className="p">
            <Empty title={i18n.t("选一个事件。")} />
          </div>
        )}
      </div>
      {open?.what === "decide" ? <DecideDialog situation={open.situation} onClose={close} /> : null}
      {open?.what === "call" ? <OpenSituationDialog county={county} onClose={close} /> : null}
      {open?.what === "incident" ? <OpenIncidentDialog county={county} onClose={close} /> : null}
    </section>
  );
}

function SituationLink({ one }: { one: SituationView }) {
  const { move } = useDesk();
  return (
    <button
      type="button"
      className="el"
      style={{ textAlign: "left" }}
      onClick={() => move({ to: "situation", situation: one.id })}
    >
      <b>{situationName(one)}</b>
    </button>
  );
}
