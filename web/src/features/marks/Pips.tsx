// How far one person's order or call has come, in four steps. No hue: silence is no hazard.
import { type Pipped, pips } from "../../state/obligations";
import type { TaskView } from "../../wire/view";

/** An order: issued, delivered, seen, answered. */
export function Pips({ task }: { task: TaskView }) {
  return <PipMarks {...pips(task)} />;
}

export function PipMarks({ filled, end }: Pipped) {
  return (
    <span className="pip" aria-hidden="true">
      {[0, 1, 2, 3].map((place) => {
        if (place === 3 && end === "refused") return <b key={place}>×</b>;
        if (place >= filled && end === "silent") return <i key={place} className="bar" />;
        return <i key={place} className={place < filled ? "on" : ""} />;
      })}
    </span>
  );
}
