// Over which time a trial runs: what the time bar shows, the last hours or days, or from one instant to
// another.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import type { Draft } from "../../state/backtest";
import type { Span } from "../../state/timebar";
import { Chip } from "../../ui/Button";
import { Instant } from "../clock/Typed";
import { setDraft } from "./useTrial";

const HOURS = [6, 24, 72, 168];

interface TrialTimeProps {
  draft: Draft;
  /** What the draft means now. */
  span: Span;
  now: number;
}

export function TrialTime({ draft, span, now }: TrialTimeProps) {
  const own = draft.when === "own";
  const name = (hours: number) =>
    hours < 48 ? i18n.t("{n} 小时", { n: hours }) : i18n.t("{n} 天", { n: hours / 24 });
  return (
    <fieldset className="plainset">
      <legend className="lab">{i18n.t("哪一段时间")}</legend>
      <div className="chips">
        <Chip
          on={draft.when === "bar"}
          onPress={() => setDraft({ when: "bar" })}
          testId="trial-bar"
        >
          {i18n.t("时间条上的这段")}
        </Chip>
        {HOURS.map((hours) => (
          <Chip
            key={hours}
            on={draft.when === hours}
            onPress={() => setDraft({ when: hours })}
            testId={`trial-hours-${hours}`}
          >
            {i18n.t("最近 {words}", { words: name(hours) })}
          </Chip>
        ))}
        <Chip on={own} onPress={() => setDraft({ ...span, when: "own" })} testId="trial-own">
          {i18n.t("自己定")}
        </Chip>
      </div>
      {own ? (
        <div className="pairs">
          <Instant
            label={i18n.t("从")}
            at={draft.from}
            onChange={(from) => setDraft({ from })}
            testId="trial-from"
          />
          <Instant
            label={i18n.t("到")}
            at={draft.to}
            onChange={(to) => setDraft({ to })}
            testId="trial-to"
          />
        </div>
      ) : (
        <p className="s i2" data-testid="trial-span">
          {stamp(span.from, now)} – {stamp(span.to, now)}
        </p>
      )}
      {own && draft.from >= draft.to ? (
        <p className="s" role="status">
          <b>{i18n.t("结束要晚于开始。")}</b>
        </p>
      ) : null}
    </fieldset>
  );
}
