// Whether what is reported here says where it was reported, and the press that changes it.
import { useEffect } from "react";
import { letPosition, ownPosition, watchPosition } from "../../actions/position";
import { i18n } from "../../i18n/i18n";
import { useApp, type Where } from "../../state/store";
import { useMono } from "../clock/useNow";

export function PositionLine() {
  const where = useApp((state) => state.where);
  useEffect(() => (where.goes ? watchPosition() : undefined), [where.goes]);
  // A fix grows old by itself.
  useMono();
  return (
    <div className="posline" data-testid="position-line" data-on={where.goes}>
      <span className="g">{positionWords(where)}</span>
      {where.goes && where.trouble ? null : (
        <button
          type="button"
          onClick={() => letPosition(!where.goes)}
          data-testid="position-switch"
        >
          {where.goes ? i18n.t("不附") : i18n.t("附上")}
        </button>
      )}
    </div>
  );
}

function positionWords({ goes, trouble }: Where): string {
  if (!goes) return i18n.t("报告不附位置");
  if (trouble === "denied") return i18n.t("手机不让用位置，报告不附位置");
  if (trouble === "unable") return i18n.t("这里用不了位置，报告不附位置");
  const here = ownPosition();
  if (!here) return i18n.t("报告附上位置：还在找");
  const { accuracy_m: metres = null } = here;
  return metres === null
    ? i18n.t("报告附上位置")
    : i18n.t("报告附上位置：±{n} m", { n: Math.round(metres) });
}
