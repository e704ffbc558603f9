// People with open tasks as the map shows them: whoever needs help always, the others unless they are put away.
import { useEffect, useMemo, useState } from "react";
import { wantTexts } from "../../actions/read";
import { useLocale } from "../../i18n/i18n";
import { type Point, peoplePoints } from "../../map/features";
import { type Out, peopleOut } from "../../state/positions";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { useMinute } from "../clock/useNow";

export interface People {
  list: readonly Out[];
  points: Point[];
  shown: boolean;
  show: (shown: boolean) => void;
}

export function usePeople(county: County): People {
  const minute = useMinute();
  const locale = useLocale();
  const texts = useApp((state) => state.texts);
  const [shown, show] = useState(true);
  const list = peopleOut(county.commands);
  useEffect(() => {
    wantTexts(list.filter((one) => shown || one.help).map((one) => one.trace?.seal ?? null));
  }, [list, shown]);
  const { commands, situations, people } = county;
  // Readings come every second and move nobody.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what moves or names somebody
  const points = useMemo(() => {
    const all = peoplePoints(county, texts, minute);
    return shown ? all : all.filter((point) => point.properties.help === 1);
  }, [commands, situations, people, texts, minute, locale, shown]);
  return { list, points, shown, show };
}
