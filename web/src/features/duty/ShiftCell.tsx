// The status line's word on who runs the room, and until when; nobody there is our own fault: inverted.
import { hm } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { lingering, roomOf, shiftNow } from "../../state/duty";
import type { County } from "../../state/world";
import { useDesk } from "../desk/desk";
import { names } from "./dutyWords";

export function ShiftCell({ county, now }: { county: County; now: number }) {
  const { move } = useDesk();
  const room = roomOf([...county.posts.values()]);
  if (!room) return null;
  const shift = shiftNow(room, now);
  const late = lingering(room, now).length > 0;
  const empty = room.now.length === 0;
  return (
    <button
      type="button"
      className={`st-shift s${empty || late ? " inv" : " i2"}`}
      onClick={() => move({ to: "duty", tab: late ? "handover" : "now" })}
      title={say(room.title)}
      data-testid="shift-cell"
    >
      <span className="vh">{say(room.title)}</span>
      <b>{names(county, room.now)}</b>{" "}
      {late ? i18n.t("还没交接") : shift ? i18n.t("到 {time}", { time: hm(shift.until) }) : null}
    </button>
  );
}
