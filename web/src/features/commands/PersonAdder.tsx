// Adds single people to an order by name; the list is the county's own.
import { useState } from "react";
import { i18n, say } from "../../i18n/i18n";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";

interface PersonAdderProps {
  county: County;
  chosen: string[];
  onChange: (people: string[]) => void;
}

export function PersonAdder({ county, chosen, onChange }: PersonAdderProps) {
  const [text, setText] = useState("");
  const found =
    text.trim() === ""
      ? []
      : [...county.people.values()]
          .filter((p) => p.role === "responder" && !chosen.includes(p.id))
          .filter((p) => `${p.name}${say(p.post)}`.includes(text.trim()))
          .slice(0, 6);
  return (
    <div>
      <label>
        <span className="lab">{i18n.t("再加一个人（姓名或岗位）")}</span>
        <input
          className="in"
          value={text}
          onChange={(event) => setText(event.target.value)}
          data-testid="add-person"
        />
      </label>
      <div className="chips" style={{ marginTop: 4 }}>
        {chosen.map((id) => (
          <Chip key={id} on onPress={() => onChange(chosen.filter((one) => one !== id))}>
            {county.people.get(id)?.name ?? id} ×
          </Chip>
        ))}
        {found.map((person) => (
          <Chip
            key={person.id}
            on={false}
            onPress={() => {
              onChange([...chosen, person.id]);
              setText("");
            }}
          >
            + {person.name} {say(person.post)}
          </Chip>
        ))}
      </div>
    </div>
  );
}
