// The command centre: three fixed zones, a status line above, lanes below.
import "../styles/desk.css";
import { lazy, Suspense, useEffect, useReducer } from "react";
import { logout } from "../actions/session";
import { AlarmDetail } from "../features/alarms/AlarmDetail";
import { AlarmPanel } from "../features/alarms/AlarmPanel";
import { Board } from "../features/commands/Board";
import { Composer } from "../features/commands/Composer";
import { Obligations } from "../features/commands/Obligations";
import { DeskContext, moveDesk, startDesk, useDesk } from "../features/desk/desk";
import { KeysDialog } from "../features/keys/KeysDialog";
import { useKeys } from "../features/keys/useKeys";
import { Lanes } from "../features/lanes/Lanes";
import { Login } from "../features/login/Login";
import { useSound } from "../features/sound/useSound";
import { loadTownships } from "../features/stations/townships";
import { Announcer } from "../features/status/Announcer";
import { StatusLine } from "../features/status/StatusLine";
import { SystemStrip } from "../features/status/SystemStrip";
import { setZoneFor } from "../i18n/format";
import { i18n, useLocale } from "../i18n/i18n";
import { countyOf } from "../state/select";
import { useApp } from "../state/store";
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
        <DeskRoom
          onLeave={() => {
            void logout();
            leave();
          }}
        />
      );
  }
}

function DeskRoom({ onLeave }: { onLeave: () => void }) {
  const county = useApp(countyOf);
  const lost = useApp((state) => state.connection.phase === "lost");
  const [desk, move] = useReducer(moveDesk, startDesk);
  const theme = useTheme();
  const sound = useSound();
  useEffect(() => {
    if (county) setZoneFor(county.code);
  }, [county?.code, county]);
  useEffect(() => {
    void loadTownships();
  }, []);
  useKeys({
    escape: () => move({ to: "back" }),
    "?": () => move({ to: "dialog", dialog: "keys" }),
    x: sound.silence,
  });
  return (
    <DeskContext value={{ desk, move }}>
      <div className={`desk${lost ? " lost" : ""}`} data-testid="desk">
        <StatusLine
          sound={{ ready: sound.ready, silenced: sound.silenced, check: () => void sound.check() }}
          theme={{ name: theme, flip: () => setTheme(theme === "night" ? "day" : "night") }}
          onKeys={() => move({ to: "dialog", dialog: "keys" })}
          onLeave={onLeave}
        />
        <SystemStrip />
        {county ? (
          <>
            <section className="zone" aria-label={i18n.t("报警")}>
              <AlarmPanel county={county} />
            </section>
            <main className="zone">
              <Suspense fallback={<Empty title={i18n.t("正在载入地图…")} />}>
                <MapZone county={county} theme={theme} />
              </Suspense>
              <Centre />
            </main>
            <aside className="zone" aria-label={i18n.t("欠着的事")}>
              <Obligations county={county} />
            </aside>
            <Lanes county={county} />
            <Announcer county={county} />
          </>
        ) : (
          <div style={{ gridColumn: "1/-1" }} className="p">
            <Empty title={i18n.t("正在取全县的现状…")} />
          </div>
        )}
        {desk.dialog === "keys" ? <KeysDialog onClose={() => move({ to: "back" })} /> : null}
      </div>
    </DeskContext>
  );
}

/** What lies over the map: nothing, an alarm, the composer or the board. */
function Centre() {
  const { desk } = useDesk();
  const county = useApp(countyOf);
  if (!county) return null;
  if (desk.view === "alarm" && desk.alarm)
    return <AlarmDetail key={desk.alarm} county={county} alarmKey={desk.alarm} />;
  if (desk.view === "composer") return <Composer county={county} alarmKey={desk.alarm} />;
  if (desk.view === "board" && desk.command)
    return <Board county={county} commandId={desk.command} />;
  return null;
}
