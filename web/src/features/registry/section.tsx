// What the sections of a station share: what they are given, and the button that changes a row.
import { i18n } from "../../i18n/i18n";
import type { Cells } from "../../state/registry";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { StationView } from "../../wire/view";
import type { EditAsked } from "./EditDialog";

export interface SectionProps {
  county: County;
  station: StationView;
  admin: boolean;
  rows: readonly Cells[];
  onEdit: (asked: EditAsked) => void;
}

export function Change({
  admin,
  name,
  onPress,
}: {
  admin: boolean;
  name: string;
  onPress: () => void;
}) {
  return (
    <Button
      small
      disabled={!admin}
      onPress={onPress}
      label={i18n.t("改{name}", { name })}
      testId="change-row"
    >
      {i18n.t("改…")}
    </Button>
  );
}
