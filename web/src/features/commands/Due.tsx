// A deadline counted down on the engine's clock; once past it counts up, inverted: ours to answer for.
import { span } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";

export function Due({ at, now }: { at: string | number; now: number }) {
  const left = (typeof at === "number" ? at : Date.parse(at)) - now;
  if (left >= 0) return <span className="due">{span(left)}</span>;
  return (
    <span className="due past">
      <span className="vh">{i18n.t("已过")}</span>+{span(-left)}
    </span>
  );
}
