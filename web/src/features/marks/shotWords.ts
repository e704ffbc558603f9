// From where the place and the time of a picture are, said plainly: on the phone and at the desk.
import { hm } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import type { ShotPlace } from "../../wire/view";

/** Where the place of a picture is from, said plainly. */
export function placeWords(place: ShotPlace): string {
  switch (place) {
    case "picture":
      return i18n.t("照片自带地点");
    case "phone":
      return i18n.t("照片没有地点，用手机的");
    case "none":
      return i18n.t("没有地点");
  }
}

/** When a picture was taken, as it says itself. */
export function takenWords(taken: number | string | null | undefined): string {
  return taken === null || taken === undefined
    ? i18n.t("没有拍摄时间")
    : i18n.t("拍于 {time}", { time: hm(taken) });
}
