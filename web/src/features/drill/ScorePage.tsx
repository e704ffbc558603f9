// How a drill goes: what each inject was to lead to, what happened and when, by post. The clocks are those
// of real nights; the server reads them from the drill's journal.
import { useEffect, useState } from "react";
import { drillScore } from "../../actions/drill";
import { limit } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import type { County } from "../../state/world";
import { Empty, PanelBody } from "../../ui/Panel";
import type { Asked, DrillVerdict, ScoreLine, ScoreView } from "../../wire/drill";
import { AsNow } from "../timebar/AsNow";

const EVERY_MS = 10_000;

function verdictName(verdict: DrillVerdict): string {
  switch (verdict) {
    case "kept":
      return i18n.t("做到");
    case "missed":
      return i18n.t("没做到");
    case "running":
      return i18n.t("在走");
    case "void":
      return i18n.t("未发生");
  }
}

function askedName(asked: Asked): string {
  switch (asked) {
    case "acknowledged":
      return i18n.t("确认");
    case "commanded":
      return i18n.t("下令");
    case "on_scene":
      return i18n.t("到场");
    case "proven":
      return i18n.t("全部办结核实");
    case "escalated_to_nobody":
      return i18n.t("不惊动第二步以后的人");
  }
}

/** Hours, minutes and seconds after the start. */
function after(at: string, start: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(at) - Date.parse(start)) / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export function ScorePage({ county }: { county: County }) {
  const [score, setScore] = useState<ScoreView | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    const ask = () =>
      drillScore().then(
        (found) => {
          if (gone) return;
          setScore(found);
          setFailed(false);
        },
        () => !gone && setFailed(true),
      );
    void ask();
    const again = setInterval(() => void ask(), EVERY_MS);
    return () => {
      gone = true;
      clearInterval(again);
    };
  }, []);
  return (
    <section className="p pagep greys" data-testid="score">
      <div className="pt">
        <h2>{i18n.t("演练评分")}</h2>
        <span className="i2">{score ? say(score.title) : ""}</span>
        <span className="g" />
        {score ? (
          <span className="i2 s">
            {score.over
              ? i18n.t("已结束")
              : i18n.t("进行中，算到 {time}", { time: after(score.through, score.start) })}
          </span>
        ) : null}
      </div>
      <PanelBody label={i18n.t("演练评分")} className="scorep">
        <AsNow />
        {score ? (
          <>
            <Posts score={score} />
            <Lines score={score} county={county} />
          </>
        ) : failed ? (
          <Empty title={i18n.t("取不到评分。")}>{i18n.t("每 10 秒再试一次。")}</Empty>
        ) : (
          <Empty title={i18n.t("正在从日志算评分…")} />
        )}
      </PanelBody>
    </section>
  );
}

function Posts({ score }: { score: ScoreView }) {
  return (
    <table className="scoretable" data-testid="score-posts">
      <thead>
        <tr>
          <th>{i18n.t("岗位")}</th>
          <th className="r">{i18n.t("做到")}</th>
          <th className="r">{i18n.t("没做到")}</th>
          <th className="r">{i18n.t("未到时限")}</th>
          <th className="r">{i18n.t("未发生")}</th>
        </tr>
      </thead>
      <tbody>
        {score.posts.map((post) => (
          <tr key={post.post}>
            <td>
              <b>{say(post.title)}</b>
            </td>
            <td className="r">{post.kept}</td>
            <td className="r">
              <b>{post.missed}</b>
            </td>
            <td className="r i2">{post.running}</td>
            <td className="r i2">{post.void}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Lines({ score, county }: { score: ScoreView; county: County }) {
  if (score.lines.length === 0) return <Empty title={i18n.t("还没有到第一个有要求的注入。")} />;
  return (
    <table className="scoretable" data-testid="score-lines">
      <thead>
        <tr>
          <th>{i18n.t("结果")}</th>
          <th className="r">{i18n.t("注入时刻")}</th>
          <th>{i18n.t("注入")}</th>
          <th>{i18n.t("岗位")}</th>
          <th>{i18n.t("要求")}</th>
          <th className="r">{i18n.t("时限")}</th>
          <th className="r">{i18n.t("最迟")}</th>
          <th className="r">{i18n.t("实际")}</th>
          <th>{i18n.t("谁")}</th>
        </tr>
      </thead>
      <tbody>
        {score.lines.map((line, n) => (
          <Line
            key={`${line.inject}-${line.asked}`}
            line={line}
            first={score.lines[n - 1]?.inject !== line.inject}
            score={score}
            county={county}
          />
        ))}
      </tbody>
    </table>
  );
}

interface LineProps {
  line: ScoreLine;
  first: boolean;
  score: ScoreView;
  county: County;
}

function Line({ line, first, score, county }: LineProps) {
  const post = county.posts.get(line.post);
  const by = line.met?.by;
  return (
    <tr data-verdict={line.verdict} className={first ? "first" : ""}>
      <td className={line.verdict === "missed" ? "inv" : ""}>
        <b>{verdictName(line.verdict)}</b>
      </td>
      <td className="r i2">{first ? after(line.given, score.start) : ""}</td>
      <td>{first ? say(line.title) : ""}</td>
      <td className="i2">{first ? (post ? say(post.title) : line.post) : ""}</td>
      <td>{askedName(line.asked)}</td>
      <td className="r i2">{line.within_ms === null ? "" : limit(line.within_ms)}</td>
      <td className="r i2">{line.due ? after(line.due, score.start) : ""}</td>
      <td className="r">{line.met ? after(line.met.at, score.start) : i18n.t("没有")}</td>
      <td>{by ? personName(county.people.get(by) ?? null, by) : ""}</td>
    </tr>
  );
}
