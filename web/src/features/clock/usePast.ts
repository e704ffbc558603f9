// Which time the screen shows, for the few parts that cannot be given that time: what is asked for beside the feed is
// known as of now alone. Everything that comes by the feed is of the time shown, and asks nothing.
import { isPast } from "../../state/select";
import { useApp } from "../../state/store";

/** Whether a moment of the past is shown, or is being gone to. */
export function usePast(): boolean {
  return useApp(isPast);
}
