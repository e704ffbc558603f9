// How much room this phone has left for presses and pictures; silent while there is plenty. Browsers that do
// not tell are believed as soon as something found no room.
import { useEffect, useState } from "react";
import { i18n } from "../../i18n/i18n";
import { useApp } from "../../state/store";
import { bytes } from "./photoWords";

/** Below this a few pictures more will not fit, bytes. */
const SCARCE = 60_000_000;
const LOOK_MS = 5_000;

export function Room() {
  const cramped = useApp((state) => state.cramped);
  const [left, setLeft] = useState<number | null>(null);
  useEffect(() => {
    const look = async () => {
      const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
      if (quota !== undefined && usage !== undefined) setLeft(Math.max(0, quota - usage));
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const scarce = left !== null && left <= SCARCE;
  if (!scarce && !cramped) return null;
  return (
    <p className="bad" role="status" data-testid="room-scarce">
      {scarce
        ? i18n.t("手机给这里的地方只剩 {left}，照片可能存不下。请腾出空间。", { left: bytes(left) })
        : i18n.t("手机快满了，刚才有东西存不下。请腾出空间。")}
    </p>
  );
}
