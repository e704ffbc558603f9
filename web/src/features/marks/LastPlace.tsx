// Where somebody was last, how long ago and how sure, with the way to it on the map.
import { useEffect } from "react";
import { wantTexts } from "../../actions/read";
import { age } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { fadedAfter, fixOf, type Trace } from "../../state/positions";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { useDesk } from "../desk/desk";
import { lonLat, placeName, sure } from "./positionWords";

interface LastPlaceProps {
  county: County;
  person: string;
  trace: Trace | null;
  now: number;
  /** Where it stands for a call for help, the place of the call. */
  help?: boolean;
}

export function LastPlace({ county, person, trace, now, help = false }: LastPlaceProps) {
  const { move } = useDesk();
  const seal = trace?.seal ?? null;
  const text = useApp((state) => (seal ? state.texts.get(seal) : undefined));
  useEffect(() => wantTexts([seal]), [seal]);
  if (!trace)
    return (
      <p className="s i2" data-testid="last-place">
        {help ? i18n.t("要帮助时没有附上位置。") : i18n.t("没有报过位置。")}
      </p>
    );
  const fix = fixOf(text);
  const ago = age(now - trace.at);
  const place = fix ? placeName(county, fix) + sure(fix) : i18n.t("正在取…");
  const old = fadedAfter(now - trace.at) === "stale";
  return (
    <p className="lastplace" data-testid="last-place" data-old={old}>
      <span title={fix ? lonLat(fix) : ""}>
        {help
          ? i18n.t("{ago}前在这里要帮助：{place}", { ago, place })
          : i18n.t("最后位置 {ago}前，在{place}", { ago, place })}
        {old ? <span className="i2"> {i18n.t("可能已经走开")}</span> : null}
      </span>
      {fix ? (
        <Button
          small
          onPress={() => move({ to: "spot", lon: fix.lon, lat: fix.lat, person })}
          testId="show-place"
        >
          {i18n.t("在地图上看")}
        </Button>
      ) : null}
    </p>
  );
}
