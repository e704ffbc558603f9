// By which channels a person was called about their task, what came of each, and which is next.
import { hms } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { channelName, pageStageName } from "../../i18n/words";
import type { TaskView } from "../../wire/view";
import { Due } from "./Due";

export function TaskCalls({ task, now }: { task: TaskView; now: number }) {
  const calls = task.calls ?? [];
  const next = task.next_call;
  if (calls.length === 0 && !next) return null;
  return (
    <div data-testid="task-calls">
      {calls.map((call) => (
        <p key={call.page} className="s" data-channel={call.channel}>
          <span className="t">{hms(call.sent ?? call.decided)}</span> {channelName(call.channel)}{" "}
          <span className="i2">{pageStageName(call.stage)}</span>
        </p>
      ))}
      {next ? (
        <p className="s i2">
          {i18n.t("还没有回音就再用{how}叫", { how: channelName(next.channel) })}{" "}
          <Due at={next.at} now={now} />
        </p>
      ) : null}
    </div>
  );
}

/** The newest call in a word, while nobody has heard the person. */
export function lastCall(task: TaskView): string | null {
  const newest = task.calls?.at(-1);
  if (!newest || task.heard !== null) return null;
  return `${channelName(newest.channel)} ${pageStageName(newest.stage)}`;
}
