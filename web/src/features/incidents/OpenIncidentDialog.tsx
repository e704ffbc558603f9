// A new incident: its name, its class, which says what has to be reported, and what it gathers.
import { useState } from "react";
import { openIncident } from "../../actions/incidents";
import { i18n, say } from "../../i18n/i18n";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { useKeep } from "../keep/useKeep";
import { PartsPicker } from "./PartsPicker";
import { useParts } from "./useParts";

export function OpenIncidentDialog({ county, onClose }: { county: County; onClose: () => void }) {
  const [title, setTitle] = useState("");
  const { keep, unkept } = useKeep();
  const [kind, setKind] = useState(county.eventClasses[0]?.id ?? "");
  const choice = useParts(county, null);
  const clocks = county.eventClasses.find((one) => one.id === kind)?.clocks ?? [];
  return (
    <Dialog title={i18n.t("开事件")} onClose={onClose} testId="open-incident-dialog">
      <label>
        <span className="lab">{i18n.t("名称（要写）")}</span>
        <input
          className="in"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          data-testid="incident-title"
        />
      </label>
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("类别，决定要报什么")}</legend>
        <div className="chips">
          {county.eventClasses.map((one) => (
            <Chip key={one.id} on={one.id === kind} onPress={() => setKind(one.id)}>
              {say(one.title)}
            </Chip>
          ))}
          <Chip on={kind === ""} onPress={() => setKind("")}>
            {i18n.t("不用上报")}
          </Chip>
        </div>
        <p className="s i2">
          {clocks
            .map((clock) =>
              i18n.t("{title} {n} 分钟", {
                title: say(clock.title),
                n: Math.round(clock.within_ms / 60_000),
              }),
            )
            .join(" · ")}
        </p>
      </fieldset>
      <PartsPicker county={county} choice={choice} />
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={title.trim() === ""}
          onPress={() =>
            keep(
              () => openIncident({ title: title.trim(), class: kind, ...choice.chosen }),
              onClose,
            )
          }
          testId="open-incident-confirm"
        >
          {i18n.t("开事件")}
        </Button>
        <Button onPress={onClose}>{i18n.t("不开")}</Button>
      </div>
    </Dialog>
  );
}
