// Gaps in every roster ahead, soonest first: each with the press that fills it.
import { limit } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { gapsAhead } from "../../state/duty";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty, Panel } from "../../ui/Panel";
import type { PostView } from "../../wire/view";
import { names, postName, shiftSpan } from "./dutyWords";

interface AheadPanelProps {
  posts: PostView[];
  county: County;
  now: number;
  onChoose: (post: string) => void;
}

export function AheadPanel({ posts, county, now, onChoose }: AheadPanelProps) {
  const gaps = gapsAhead(posts, now);
  const allowed = useApp(mayAct);
  return (
    <Panel title={i18n.t("往后的空缺")} count={gaps.length} className="g" testId="gaps">
      {gaps.length === 0 ? (
        <Empty title={i18n.t("往后几天每一班都有人。")}>
          {i18n.t("选一个岗位，看后面几班、换班或请人顶班。")}
        </Empty>
      ) : (
        <div className="pb">
          {gaps.map((gap) => (
            <div key={`${gap.post}${gap.from}`} className="decline" data-testid="gap-row">
              <span className="col g">
                <b className="el">{postName(county, gap.post)}</b>
                <span className="s i2">
                  {shiftSpan(gap.from, gap.until, now)} ·{" "}
                  {limit(Date.parse(gap.until) - Date.parse(gap.from))}
                </span>
                <span className="s i3">
                  {i18n.t("要 {least} 人，现有：{names}", {
                    least: gap.least,
                    names: names(county, gap.people),
                  })}
                </span>
              </span>
              <Button
                small
                disabled={!allowed}
                onPress={() => onChoose(gap.post)}
                testId="fill-gap"
              >
                {i18n.t("排人…")}
              </Button>
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}
