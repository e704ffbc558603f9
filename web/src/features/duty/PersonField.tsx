// One person out of hundreds: typed, not scrolled for. What is typed must name somebody there is.
import { useId, useState } from "react";
import { i18n } from "../../i18n/i18n";
import { personName, personPost } from "../../i18n/words";
import type { County } from "../../state/world";

interface PersonFieldProps {
  label: string;
  /** What nobody chosen means. */
  none: string;
  county: County;
  chosen: string | null;
  onChange: (person: string | null) => void;
  testId: string;
}

/** Suggestions shown at a time. */
const SHOWN = 12;

export function PersonField({ label, none, county, chosen, onChange, testId }: PersonFieldProps) {
  const list = useId();
  const named = chosen ? personName(county.people.get(chosen), chosen) : "";
  const [words, setWords] = useState(named);
  const [asked, setAsked] = useState(false);
  const wanted = words.trim().toLowerCase();
  const found = [...county.people.values()]
    .filter((one) => `${one.name} ${personPost(one)} ${one.id}`.toLowerCase().includes(wanted))
    .slice(0, SHOWN);
  return (
    <div>
      <label>
        <span className="lab">{label}</span>
        <input
          className="in"
          role="combobox"
          aria-expanded={asked}
          aria-controls={list}
          aria-autocomplete="list"
          autoComplete="off"
          placeholder={none}
          value={words}
          onFocus={() => setAsked(true)}
          onChange={(event) => {
            setWords(event.target.value);
            setAsked(true);
            onChange(null);
          }}
          data-testid={testId}
        />
      </label>
      {asked && chosen === null && wanted !== "" ? (
        <div className="found" id={list} role="listbox" aria-label={label}>
          {found.length === 0 ? <p className="s i3 padx">{i18n.t("没有叫这个的人。")}</p> : null}
          {found.map((one) => (
            <button
              key={one.id}
              type="button"
              role="option"
              aria-selected={false}
              onClick={() => {
                onChange(one.id);
                setWords(personName(one, one.id));
                setAsked(false);
              }}
              data-testid="found-person"
            >
              <b>{personName(one, one.id)}</b> <span className="s i3">{personPost(one)}</span>
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
