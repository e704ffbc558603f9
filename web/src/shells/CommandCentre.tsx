// The command centre: three fixed zones, a status line above, lanes below.
import "../styles/desk.css";
import "../styles/status.css";
import "../styles/desk-pages.css";
import "../styles/people.css";
import "../styles/incidents.css";
import "../styles/intake.css";
import "../styles/duty.css";
import "../styles/calls.css";
import "../styles/line.css";
import "../styles/timebar.css";
import "../styles/trials.css";
import "../styles/report.css";
import "../styles/drill.css";
import { type CSSProperties, lazy, Suspense, useEffect, useReducer } from "react";
import { logout } from "../actions/session";
import { AlarmDetail } from "../features/alarms/AlarmDetail";
import { AlarmPanel } from "../features/alarms/AlarmPanel";
import { BacktestPage } from "../features/backtest/BacktestPage";
import { usePast } from "../features/clock/usePast";
import { Board } from "../features/commands/Board";
import { Composer } from "../features/commands/Composer";
import { Obligations } from "../features/commands/Obligations";
import { Unanswered } from "../features/commands/Unanswered";
import {
  DeskContext,
  isPage,
  moveDesk,
  startDesk,
  useDesk,
  type Zone,
} from "../features/desk/desk";
import { DrillBand } from "../features/drill/DrillBand";
import { ScorePage } from "../features/drill/ScorePage";
import { DutyPage } from "../features/duty/DutyPage";
import { EventsPage } from "../features/events/EventsPage";
import { IncidentsPage } from "../features/incidents/IncidentsPage";
import { IntakePage } from "../features/intake/IntakePage";
import { KeysDialog } from "../features/keys/KeysDialog";
import { useKeys } from "../features/keys/useKeys";
import { LedgerPage } from "../features/ledger/LedgerPage";
import { QuietPanel } from "../features/ledger/QuietPanel";
import { CommandLine } from "../features/line/CommandLine";
import { LoadDialog } from "../features/load/LoadMeter";
import { Login } from "../features/login/Login";
import { HatchInk } from "../features/marks/Mark";
import { StationsPage } from "../features/registry/StationsPage";
import { ReportPage } from "../features/report/ReportPage";
import { RulesPage } from "../features/rules/RulesPage";
import { SituationPage } from "../features/situations/SituationPage";
import { useSound } from "../features/sound/useSound";
import { loadTownships } from "../features/stations/townships";
import { Announcer } from "../features/status/Announcer";
import { AlarmsStill } from "../features/status/FaultLines";
import { LinkState, StatusLine } from "../features/status/StatusLine";
import { SystemStrip } from "../features/status/SystemStrip";
import { TimeBar } from "../features/timebar/TimeBar";
import { setZoneFor } from "../i18n/format";
import { i18n, useLocale } from "../i18n/i18n";
import { countyOf, mayAct } from "../state/select";
import { useApp } from "../state/store";
import { Boundary } from "../ui/Boundary";
import { Empty } from "../ui/Panel";
import { setTheme, useTheme } from "./theme";
import { useSession } from "./useSession";

const MapZone = lazy(() =>
  import("../features/stations/MapZone").then((m) => ({ default: m.MapZone })),
);

export function CommandCentre() {
  useLocale();
  const { session, enter, leave } = useSession();
  switch (session.kind) {
    case "asking":
      return <Empty title={i18n.t("正在连接…")} />;
    case "unreachable":
      return (
        <Empty title={i18n.t("服务器没有应答。")}>
          {i18n.t("每 3 秒再试一次。请检查网络和服务器。")}
        </Empty>
      );
    case "nobody":
      return <Login onDone={enter} />;
    case "here":
      return (
        <Boundary part="desk" name={() => i18n.t("指挥台")} heals>
          <DeskRoom
            onLeave={() => {
              void logout();
              leave();
            }}
          />
        </Boundary>
      );
  }
}

function DeskRoom({ onLeave }: { onLeave: () => void }) {
  const county = useApp(countyOf);
  const lost = useApp((state) => state.connection.phase === "lost");
  const past = usePast();
  const allowed = useApp(mayAct);
  const [desk, move] = useReducer(moveDesk, startDesk);
  const theme = useTheme();
  const sound = useSound();
  const page = isPage(desk.view);
  useEffect(() => {
    if (county) setZoneFor(county.code);
  }, [county?.code, county]);
  useEffect(() => {
    void loadTownships();
  }, []);
  const line = () => move({ to: "dialog", dialog: "line" });
  useKeys({
    escape: () => move({ to: "back" }),
    ":": line,
    "：": line,
    "/": line,
    "?": () => move({ to: "dialog", dialog: "keys" }),
    x: sound.silence,
    z: () => move({ to: "duty", tab: "now" }),
    h: () => move({ to: "duty", tab: "handover" }),
    ...(allowed ? { g: () => move({ to: "draw", drawing: "pen" }) } : {}),
    b: () => move({ to: "backtest" }),
  });
  return (
    <DeskContext value={{ desk, move }}>
      <HatchInk />
      <div
        className={`desk${lost ? " lost" : ""}${page ? " page" : ""}${past ? " notlive" : ""}`}
        style={{ "--past-words": `"${i18n.t("复盘 · 非实况")}"` } as CSSProperties}
        data-zone={desk.zone}
        data-testid="desk"
      >
        {county?.drill ? <DrillBand drill={county.drill} /> : null}
        <Boundary part="status" name={() => i18n.t("状态行")} still={<LinkState />} heals>
          <StatusLine
            sound={{
              ready: sound.ready,
              silenced: sound.silenced,
              check: () => void sound.check(),
            }}
            theme={{ name: theme, flip: () => setTheme(theme === "night" ? "day" : "night") }}
            onKeys={() => move({ to: "dialog", dialog: "keys" })}
            onLoad={() => move({ to: "dialog", dialog: "load" })}
            onLeave={onLeave}
          />
        </Boundary>
        <Boundary part="strip" name={() => i18n.t("系统通知")} still={<LinkState />} heals>
          <SystemStrip />
        </Boundary>
        {county ? (
          <>
            <section className="zone left" aria-label={i18n.t("报警")}>
              <Boundary
                part="alarms"
                name={() => i18n.t("报警栏")}
                still={<AlarmsStill county={county} />}
                heals
              >
                <AlarmPanel county={county} />
              </Boundary>
              <Boundary part="quiet" name={() => i18n.t("不响的那一栏")} heals>
                <QuietPanel county={county} />
              </Boundary>
            </section>
            <main className="zone centre">
              <Boundary part="map" name={() => i18n.t("地图")}>
                <Suspense fallback={<Empty title={i18n.t("正在载入地图…")} />}>
                  <MapZone county={county} theme={theme} />
                </Suspense>
              </Boundary>
              <NarrowBack />
              <Boundary key={desk.view} part={desk.view} name={() => i18n.t("打开的这一页")}>
                <Centre />
              </Boundary>
            </main>
            <aside className="zone right" aria-label={i18n.t("欠着的事")}>
              <Boundary part="owed" name={() => i18n.t("欠着的事")} heals>
                <Obligations county={county} />
              </Boundary>
            </aside>
            <Boundary part="timebar" name={() => i18n.t("时间条")} heals>
              <TimeBar county={county} />
            </Boundary>
            <ZoneTabs />
            <Boundary part="announcer" name={() => i18n.t("朗读")} heals>
              <Announcer county={county} />
            </Boundary>
          </>
        ) : (
          <div style={{ gridColumn: "1/-1" }} className="p">
            <Empty title={i18n.t("正在取全县的现状…")} />
          </div>
        )}
        <Boundary key={desk.dialog} part="dialog" name={() => i18n.t("打开的窗口")}>
          {desk.dialog === "keys" ? <KeysDialog onClose={() => move({ to: "back" })} /> : null}
          {desk.dialog === "line" && county ? <CommandLine county={county} /> : null}
          {desk.dialog === "load" && county ? (
            <LoadDialog county={county} onClose={() => move({ to: "back" })} />
          ) : null}
        </Boundary>
      </div>
    </DeskContext>
  );
}

/** On a narrow screen one zone at a time: situations, the map or what is open, what is owed. */
function ZoneTabs() {
  const { desk, move } = useDesk();
  const zones: [Zone, string][] = [
    ["left", i18n.t("态势")],
    ["centre", desk.view === "map" ? i18n.t("地图") : i18n.t("打开的")],
    ["right", i18n.t("欠着的事")],
    ["more", i18n.t("更多")],
  ];
  return (
    <nav className="zonetabs" aria-label={i18n.t("分区")}>
      {zones.map(([zone, name]) => (
        <button
          key={zone}
          type="button"
          aria-current={desk.zone === zone ? "page" : undefined}
          onClick={() => move({ to: "zone", zone })}
          data-testid={`zone-${zone}`}
        >
          {name}
        </button>
      ))}
    </nav>
  );
}

/** One step outwards for a thumb; where there is room the Esc key does it. */
function NarrowBack() {
  const { desk, move } = useDesk();
  if (desk.view === "map") return null;
  return (
    <button
      type="button"
      className="narrowback"
      onClick={() => move({ to: "back" })}
      data-testid="narrow-back"
    >
      ‹ {i18n.t("返回")}
    </button>
  );
}

/** What lies over the map: nothing, a situation, an alarm, the composer, the board or a page. */
function Centre() {
  const { desk } = useDesk();
  const county = useApp(countyOf);
  if (!county) return null;
  if (desk.view === "alarm" && desk.alarm)
    return <AlarmDetail key={desk.alarm} county={county} alarmKey={desk.alarm} />;
  if (desk.view === "composer")
    return (
      <Composer
        key={`${desk.about ?? ""}/${desk.reach.round}`}
        county={county}
        alarmKey={desk.alarm}
        about={desk.about}
      />
    );
  if (desk.view === "board" && desk.command)
    return <Board county={county} commandId={desk.command} />;
  if (desk.view === "situation" && desk.situation)
    return <SituationPage key={desk.situation} county={county} id={desk.situation} />;
  if (desk.view === "unanswered") return <Unanswered county={county} />;
  if (desk.view === "incidents") return <IncidentsPage county={county} />;
  if (desk.view === "ledger") return <LedgerPage county={county} />;
  if (desk.view === "rules") return <RulesPage county={county} />;
  if (desk.view === "backtest") return <BacktestPage county={county} />;
  if (desk.view === "events") return <EventsPage county={county} />;
  if (desk.view === "duty") return <DutyPage county={county} />;
  if (desk.view === "stations") return <StationsPage county={county} />;
  if (desk.view === "intake") return <IntakePage county={county} />;
  if (desk.view === "score") return <ScorePage county={county} />;
  if (desk.view === "report") return <ReportPage county={county} />;
  return null;
}
