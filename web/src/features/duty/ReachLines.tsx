// Above the list of people: where a channel reaches nobody, and when each planned test comes.
import { age, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { channelName } from "../../i18n/words";
import { splitLost } from "../../state/contacts";
import type { County } from "../../state/world";
import type { LostReach, PersonContacts, PlanView, ReachView } from "../../wire/view";
import { areaName } from "../stations/townships";
import { names } from "./dutyWords";

/** How a planned test is chosen beside people. */
export const planKey = (id: string) => `plan:${id}`;

/** So many names fit in a line. */
const NAMES = 6;

interface ReachLinesProps {
  reach: ReachView;
  /** Everybody who can be called. */
  all: readonly PersonContacts[];
  county: County;
  now: number;
  chosen: string | null;
  onChoose: (key: string) => void;
}

export function ReachLines({ reach, all, county, now, chosen, onChoose }: ReachLinesProps) {
  return (
    <div className="reach">
      {reach.lost.map((lost) => (
        <LostLine
          key={`${lost.channel}/${lost.township}`}
          lost={lost}
          all={all}
          county={county}
          now={now}
        />
      ))}
      {reach.plans.map((plan) => (
        <PlanLine
          key={plan.id}
          plan={plan}
          now={now}
          on={chosen === planKey(plan.id)}
          onPress={() => onChoose(planKey(plan.id))}
        />
      ))}
    </div>
  );
}

interface LostLineProps {
  lost: LostReach;
  all: readonly PersonContacts[];
  county: County;
  now: number;
}

function LostLine({ lost, all, county, now }: LostLineProps) {
  const { reached, unreached } = splitLost(lost, all);
  const some = (people: readonly string[]) => {
    const list = names(county, people.slice(0, NAMES));
    return people.length > NAMES ? i18n.t("{list} 等", { list }) : list;
  };
  return (
    <p data-testid="lost-reach">
      <span className="tag inv">
        {i18n.t("{place} {channel}全部不通", {
          place: areaName(county, "township", lost.township),
          channel: channelName(lost.channel),
        })}
      </span>{" "}
      {i18n.t("已 {age}。", { age: age(now - Date.parse(lost.since)) })}{" "}
      {unreached.length > 0 ? (
        <b>
          {i18n.t("还没叫到 {n} 人：{names}。", { n: unreached.length, names: some(unreached) })}
        </b>
      ) : null}{" "}
      {reached.length > 0
        ? i18n.t("别的通道叫到 {n} 人：{names}。", { n: reached.length, names: some(reached) })
        : null}{" "}
      <span className="i3">{i18n.t("那里来一个回执就恢复。")}</span>
    </p>
  );
}

interface PlanLineProps {
  plan: PlanView;
  now: number;
  on: boolean;
  onPress: () => void;
}

function PlanLine({ plan, now, on, onPress }: PlanLineProps) {
  return (
    <button
      type="button"
      className={on ? "sel" : ""}
      aria-pressed={on}
      onClick={onPress}
      data-testid="plan-line"
    >
      <b>{say(plan.title)}</b>
      <span>{i18n.t("下次 {when}", { when: stamp(plan.next, now) })}</span>
      {plan.put_off ? <span className="tag">{i18n.t("已顺延")}</span> : null}
      <span className="i2">{lastWords(plan, now)}</span>
    </button>
  );
}

/** What the last test came to, in a few words. */
export function lastWords({ last }: PlanView, now: number): string {
  if (last === null) return i18n.t("还没有测过");
  const words = {
    when: stamp(last.at, now),
    people: last.people,
    answered: last.answered,
    silent: last.silent.length,
  };
  if (!last.over) return i18n.t("{when} 起正在测：{people} 人，{answered} 人已应答", words);
  return last.silent.length === 0
    ? i18n.t("上次 {when}：{people} 人全部应答", words)
    : i18n.t("上次 {when}：{people} 人，{silent} 人没有应答", words);
}
