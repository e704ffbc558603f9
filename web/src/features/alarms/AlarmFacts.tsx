// The numbers of an alarm, and in sentences what makes it different from a plain one.
import { age, stamp, value } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { doubtSentence, freshnessWords, levelName, quietName } from "../../i18n/words";
import { seriesOf } from "../../state/select";
import type { County } from "../../state/world";
import type { AlarmView, QuietView } from "../../wire/view";
import { Due } from "../commands/Due";
import { useDesk } from "../desk/desk";
import { stationName } from "../situations/situationWords";

interface FactsProps {
  alarm: AlarmView;
  county: County;
  now: number;
}

/** Forecast, unconfirmed numbers, doubts, unstable, kept quiet: one sentence each, in this order. */
export function Notes({ alarm, county, now }: FactsProps) {
  const { now: latest } = seriesOf(county, alarm);
  const doubts = new Set([...alarm.doubts, ...(latest?.doubts ?? [])]);
  return (
    <div data-testid="alarm-notes">
      {alarm.forecast ? (
        <p className="note">
          <span className="tag fc">{i18n.t("预报")}</span>{" "}
          {i18n.t("说的是将来会怎样，现在还没有过线。不要只凭它转移，也不要拿它当平安。")}
        </p>
      ) : null}
      {alarm.certainty === "t" ? (
        <p className="confirmfirst" data-testid="confirm-first">
          <b>{i18n.t("使用前须确认")}</b>{" "}
          {i18n.t("这条规则的数是本系统的默认值，没有官方出处。下指令前先问主管单位。")}
        </p>
      ) : null}
      {doubts.size > 0 || alarm.doubtful ? (
        <p className="note">
          <span className="tag ln">{i18n.t("可疑")}</span>{" "}
          {[...doubts].map(doubtSentence).join(" ")} {i18n.t("读数可疑，请看摄像或派人核实。")}
        </p>
      ) : null}
      {alarm.swings === null ? null : (
        <p className="note">
          <span className="tag">{i18n.t("不稳 {n} 次", { n: alarm.swings })}</span>{" "}
          {i18n.t("按最重级锁住，摆动不再另响；级别再升会马上响。")}
        </p>
      )}
      {alarm.quiet
        .filter((one) => one.kind !== "flapping")
        .map((one) => (
          <QuietLine key={`${one.kind}/${one.by}`} one={one} county={county} now={now} />
        ))}
    </div>
  );
}

function QuietLine({ one, county, now }: { one: QuietView; county: County; now: number }) {
  const { move } = useDesk();
  const source = one.by ? county.alarms.get(one.by) : undefined;
  return (
    <p className="note f" data-testid="quiet-line">
      <span className="tag ln">{quietName(one.kind)}</span>
      <span className="g">
        {source
          ? i18n.t("{place} 已在报警，这一条不另响。", { place: stationName(county, source) })
          : i18n.t("这一条现在不响，照常判、照常列着。")}{" "}
        {one.until ? i18n.t("到 {time}", { time: stamp(one.until, now) }) : ""}
      </span>
      {source ? (
        <button
          type="button"
          className="btn sm"
          onClick={() => move({ to: "open", alarm: source.key, station: source.station })}
        >
          {i18n.t("看源头")}
        </button>
      ) : (
        <button
          type="button"
          className="btn sm"
          onClick={() => move({ to: "ledger", entry: one.by })}
        >
          {i18n.t("看台账")}
        </button>
      )}
    </p>
  );
}

export function Numbers({ alarm, county, now }: { alarm: AlarmView; county: County; now: number }) {
  const { fixed, now: latest } = seriesOf(county, alarm);
  const since = latest?.received ? age(now - Date.parse(latest.received)) : "";
  const words = latest ? freshnessWords(latest.freshness, since) : null;
  const judged =
    fixed?.thresholds.some((line) => line.rule === alarm.rule && !line.on_value) ?? false;
  const next = [...alarm.clocks].sort((a, b) => a.due.localeCompare(b.due))[0];
  return (
    <dl className="facts">
      {next ? (
        <div data-testid="next-clock">
          <dt>{next.rises ? i18n.t("还在线上就升为") : i18n.t("不再回升就结束")}</dt>
          <dd>
            <Due at={next.due} now={now} />
            <small>{levelName(next.level)}</small>
          </dd>
        </div>
      ) : null}
      <div>
        <dt>{i18n.t("现在")}</dt>
        <dd className={words ? "stale" : ""}>
          {value(latest?.value, fixed?.unit)}
          <small>{words ?? i18n.t("{age}前", { age: since })}</small>
        </dd>
      </div>
      {judged ? (
        <div>
          <dt>{i18n.t("判定值，{title}", { title: say(alarm.title) })}</dt>
          <dd>
            {value(alarm.value, fixed?.unit)}
            <small>{stamp(alarm.changed, now)}</small>
          </dd>
        </div>
      ) : null}
      <div>
        <dt>{i18n.t("本次最高")}</dt>
        <dd>
          {value(alarm.peak, fixed?.unit)}
          <small>{alarm.peak_at ? stamp(alarm.peak_at, now) : ""}</small>
        </dd>
      </div>
      <div>
        <dt>{i18n.t("起于")}</dt>
        <dd>
          {stamp(alarm.raised, now)}
          <small>{i18n.t("已 {age}", { age: age(now - Date.parse(alarm.raised)) })}</small>
        </dd>
      </div>
      <div>
        <dt>{i18n.t("最近变化")}</dt>
        <dd>
          {stamp(alarm.changed, now)}
          <small>{i18n.t("{age}前", { age: age(now - Date.parse(alarm.changed)) })}</small>
        </dd>
      </div>
    </dl>
  );
}
