// Said over whatever cannot be asked for as of a moment: it shows what is now, while all around it is the past.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { useMinute } from "../clock/useNow";
import { usePast } from "../clock/usePast";

export function AsNow() {
  const past = usePast();
  const at = useMinute();
  if (!past) return null;
  return (
    <p className="asnow" role="note" data-testid="as-now">
      <b>{i18n.t("这里是现在的，不是 {time} 那时的。", { time: stamp(at, at) })}</b>
    </p>
  );
}
