// Why people are wanted, each with its number: one press leaves only those.
import { i18n } from "../../i18n/i18n";
import { ORDER, type Want } from "../../state/obligations";
import { Chip } from "../../ui/Button";
import { wantName } from "./wantName";

interface WantChipsProps {
  /** What each row wants; null for one that goes its way. */
  wants: readonly (Want | null)[];
  only: Want | null;
  onOnly: (only: Want | null) => void;
}

export function WantChips({ wants, only, onOnly }: WantChipsProps) {
  const counts = new Map<Want | null, number>();
  for (const want of wants) counts.set(want, (counts.get(want) ?? 0) + 1);
  return (
    <>
      <Chip on={only === null} onPress={() => onOnly(null)} testId="want-all">
        {i18n.t("全部 {n}", { n: wants.length })}
      </Chip>
      {ORDER.filter((want) => counts.has(want) || want === only).map((want) => (
        <Chip
          key={want}
          on={only === want}
          onPress={() => onOnly(only === want ? null : want)}
          testId={`want-${want}`}
        >
          {wantName(want)} {counts.get(want) ?? 0}
        </Chip>
      ))}
    </>
  );
}
