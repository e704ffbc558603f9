// The map pack of this phone: what is kept, made anew every few minutes while the county is heard.
import { useEffect, useState } from "react";
import { ownPack, refreshPack } from "../../actions/ground";
import type { MapPack } from "../../state/mapPack";
import { useApp } from "../../state/store";

/** Readings of a map are no news after this, ms. */
const EVERY_MS = 10 * 60_000;

export function useMapPack(): MapPack | null {
  const [pack, setPack] = useState<MapPack | null>(null);
  const live = useApp((state) => state.connection.phase === "live" && !state.shelved);
  useEffect(() => {
    void ownPack().then((kept) => setPack((before) => before ?? kept));
  }, []);
  useEffect(() => {
    if (!live) return;
    // What cannot be made or kept leaves the one before, with its age.
    const renew = () => void refreshPack().then(setPack, () => {});
    renew();
    const timer = setInterval(renew, EVERY_MS);
    return () => clearInterval(timer);
  }, [live]);
  return pack;
}
