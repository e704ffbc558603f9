// At a real desk: a drill runs elsewhere on this machine, which one, and the way to it. Nothing of it is here.
import { i18n, say } from "../../i18n/i18n";
import { useDrills } from "./useDrills";

export function Beside() {
  const beside = useDrills()?.beside ?? null;
  if (!beside) return null;
  const title = say(beside.title);
  const safe = /^https?:\/\//.test(beside.address);
  return (
    <div className="st-beside" data-testid="drill-beside">
      <span className="hatch" aria-hidden="true" />
      {safe ? (
        <a href={beside.address} target="_blank" rel="noreferrer">
          {i18n.t("另有演练：{title}", { title })}
        </a>
      ) : (
        <span>{i18n.t("另有演练：{title}", { title })}</span>
      )}
    </div>
  );
}
