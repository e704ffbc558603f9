// How far one person's order has come: issued, delivered, seen, answered. No hue: silence is no hazard.
import { pips } from "../../state/obligations";
import type { TaskView } from "../../wire/view";

export function Pips({ task }: { task: TaskView }) {
  const { filled, end } = pips(task);
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
