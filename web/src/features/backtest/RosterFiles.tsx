// Rosters and policies to be tried, and what is assumed of people in between.
import { i18n } from "../../i18n/i18n";
import type { Draft } from "../../state/backtest";
import { RuleFiles } from "./RuleFiles";
import { type Review, setDraft } from "./useTrial";

interface RosterFilesProps {
  draft: Draft;
  review: Review;
  county: string;
  /** How many numbers and files of rules are other too. */
  rules: number;
}

export function RosterFiles({ draft, review, county, rules }: RosterFilesProps) {
  return (
    <>
      <RuleFiles key="rosters" draft={draft} review={review} what="rosters" county={county} />
      <label className="f">
        <input
          type="checkbox"
          checked={draft.together}
          onChange={(event) => setDraft({ together: event.target.checked })}
          data-testid="trial-together"
        />
        {i18n.t("连同改过的规则一起试（{n} 处）", { n: rules })}
      </label>
      <p className="s i2" data-testid="trial-assumed">
        {i18n.t(
          "两遍用同一份记录：读数、按键、回执都在原来的时刻。原来没叫过的人会不会接，没人知道，按没有回音往下叫。",
        )}
      </p>
    </>
  );
}
