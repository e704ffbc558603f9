// Every open situation and command, to be ticked: worst and newest first.
import { hm } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { isIssued } from "../../state/select";
import { situationLevel } from "../../state/situations";
import type { County } from "../../state/world";
import type { CommandView } from "../../wire/view";
import { Mark } from "../marks/Mark";
import { situationName } from "../situations/situationWords";
import type { Choice } from "./useParts";

export function PartsPicker({ county, choice }: { county: County; choice: Choice }) {
  return (
    <>
      <fieldset className="named parts" data-testid="parts-situations">
        <legend>{i18n.t("态势 {n}，连同为它发的指令", { n: choice.situations.length })}</legend>
        {choice.situations.map((one) => (
          <label key={one.id} className="namedrow" data-testid="part-situation">
            <input
              type="checkbox"
              checked={choice.has(one.id)}
              onChange={() => choice.flipSituation(one.id)}
            />
            <Mark level={situationLevel(one)} returned={one.level === 0} size={16} />
            <span className="g el">{situationName(one)}</span>
            <span className="s i3 nw">{i18n.t("{time} 起", { time: hm(one.opened) })}</span>
          </label>
        ))}
      </fieldset>
      <fieldset className="named parts" data-testid="parts-commands">
        <legend>{i18n.t("指令 {n}", { n: choice.commands.length })}</legend>
        {choice.commands.map((one) => (
          <label key={one.id} className="namedrow" data-testid="part-command">
            <input
              type="checkbox"
              checked={choice.has(one.id)}
              onChange={() => choice.flipCommand(one.id)}
            />
            <Mark level={one.level} size={16} />
            <span className="g el">{commandName(county, one)}</span>
            <span className="s i3 nw">
              {isIssued(one)
                ? i18n.t("{time} 发，{n} 人", { time: hm(one.issued), n: one.tasks.length })
                : i18n.t("{time} 写，还没发出", { time: hm(one.issued) })}
            </span>
          </label>
        ))}
      </fieldset>
    </>
  );
}

function commandName(county: County, command: CommandView): string {
  const groups = command.groups.map((id) =>
    say(county.groups.find((group) => group.id === id)?.title),
  );
  return [say(command.title), ...groups].filter(Boolean).join(" · ");
}
