// Whether the desk is told where this phone is, and the press that changes it.
import { letPosition, ownPosition } from "../../actions/position";
import { i18n } from "../../i18n/i18n";
import { useApp, type Where } from "../../state/store";
import { useMono } from "../clock/useNow";

/** `open` while it is about a task that is not over. */
export function PositionLine({ open }: { open: boolean }) {
  const where = useApp((state) => state.where);
  // A fix grows old by itself.
  useMono();
  return (
    <div className="posline" data-testid="position-line" data-on={where.goes}>
      <span className="g">{positionWords(where, open)}</span>
      {where.goes && where.trouble ? null : (
        <button
          type="button"
          onClick={() => letPosition(!where.goes)}
          data-testid="position-switch"
        >
          {where.goes ? i18n.t("不让看") : i18n.t("让看")}
        </button>
      )}
    </div>
  );
}

function positionWords({ goes, trouble }: Where, open: boolean): string {
  if (!goes) return i18n.t("值班台看不到你在哪");
  if (trouble === "denied") return i18n.t("手机不让用位置，值班台看不到你在哪");
  if (trouble === "unable") return i18n.t("这里用不了位置，值班台看不到你在哪");
  if (!open) return i18n.t("任务已完，不再告诉值班台你在哪");
  const here = ownPosition();
  if (!here) return i18n.t("任务中值班台看得到你在哪：还在找");
  const { accuracy_m: metres = null } = here;
  return metres === null
    ? i18n.t("任务中值班台看得到你在哪")
    : i18n.t("任务中值班台看得到你在哪：±{n} m", { n: Math.round(metres) });
}
