// One station as the site's tables know it: what it is, its series, its lines and attributes with their
// history; each cell can be changed by an administrator.
import { useState } from "react";
import { i18n, say } from "../../i18n/i18n";
import { mayKeepSite } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty, Panel } from "../../ui/Panel";
import type { StationView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { StationNotices } from "../status/StationNotices";
import { AsNow } from "../timebar/AsNow";
import { whyNot } from "../timebar/whyNot";
import { AttributesSection } from "./AttributesSection";
import { type EditAsked, EditDialog } from "./EditDialog";
import { FactsSection } from "./FactsSection";
import { LinesSection } from "./LinesSection";
import { SeriesSection } from "./SeriesSection";
import { useSheets } from "./useSheets";

export function StationPanel({ county, station }: { county: County; station: StationView }) {
  const { move } = useDesk();
  const admin = useApp(mayKeepSite);
  const [round, setRound] = useState(0);
  const [asked, setAsked] = useState<EditAsked | null>(null);
  const sheets = useSheets(county.code, station.id, county.rulesVersion, round);
  const part = { county, station, admin, onEdit: setAsked };
  return (
    <Panel
      title={say(station.name) || station.id}
      aside={
        <>
          <span className="s i3">{station.id}</span>
          <Button
            small
            onPress={() => {
              move({ to: "map" });
              move({ to: "station", station: station.id });
            }}
          >
            {i18n.t("在图上看")}
          </Button>
        </>
      }
      testId="station-panel"
      className="g"
    >
      <section
        className="pb"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard
        tabIndex={0}
        aria-label={say(station.name) || station.id}
      >
        <StationNotices county={county} station={station.id} />
        {admin ? null : (
          <p className="note" data-testid="read-only">
            {whyNot(i18n.t("只能看。改站点资料要管理员角色，请管理员来改。"))}
          </p>
        )}
        {sheets.kind === "asking" ? (
          <Empty title={i18n.t("正在取站点资料…")} />
        ) : sheets.kind === "failed" ? (
          <Empty title={i18n.t("取不到站点资料。")}>
            {sheets.words}{" "}
            <Button small onPress={() => setRound(round + 1)}>
              {i18n.t("再试一次")}
            </Button>
          </Empty>
        ) : (
          <>
            <AsNow />
            <FactsSection {...part} rows={sheets.rows.stations} />
            <SeriesSection {...part} rows={sheets.rows.series} />
            <LinesSection {...part} rows={sheets.rows.thresholds} />
            <AttributesSection {...part} rows={sheets.rows.attributes} />
          </>
        )}
      </section>
      {asked ? (
        <EditDialog
          county={county}
          station={station.id}
          asked={asked}
          onClose={() => setAsked(null)}
          onApplied={() => setRound(round + 1)}
        />
      ) : null}
    </Panel>
  );
}
