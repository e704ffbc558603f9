// More situations and commands for an incident that is open.
import { gather } from "../../actions/incidents";
import { i18n } from "../../i18n/i18n";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { IncidentView } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { PartsPicker } from "./PartsPicker";
import { useParts } from "./useParts";

interface GatherDialogProps {
  county: County;
  incident: IncidentView;
  name: string;
  onClose: () => void;
}

export function GatherDialog({ county, incident, name, onClose }: GatherDialogProps) {
  const choice = useParts(county, incident);
  const { keep, unkept } = useKeep();
  const nothing = choice.situations.length + choice.commands.length === 0;
  return (
    <Dialog title={i18n.t("归入：{name}", { name })} onClose={onClose} testId="gather-dialog">
      {nothing ? (
        <p className="i2">{i18n.t("开着的态势和指令都已经归进来了。")}</p>
      ) : (
        <PartsPicker county={county} choice={choice} />
      )}
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={choice.count === 0}
          onPress={() => {
            const { situations, commands } = choice.chosen;
            keep(() => gather(incident.id, situations, commands), onClose);
          }}
          testId="gather-confirm"
        >
          {i18n.t("归入 {n} 项", { n: choice.count })}
        </Button>
        <Button onPress={onClose}>{i18n.t("返回")}</Button>
      </div>
    </Dialog>
  );
}
