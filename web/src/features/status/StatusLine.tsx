// The top line: who we are, whether we hear the server and how old that is, and the engine's clock.
import { chooseCounty } from "../../actions/session";
import { day, hm, hms, span } from "../../i18n/format";
import { i18n, locale, say, setLocale } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { countyOf, isUnacked, levelCounts, mayTry } from "../../state/select";
import { useApp } from "../../state/store";
import { quietLoad } from "../../state/world";
import { Button } from "../../ui/Button";
import { useMono, useNow } from "../clock/useNow";
import { usePast } from "../clock/usePast";
import { type DeskMove, isPage, useDesk } from "../desk/desk";
import { Beside } from "../drill/Beside";
import { ShiftCell } from "../duty/ShiftCell";
import { LoadMeter } from "../load/LoadMeter";
import { Counts } from "../marks/Mark";

interface StatusLineProps {
  onLoad: () => void;
  sound: { ready: boolean; silenced: boolean; check: () => void };
  theme: { name: "night" | "day"; flip: () => void };
  onKeys: () => void;
  onLeave: () => void;
}

export function StatusLine({ sound, theme, onKeys, onLoad, onLeave }: StatusLineProps) {
  const county = useApp(countyOf);
  const me = useApp((state) => state.me);
  const now = useNow();
  const alarms = county ? [...county.alarms.values()] : [];
  const unacked = alarms.filter(isUnacked).length;
  return (
    <header className="status" data-testid="status-line">
      <div className="st-name">
        <h1>{i18n.t("烽火")}</h1>
        <CountyName />
      </div>
      <Pages />
      <LinkState />
      {county?.load.flood_since ? (
        <div className="flood" data-testid="flood-cell">
          <b>{i18n.t("汇总模式 {time} 起", { time: hm(county.load.flood_since) })}</b>
          <span className="s i2 wideonly">
            {i18n.t("{alarms} 条 → {situations} 个态势", {
              alarms: county.load.alarms || county.alarms.size,
              situations: county.load.situations,
            })}
          </span>
        </div>
      ) : null}
      <div className="st-sound">
        <span className="k wideonly">{i18n.t("声音")}</span>
        <SoundCheck sound={sound} outdated={county?.load === quietLoad} />
      </div>
      <div className="yield">
        <Waiting />
        {county && county.load !== quietLoad ? <LoadMeter county={county} onOpen={onLoad} /> : null}
        {alarms.length === 0 ? null : (
          <div data-testid="alarm-counts">
            <Counts counts={levelCounts(alarms)} />
            <span className={unacked > 0 ? "" : "i3"}>
              {i18n.t("未确认 {unacked}", { unacked })}
            </span>
          </div>
        )}
      </div>
      <div className="st-tools">
        <Button small onPress={theme.flip} testId="theme" label={i18n.t("切换夜间和白天")}>
          {theme.name === "night" ? i18n.t("白天") : i18n.t("夜间")}
        </Button>
        <Button small onPress={() => setLocale(locale() === "zh" ? "en" : "zh")} testId="locale">
          {locale() === "zh" ? "EN" : "中"}
        </Button>
        <Button small onPress={onKeys} testId="keys" label={i18n.t("按键表")}>
          ?
        </Button>
      </div>
      {county?.drill ? null : <Beside />}
      {county?.demo ? (
        <div className="st-demo" data-testid="demo-mark">
          <span className="tag">{i18n.t("演示数据")}</span>
        </div>
      ) : null}
      <div className="st-tools">
        <span className="wideonly">{personName(me?.person, "")}</span>
        <Button
          small
          onPress={onLeave}
          testId="logout"
          label={`${i18n.t("退出")} ${personName(me?.person, "")}`}
        >
          {i18n.t("退出")}
        </Button>
      </div>
      {county ? <ShiftCell county={county} now={now} /> : null}
      <div className="i2 s st-date">{now ? day(now) : ""}</div>
      <div className="clock" data-testid="clock">
        {now ? hms(now) : "--:--:--"}
      </div>
    </header>
  );
}

/** Whether this desk can be heard; a mark stands for the words where they find no room. */
function SoundCheck({ sound, outdated }: { sound: StatusLineProps["sound"]; outdated: boolean }) {
  const heard = sound.ready && !sound.silenced && !outdated;
  const words = outdated
    ? // An older server announces nothing: a desk that waits for sounds must know.
      i18n.t("服务器太旧，不会响")
    : !sound.ready
      ? i18n.t("未试，按此试音")
      : sound.silenced
        ? i18n.t("已静")
        : i18n.t("已试");
  return (
    <button
      type="button"
      className={heard ? "i2" : "tag inv"}
      onClick={sound.check}
      aria-label={`${i18n.t("声音")} ${words}`}
      title={words}
      data-testid="sound-check"
    >
      <svg className="snd-mark" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M2 6h3l4-4v12l-4-4H2z" />
        <path
          className="snd-waves"
          d={heard ? "M11 5a4 4 0 0 1 0 6M13 3a7 7 0 0 1 0 10" : "M11 6l4 4M15 6l-4 4"}
        />
      </svg>
      <span className="snd-words">{words}</span>
    </button>
  );
}

/** The pages of the desk; the one that is open is marked. */
function Pages() {
  const { desk, move } = useDesk();
  const drill = useApp((state) => countyOf(state)?.drill ?? null);
  const tries = useApp((state) => mayTry(state.me?.person));
  const pages: { name: string; on: boolean; go: DeskMove; testId: string }[] = [
    {
      name: i18n.t("指挥"),
      on: !isPage(desk.view),
      go: { to: "map" },
      testId: "page-command",
    },
    {
      name: i18n.t("未应答"),
      on: desk.view === "unanswered",
      go: { to: "unanswered" },
      testId: "page-unanswered",
    },
    {
      name: i18n.t("应急事件"),
      on: desk.view === "incidents",
      go: { to: "incidents" },
      testId: "page-incidents",
    },
    {
      name: i18n.t("台账"),
      on: desk.view === "ledger",
      go: { to: "ledger" },
      testId: "page-ledger",
    },
    {
      name: i18n.t("值班"),
      on: desk.view === "duty",
      go: { to: "duty" },
      testId: "page-duty",
    },
    {
      name: i18n.t("规则"),
      on: desk.view === "rules" || desk.view === "events",
      go: { to: "rules" },
      testId: "page-rules",
    },
    {
      name: i18n.t("站点"),
      on: desk.view === "stations" || desk.view === "intake",
      go: { to: "stations" },
      testId: "page-stations",
    },
    {
      name: i18n.t("复盘"),
      on: desk.view === "report",
      go: { to: "report" },
      testId: "page-report",
    },
  ];
  if (drill && tries)
    pages.push({
      name: i18n.t("评分"),
      on: desk.view === "score",
      go: { to: "score" },
      testId: "page-score",
    });
  if (tries)
    pages.push({
      name: i18n.t("推演"),
      on: desk.view === "backtest",
      go: { to: "backtest" },
      testId: "page-backtest",
    });
  return (
    <nav className="pages" aria-label={i18n.t("页面")}>
      {pages.map((page) => (
        <button
          key={page.testId}
          type="button"
          aria-current={page.on ? "page" : undefined}
          onClick={() => move(page.go)}
          data-testid={page.testId}
        >
          {page.name}
        </button>
      ))}
    </nav>
  );
}

/** The county's name; a choice for someone who sees several. */
function CountyName() {
  const counties = useApp((state) => state.world.counties);
  const county = useApp(countyOf);
  if (counties.size < 2) return <span className="i2">{say(county?.title)}</span>;
  return (
    <select
      className="in"
      aria-label={i18n.t("辖区")}
      value={county?.code ?? ""}
      onChange={(event) => chooseCounty(event.target.value)}
      data-testid="county"
    >
      {[...counties.values()].map((one) => (
        <option key={one.code} value={one.code}>
          {say(one.title)}
        </option>
      ))}
    </select>
  );
}

/** Live or lost, how far the journal is, and the age of what is shown. Lost is inverted: our fault. */
export function LinkState() {
  const connection = useApp((state) => state.connection);
  const seq = useApp((state) => state.world.seq);
  const heardAt = useApp((state) => state.world.heartbeat?.heardAt ?? null);
  const clock = useApp((state) => state.world.heartbeat?.view.clock ?? null);
  const mono = useMono();
  const past = usePast();
  const drill = useApp((state) => countyOf(state)?.drill ?? null);
  const live = connection.phase === "live";
  if (past && connection.phase !== "lost")
    return (
      <div className="st-past" data-testid="not-live">
        <b>{i18n.t("复盘 · 非实况")}</b>
      </div>
    );
  const old = heardAt === null ? null : Math.max(0, mono - heardAt);
  return (
    <div className={live ? "" : "inv"} data-testid="link-state" data-phase={connection.phase}>
      <b>
        {live
          ? drill
            ? i18n.t("演练中")
            : i18n.t("实况")
          : connection.phase === "lost"
            ? i18n.t("断开")
            : i18n.t("正在连接")}
      </b>
      <span className={live ? "s i2" : "s"}>
        <span className="wideonly">
          #{seq.toLocaleString("en-US")}
          {old === null ? "" : " · "}
        </span>
        {old === null ? "" : live ? `${(old / 1000).toFixed(1)} s` : span(old)}
      </span>
      {clock?.kind === "scaled" && clock.factor !== 1 ? (
        <span className="tag ln">{i18n.t("时钟 ×{factor}", { factor: clock.factor })}</span>
      ) : null}
      {clock?.kind === "feed" ? <span className="tag ln">{i18n.t("时钟随数据走")}</span> : null}
    </div>
  );
}

/** Presses of this desk that the server does not have yet, or refused. */
function Waiting() {
  const outbox = useApp((state) => state.outbox);
  const waiting = outbox.filter(
    (one) => one.state !== "received" && one.state !== "refused",
  ).length;
  if (waiting === 0) return null;
  return (
    <div className="inv" data-testid="desk-waiting">
      {i18n.t("{waiting} 个操作还没送到服务器", { waiting })}
    </div>
  );
}
