import { i18n } from "../../i18n/i18n";
import { isResponse, PHOTOS_NEEDED, photosOf } from "../../state/incidents";
import type { County } from "../../state/world";
import type { IncidentView } from "../../wire/view";

interface PhotoTallyProps {
  county: County;
  incident: IncidentView;
  /** Pictures about to be added. */
  more?: number;
}

/** How many of the pictures are there that a report on a response-level event needs. */
export function PhotoTally({ county, incident, more = 0 }: PhotoTallyProps) {
  if (!isResponse(county, incident)) return null;
  const n = photosOf(incident).length + more;
  const left = PHOTOS_NEEDED - n;
  return (
    <span className={`s nw${left > 0 ? " tag inv" : " i2"}`} data-testid="photo-tally">
      {left > 0
        ? i18n.t("响应级：照片 {n} / {all}，还差 {left}", { n, all: PHOTOS_NEEDED, left })
        : i18n.t("响应级：照片 {n} / {all}", { n, all: PHOTOS_NEEDED })}
    </span>
  );
}
