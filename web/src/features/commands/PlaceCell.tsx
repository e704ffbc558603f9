import { age } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { fadedAfter, lastTrace } from "../../state/positions";
import type { TaskView } from "../../wire/view";

/** How old a person's last place is; where it is stands beside the rows and on the map. */
export function PlaceCell({ task, now }: { task: TaskView; now: number }) {
  const trace = lastTrace(task);
  if (!trace) return <span className="r i3 c-place">—</span>;
  const ago = now - trace.at;
  return (
    <span
      className={`r c-place${fadedAfter(ago) === "stale" ? " i3" : ""}`}
      title={i18n.t("最后位置 {age}前", { age: age(ago) })}
    >
      {age(ago)}
    </span>
  );
}
