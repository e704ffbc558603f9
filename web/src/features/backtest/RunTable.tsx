// Runs that went otherwise in B: when somebody took over, or nobody did, and which steps were empty.
import { hm } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { newGaps, runsThatDiffer } from "../../state/calltrial";
import type { County } from "../../state/world";
import type { CallReport, RunOutcome } from "../../wire/backtest";
import { aboutWords, callMovementName, endWords } from "./callWords";

const SHOWN = 100;

export function RunTable({ county, report }: { county: County; report: CallReport }) {
  const runs = runsThatDiffer(report);
  const gaps = newGaps(report);
  const empty = (run: RunOutcome | null) =>
    (run?.empty ?? [])
      .map((one) => i18n.t("第 {step} 步 {time}", { step: one.step, time: hm(one.at) }))
      .join(i18n.t("、"));
  return (
    <>
      {runs.length > 0 ? (
        <>
          <div className="pt">
            <h2>{i18n.t("结果不一样的叫应")}</h2>
            <span className="i2">{runs.length}</span>
          </div>
          <section
            className="widetable"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard
            tabIndex={0}
            aria-label={i18n.t("结果不一样的叫应")}
          >
            <table data-testid="trial-runs">
              <thead>
                <tr>
                  <th style={{ width: 64 }} />
                  <th>{i18n.t("为什么叫")}</th>
                  <th>A</th>
                  <th>B</th>
                  <th>{i18n.t("B 的空步骤")}</th>
                </tr>
              </thead>
              <tbody>
                {runs.slice(0, SHOWN).map((run, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the list does not change
                  <tr key={place} data-testid="run-pair">
                    <td>{callMovementName(run.movement)}</td>
                    <td>
                      {aboutWords(run.about, report)}{" "}
                      <span className="i3">{say(run.title) || run.policy}</span>
                    </td>
                    <td>{endWords(run.a)}</td>
                    <td>{endWords(run.b)}</td>
                    <td>{empty(run.b) || "—"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      ) : null}
      {gaps.length > 0 ? (
        <>
          <div className="pt">
            <h2>{i18n.t("B 的班表新有的缺口")}</h2>
            <span className="i2">{gaps.length}</span>
          </div>
          {gaps.slice(0, SHOWN).map((gap) => (
            <p className="line" key={`${gap.post}/${gap.from}`} data-testid="trial-gap">
              {i18n.t("{post}：{from} 到 {until}，要 {least} 人，只有 {there} 人 {names}", {
                post: say(county.posts.get(gap.post)?.title) || gap.post,
                from: hm(gap.from),
                until: hm(gap.until),
                least: gap.least,
                there: gap.people.length,
                names: gap.people
                  .map((id) => personName(county.people.get(id), id))
                  .join(i18n.t("、")),
              })}
            </p>
          ))}
        </>
      ) : null}
    </>
  );
}
