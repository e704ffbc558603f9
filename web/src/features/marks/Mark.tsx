// A level mark: fill = level, ring = acknowledgement, fade = freshness, hollow = returned.

import { isUnacked, shownLevel } from "../../state/select";
import { MARK_PATHS } from "../../state/shapes";
import type { AlarmView, Freshness, Level } from "../../wire/view";

export type Ring = "un" | "ack" | "conf" | "none";

export function ringOf(alarm: AlarmView): Ring {
  if (isUnacked(alarm)) return "un";
  return alarm.ack?.lease_until ? "conf" : "ack";
}

interface MarkProps {
  level: Level;
  ring?: Ring;
  freshness?: Freshness;
  returned?: boolean;
  truth?: "doubtful" | "true" | "false" | null;
  /** Kept quiet: hatched instead of stroked. */
  quiet?: boolean;
  size?: number;
}

/** The hatch of what is kept quiet; once per page. */
export function HatchInk() {
  return (
    <svg width="0" height="0" style={{ position: "absolute" }} aria-hidden="true">
      <defs>
        <pattern
          id="hatch"
          width="3"
          height="3"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path d="M0 0v3" className="hatchline" />
        </pattern>
      </defs>
    </svg>
  );
}

const TRUTH = {
  doubtful: "M14.4 14.2c0-2.6 3.4-2.4 3.4-.5 0 1.3-1.7 1.1-1.7 2.6M16.1 17.6v1.2",
  true: "M13.8 16l1.7 1.8 2.9-3.6",
  false: "M14.4 14.2l3.4 3.6M17.8 14.2l-3.4 3.6",
} as const;

/** Decoration beside words that say the same; hidden from readers of the screen. */
export function Mark(props: MarkProps) {
  const { level, ring = "none", freshness, returned, truth, quiet, size = 28 } = props;
  const paths = MARK_PATHS[level];
  const fade =
    freshness === "late"
      ? "late"
      : freshness === "stale"
        ? "stale_"
        : freshness === "dead"
          ? "dead"
          : "";
  const bare = ring === "none" && !truth;
  return (
    <svg
      className={`mk L${level} ${ring} ${fade} ${returned ? "rtn" : ""}`}
      width={size}
      height={size}
      viewBox={bare ? "-1.5 -1.5 19 19" : "-6 -6.5 28 28"}
      aria-hidden="true"
    >
      {ring === "none" ? null : <path className="rg" d={paths.ring} />}
      <path className="sh" d={paths.shape} />
      {quiet ? (
        <path className="ha" d={paths.shape} />
      ) : (
        <path className="nu" d={paths.strokes} style={{ strokeWidth: paths.strokeWidth }} />
      )}
      {truth ? (
        <>
          <circle className="td" cx="16.1" cy="16" r="4.6" />
          <path className="tg" d={TRUTH[truth]} />
        </>
      ) : null}
    </svg>
  );
}

export function AlarmMark({ alarm, size = 28 }: { alarm: AlarmView; size?: number }) {
  const truth =
    alarm.truth === "true"
      ? "true"
      : alarm.truth === "false"
        ? "false"
        : alarm.doubtful
          ? "doubtful"
          : null;
  return (
    <Mark
      level={shownLevel(alarm)}
      ring={ringOf(alarm)}
      freshness={alarm.sight_lost || alarm.process === "unknown" ? "stale" : "fresh"}
      returned={alarm.process === "returned"}
      truth={truth}
      quiet={alarm.quiet.length > 0}
      size={size}
    />
  );
}

/** Counts in the order red, orange, yellow, blue; zeros hollow, so position reads without colour. */
export function Counts({ counts }: { counts: readonly [number, number, number, number] }) {
  const levels: Level[] = [4, 3, 2, 1];
  return (
    <span className="cs s">
      {levels.map((level, place) => (
        <span key={level} className={counts[place] ? "" : "z"}>
          <svg
            className={`mk L${level}`}
            width="11"
            height="11"
            viewBox="-1.5 -1.5 19 19"
            aria-hidden="true"
          >
            <path className="sh" d={MARK_PATHS[level].shape} />
          </svg>
          {counts[place]}
        </span>
      ))}
    </span>
  );
}
