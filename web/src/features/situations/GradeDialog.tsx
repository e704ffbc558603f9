// Another level for a situation opened by hand, and what the press does to its acknowledgement.
import { useState } from "react";
import { gradeSituation } from "../../actions/incidents";
import { i18n } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { Level, ManualView, SituationView } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { Mark } from "../marks/Mark";
import { situationName } from "./situationWords";

const LEVELS: Level[] = [4, 3, 2, 1];

interface GradeDialogProps {
  one: SituationView;
  manual: ManualView;
  onClose: () => void;
}

export function GradeDialog({ one, manual, onClose }: GradeDialogProps) {
  const [level, setLevel] = useState<Level>(manual.level);
  const { keep, unkept } = useKeep();
  return (
    <Dialog
      title={i18n.t("改级别：{name}", { name: situationName(one) })}
      onClose={onClose}
      testId="grade-dialog"
    >
      <div className="chips">
        {LEVELS.map((each) => (
          <Chip
            key={each}
            on={each === level}
            onPress={() => setLevel(each)}
            testId={`grade-${each}`}
          >
            <Mark level={each} size={14} />
            {levelName(each)}
          </Chip>
        ))}
      </div>
      <p>
        {level > manual.level
          ? i18n.t("升级要重新确认，会再响一次。")
          : level < manual.level
            ? i18n.t("降级保留已有的确认，不另响。")
            : i18n.t("现在是{level}。", { level: levelName(manual.level) })}
      </p>
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={level === manual.level}
          onPress={() => keep(() => gradeSituation(one.id, level), onClose)}
          testId="grade-confirm"
        >
          {level === manual.level
            ? i18n.t("改级别")
            : i18n.t("改为{level}", { level: levelName(level) })}
        </Button>
        <Button onPress={onClose}>{i18n.t("不改")}</Button>
      </div>
    </Dialog>
  );
}
