// Picks stations by a part of their name or id; a handful of matches, no list of hundreds.
import { useState } from "react";
import { i18n, say } from "../../i18n/i18n";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";

const MATCHES = 6;

interface StationChooserProps {
  county: County;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

export function StationChooser({ county, chosen, onChange }: StationChooserProps) {
  const [words, setWords] = useState("");
  const wanted = words.trim().toLowerCase();
  const found =
    wanted === ""
      ? []
      : [...county.stations.values()]
          .filter(
            (one) =>
              !chosen.includes(one.id) &&
              `${one.id} ${one.name.zh} ${one.name.en}`.toLowerCase().includes(wanted),
          )
          .slice(0, MATCHES);
  return (
    <div>
      <label>
        <span className="lab">{i18n.t("站，打几个字来找")}</span>
        <input
          className="in"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          data-testid="station-search"
        />
      </label>
      <div className="chips" style={{ marginTop: 4 }}>
        {chosen.map((id) => (
          <Chip key={id} on onPress={() => onChange(chosen.filter((one) => one !== id))}>
            {say(county.stations.get(id)?.name) || id} ×
          </Chip>
        ))}
        {found.map((one) => (
          <Chip
            key={one.id}
            on={false}
            onPress={() => {
              onChange([...chosen, one.id]);
              setWords("");
            }}
            testId={`station-${one.id}`}
          >
            {say(one.name)} <span className="i3">{one.id}</span>
          </Chip>
        ))}
        {wanted !== "" && found.length === 0 ? (
          <span className="i3 s">{i18n.t("没有这样的站")}</span>
        ) : null}
      </div>
    </div>
  );
}
