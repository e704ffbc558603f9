// Roll-call: one press calls every post; the board says which has not answered, how long, and what is next.
import { useMemo, useState } from "react";
import { callRoll, endRun } from "../../actions/duty";
import { hm, span } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { channelName, personName, runStateName } from "../../i18n/words";
import { isOver } from "../../state/calls";
import { boardOf, rollCalls } from "../../state/rollcall";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import type { PostView, RunView } from "../../wire/view";
import { Due } from "../commands/Due";
import { whyNot } from "../timebar/whyNot";
import { names, postName } from "./dutyWords";
import type { DutyTabProps } from "./OnDutyTab";
import { RollRow } from "./RollRow";
import { usePagesOf } from "./usePagesOf";

export function RollCallTab({ county, posts, now }: DutyTabProps) {
  const calls = rollCalls(county);
  const [chosen, setChosen] = useState<string | null>(null);
  const run = calls.find((one) => one.id === chosen) ?? calls[0] ?? null;
  const running = calls.some((one) => one.state === "running");
  return (
    <div className="roll" data-testid="roll-call">
      <CallPress posts={posts} county={county} running={running} />
      {calls.length > 1 ? (
        <div className="pf">
          <span>{i18n.t("今天的点名")}</span>
          {calls.slice(0, 8).map((one) => (
            <Chip key={one.id} on={one.id === run?.id} onPress={() => setChosen(one.id)}>
              {hm(one.began)} {runStateName(one.state)}
            </Chip>
          ))}
        </div>
      ) : null}
      {run ? (
        <RollBoard run={run} county={county} now={now} />
      ) : (
        <Empty title={i18n.t("今天还没有点过名。")}>
          {i18n.t("按“一键点名”，每个岗位现在的人都会被叫；没应的再叫一遍，谁没应列在这里。")}
        </Empty>
      )}
    </div>
  );
}

/** The press, with its real count on it: all posts, or those of the townships. */
function CallPress({
  posts,
  county,
  running,
}: {
  posts: PostView[];
  county: County;
  running: boolean;
}) {
  const allowed = useApp(mayAct);
  const [towns, setTowns] = useState(false);
  const meant = towns ? posts.filter((post) => post.township !== null) : posts;
  const people = new Set(meant.flatMap((post) => post.now)).size;
  const empty = meant.filter((post) => post.now.length === 0);
  const busy = useApp((state) =>
    state.outbox.some(
      (one) =>
        one.subject.action === "call_roll" && one.state !== "received" && one.state !== "refused",
    ),
  );
  return (
    <div className="rollpress">
      <Button
        kind={running ? "plain" : "primary"}
        disabled={!allowed || busy || people === 0}
        onPress={() => void callRoll(towns ? meant.map((post) => post.id) : [])}
        testId="call-roll"
      >
        {busy
          ? i18n.t("正在送到服务器…")
          : running
            ? i18n.t("再点一次：{posts} 个岗位，{people} 人", { posts: meant.length, people })
            : i18n.t("一键点名：{posts} 个岗位，{people} 人", { posts: meant.length, people })}
      </Button>
      <Chip on={!towns} onPress={() => setTowns(false)}>
        {i18n.t("全部岗位")}
      </Chip>
      <Chip on={towns} onPress={() => setTowns(true)} testId="roll-towns">
        {i18n.t("只点乡镇")}
      </Chip>
      <span className="s i2 g">
        {!allowed
          ? whyNot(i18n.t("你可以看，不能点名。点名要值班员角色。"))
          : empty.length > 0
            ? i18n.t("{n} 个岗位现在没有人，叫不到：{names}", {
                n: empty.length,
                names: empty.map((post) => postName(county, post.id)).join(i18n.t("、")),
              })
            : i18n.t("按下就会真的叫人：推送、短信，没应的打电话。")}
      </span>
    </div>
  );
}

function RollBoard({ run, county, now }: { run: RunView; county: County; now: number }) {
  const allowed = useApp(mayAct);
  const { pages, failed } = usePagesOf(county, run);
  const board = useMemo(() => boardOf(run, pages), [run, pages]);
  const total = board.silent.length + board.here.length + board.vacant.length;
  const open = !isOver(run);
  const left = board.silent.length;
  return (
    <>
      <div className="rollhead" data-testid="roll-head" data-state={run.state}>
        <p className={`rollcount${open && left > 0 ? " inv" : ""}`} role="status">
          <b data-testid="roll-left">{left}</b>
          <span>{left === 0 ? i18n.t("每个有人的岗位都应了") : i18n.t("个岗位没有应答")}</span>
        </p>
        <div className="col g">
          <p>
            <b>{i18n.t("已应答 {here} / {total}", { here: board.here.length, total })}</b>{" "}
            <span className="i2">
              {i18n.t("{time} 开始点名", { time: hm(run.began) })} · {runStateName(run.state)}
              {run.ended ? ` ${hm(run.ended)}` : ` · ${span(now - Date.parse(run.began))}`}
            </span>
          </p>
          <p className="i2 s">
            <NextWords run={run} county={county} now={now} />
          </p>
          {failed ? (
            <p className="s">{i18n.t("每个人叫到哪一步没有取到：{words}", { words: failed })}</p>
          ) : null}
        </div>
        {open ? (
          <Button disabled={!allowed} onPress={() => void endRun(run.id)} testId="end-roll">
            {run.state === "exhausted" ? i18n.t("结束点名") : i18n.t("结束点名，不再叫")}
          </Button>
        ) : null}
        {open && left > 0 ? (
          <Button
            disabled={!allowed}
            onPress={() => void callRoll(board.silent.map((one) => one.post))}
            testId="call-silent"
          >
            {i18n.t("只再点没应的 {n} 个", { n: left })}
          </Button>
        ) : null}
      </div>
      <div className="rollcols">
        <section className="p" aria-label={i18n.t("没有应答")}>
          <div className="pt">
            <h2>{i18n.t("没有应答")}</h2>
            <span className="i2">{left + board.vacant.length}</span>
          </div>
          <div className="pb" data-testid="roll-silent">
            {board.vacant.map((post) => (
              <div key={post} className="rollrow" data-testid="roll-vacant">
                <span className="tag inv">{i18n.t("没有人")}</span>
                <b className="el">{postName(county, post)}</b>
                <span className="s i2">{i18n.t("这个岗位现在没有排人，没有叫到任何人。")}</span>
              </div>
            ))}
            {board.silent.map((one) => (
              <RollRow key={one.post} row={one} run={run} county={county} now={now} />
            ))}
            {left + board.vacant.length === 0 ? (
              <Empty title={i18n.t("没有欠应答的岗位。")} />
            ) : null}
          </div>
        </section>
        <div className="p">
          <div className="pt">
            <h2>{i18n.t("已应答")}</h2>
            <span className="i2">{board.here.length}</span>
          </div>
          <section
            className="pb"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard
            tabIndex={0}
            aria-label={i18n.t("已应答")}
            data-testid="roll-here"
          >
            {board.here.map((one) => (
              <div key={one.post} className="line center" data-testid="roll-answered">
                <span className="t">{one.here ? hm(one.here.at) : ""}</span>
                <b className="g el">{postName(county, one.post)}</b>
                <span className="s i2 el">{one.here ? names(county, [one.here.by]) : ""}</span>
              </div>
            ))}
          </section>
        </div>
      </div>
    </>
  );
}

/** What happens by itself, and when; or that nothing does any more. */
function NextWords({ run, county, now }: { run: RunView; county: County; now: number }) {
  const { next } = run;
  if (run.state === "exhausted" && !isOver(run))
    return (
      <b>{i18n.t("叫完了 {n} 遍还有岗位没应。请打电话问，问到的代记。", { n: run.rounds })}</b>
    );
  if (run.state !== "running" || next === null) return <>{i18n.t("不再自动叫人。")}</>;
  return (
    <>
      {i18n.t("自动下一步")} <Due at={next.at} now={now} />{" "}
      {next.step === null
        ? i18n.t("没应的从头再叫一遍")
        : i18n.t("{how} 叫 {n} 人：{who}", {
            how: next.by.map(channelName).join(i18n.t("、")) || "—",
            n: next.to.length,
            who: some(next.to, county),
          })}
      {run.rounds > 1
        ? ` · ${i18n.t("第 {round} 遍，共 {rounds} 遍", { round: run.round, rounds: run.rounds })}`
        : ""}
    </>
  );
}

/** The first few by name. */
function some(people: readonly string[], county: County): string {
  const list = people.slice(0, 4).map((id) => personName(county.people.get(id), id));
  const words = list.join(i18n.t("、"));
  return people.length > list.length ? i18n.t("{list} 等", { list: words }) : words;
}
