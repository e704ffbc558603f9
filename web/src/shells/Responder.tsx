// The responder's phone: own tasks, one task, what waits, and little else.
import "../styles/phone.css";
import "../styles/drill.css";
import { useEffect, useMemo, useState } from "react";
import { startPosition } from "../actions/position";
import { wantTexts } from "../actions/read";
import { logout } from "../actions/session";
import { DrillBand } from "../features/drill/DrillBand";
import { Login } from "../features/login/Login";
import { More } from "../features/phone/More";
import { OwnCalls, useOwnCalls } from "../features/phone/OwnCalls";
import { OwnDuty } from "../features/phone/OwnDuty";
import { OwnMap } from "../features/phone/OwnMap";
import { Queue } from "../features/phone/Queue";
import { QueueLine } from "../features/phone/QueueLine";
import { TaskList } from "../features/phone/TaskList";
import { TaskPage } from "../features/phone/TaskPage";
import { useMapPack } from "../features/phone/useMapPack";
import { useNoticeWords } from "../features/phone/useNoticeWords";
import { useDelivered } from "../features/phone/useReceipts";
import { useTelling } from "../features/phone/useTelling";
import { useWaking } from "../features/phone/useWaking";
import { setZoneFor } from "../i18n/format";
import { i18n, useLocale } from "../i18n/i18n";
import { keepMe, keptMe } from "../link/shelf";
import { postsOf } from "../state/duty";
import { countyOf, isClosed, isUnderWay, tasksOf } from "../state/select";
import { useApp } from "../state/store";
import { Boundary } from "../ui/Boundary";
import { Empty } from "../ui/Panel";
import type { Me } from "../wire/view";
import { keepShelving, takeFromShelf } from "./shelving";
import { setTheme, useTheme } from "./theme";
import { useSession } from "./useSession";

export function Responder() {
  useLocale();
  useNoticeWords();
  const { session, enter, leave } = useSession(keptMe);
  useEffect(() => {
    if ("serviceWorker" in navigator && import.meta.env.PROD) {
      void navigator.serviceWorker.register("/sw.js");
    }
    void navigator.storage?.persist?.();
    startPosition();
  }, []);
  switch (session.kind) {
    case "asking":
      return <Empty title={i18n.t("正在打开…")} />;
    case "unreachable":
      return (
        <main className="login" data-testid="unreachable">
          <div>
            <h1>{i18n.t("烽火")}</h1>
            <p>
              <b>{i18n.t("没有信号，这台手机还没有登录过。")}</b>
            </p>
            <p>{i18n.t("有信号后登录一次，以后没信号也能打开。")}</p>
          </div>
        </main>
      );
    case "nobody":
      return <Login onDone={enter} />;
    case "here":
      return (
        <Boundary part="phone" name={() => i18n.t("烽火")} heals>
          <Phone
            key={session.me.person.id}
            me={session.me}
            onEnter={enter}
            onLeave={() => {
              void logout();
              leave();
            }}
          />
        </Boundary>
      );
  }
}

type Tab = "tasks" | "duty" | "queue" | "more" | "map";

interface PhoneProps {
  me: Me;
  onEnter: (me: Me) => void;
  onLeave: () => void;
}

function Phone({ me, onEnter, onLeave }: PhoneProps) {
  const expired = useApp((state) => state.connection.phase === "unauthorised");
  const unkept = useApp((state) => state.unkept);
  const photos = useApp((state) => state.photos);
  const [entering, setEntering] = useState(false);
  const pack = useMapPack();
  const world = useApp((state) => state.world);
  const county = useApp(countyOf);
  const outbox = useApp((state) => state.outbox);
  const [tab, setTab] = useState<Tab>("tasks");
  // A notification opens its task by the address.
  const [open, setOpen] = useState<string | null>(() =>
    new URLSearchParams(location.search).get("task"),
  );
  const theme = useTheme();
  const person = me.person.id;
  const tasks = useMemo(() => tasksOf(world, person), [world, person]);
  const calls = useOwnCalls(county, person);
  const posts = useMemo(() => (county ? postsOf(county, person) : []), [county, person]);
  useDelivered(tasks);
  const waking = useWaking(person, !county || county.drill !== null);
  const live = useApp((state) => state.connection.phase === "live");
  // What is asked must be readable where there is no signal, also of an order that was not opened before.
  useEffect(() => {
    if (live) wantTexts(tasks.map(({ command }) => command.wording));
  }, [live, tasks]);
  useEffect(() => {
    if (county) setZoneFor(county.code);
  }, [county]);
  useEffect(() => {
    void keepMe(me);
    void takeFromShelf(me);
    return keepShelving(me.person.id);
  }, [me]);

  const own = tab === "tasks" ? tasks.find(({ task }) => task.id === open) : undefined;
  const told = useTelling(tasks, own?.task.id ?? null, person);
  const issuer = own && county ? (county.people.get(own.command.by) ?? null) : null;
  const waiting = [...outbox, ...photos].filter(isUnderWay).length;
  const openTasks = tasks.filter(({ task }) => !isClosed(task)).length;
  const go = (next: Tab) => {
    setTab(next);
    setOpen(null);
  };
  const done = (next: Me) => {
    setEntering(false);
    onEnter(next);
  };
  // It stays while the line comes and goes: what is typed is not asked for twice.
  if (entering) return <Login onDone={done} onBack={() => setEntering(false)} />;
  return (
    <main className="phone" data-testid="phone">
      {county?.drill ? <DrillBand drill={county.drill} /> : null}
      <Boundary part="queue-line" name={() => i18n.t("待发那一行")} heals>
        <QueueLine onOpen={() => go("queue")} />
      </Boundary>
      {expired ? (
        <button
          type="button"
          className="callbar"
          onClick={() => setEntering(true)}
          data-testid="login-again"
        >
          {i18n.t("登录过期了，按此登录")}
          <br />
          <span className="s">{i18n.t("照常按，都留在手机里，登录后自动发。")}</span>
        </button>
      ) : null}
      {unkept ? (
        <p className="bad" role="alert" data-testid="unkept">
          {i18n.t("手机满了，刚才按的没有留下。请腾出空间再按，急事打电话。")}
        </p>
      ) : null}
      {county?.demo ? (
        <div className="s i2" style={{ padding: "2px 16px", background: "var(--bg-2)" }}>
          {i18n.t("演示数据")}
        </div>
      ) : null}
      <Boundary
        key={`${tab}/${open}`}
        part="page"
        name={() => i18n.t("这一页")}
        kept={() => i18n.t("按过的都留在这台手机里，照常自己发。要紧就打电话。")}
      >
        {own ? (
          <TaskPage key={own.task.id} own={own} issuer={issuer} onBack={() => setOpen(null)} />
        ) : tab === "duty" && county ? (
          <OwnDuty county={county} posts={posts} person={person} />
        ) : tab === "queue" ? (
          <Queue person={person} />
        ) : tab === "map" ? (
          <OwnMap pack={pack} onBack={() => go("more")} />
        ) : tab === "more" ? (
          <More
            pack={pack}
            waking={county?.drill ? null : waking}
            onMap={() => go("map")}
            me={me.person}
            theme={{ name: theme, flip: () => setTheme(theme === "night" ? "day" : "night") }}
            onLeave={onLeave}
          />
        ) : (
          <TaskList me={me.person} tasks={tasks} told={told} onOpen={setOpen} />
        )}
      </Boundary>
      {county && calls.length > 0 ? (
        own ? (
          <button
            type="button"
            className="callbar"
            onClick={() => setOpen(null)}
            data-testid="call-bar"
          >
            {i18n.t("县里在叫你，按此应答")}
          </button>
        ) : (
          <Boundary part="own-calls" name={() => i18n.t("县里叫你的那一栏")} heals>
            <OwnCalls county={county} calls={calls} />
          </Boundary>
        )
      ) : null}
      <nav className={`tabs${posts.length > 0 ? " four" : ""}`} aria-label={i18n.t("页面")}>
        <button
          type="button"
          aria-current={tab === "tasks" ? "page" : undefined}
          onClick={() => go("tasks")}
          data-testid="tab-tasks"
        >
          {i18n.t("任务 {n}", { n: openTasks })}
        </button>
        {posts.length > 0 ? (
          <button
            type="button"
            aria-current={tab === "duty" ? "page" : undefined}
            onClick={() => go("duty")}
            data-testid="tab-duty"
          >
            {i18n.t("值班")}
          </button>
        ) : null}
        <button
          type="button"
          aria-current={tab === "queue" ? "page" : undefined}
          onClick={() => go("queue")}
          data-testid="tab-queue"
        >
          {i18n.t("待发 {n}", { n: waiting })}
        </button>
        <button
          type="button"
          aria-current={tab === "more" || tab === "map" ? "page" : undefined}
          onClick={() => go("more")}
          data-testid="tab-more"
        >
          {i18n.t("更多")}
        </button>
      </nav>
    </main>
  );
}
