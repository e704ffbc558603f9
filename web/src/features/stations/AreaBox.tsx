// What lies in the area that was drawn, and what can be done there: a situation, a command to its people.
import { useState } from "react";
import { i18n } from "../../i18n/i18n";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { type Drawing, useDesk } from "../desk/desk";
import { OpenSituationDialog } from "../incidents/OpenSituationDialog";
import { whyNot } from "../timebar/whyNot";
import { areaName } from "./townships";

export function AreaBox({ county, drawing }: { county: County; drawing: Drawing }) {
  const { move } = useDesk();
  const allowed = useApp(mayAct);
  const [opening, setOpening] = useState<"command" | "situation" | null>(null);
  const [out, setOut] = useState<string[]>([]);
  const close = () => move({ to: "draw", drawing: null });
  if (drawing === "pen") {
    return (
      <aside className="over area" role="status" data-drawing data-testid="area-pen">
        <b>{i18n.t("在地图上一点一点围住要圈的地方")}</b>
        <span className="i2">{i18n.t("双击、点回第一点或按回车收口；Esc 不圈了。")}</span>
        <Button small onPress={close}>
          {i18n.t("不圈了")}
        </Button>
      </aside>
    );
  }
  const chosen = drawing.townships.filter((code) => !out.includes(code));
  const people = [...county.people.values()].filter(
    (one) => one.role === "responder" && one.township !== null && chosen.includes(one.township),
  );
  const flip = (code: string) =>
    setOut((now) => (now.includes(code) ? now.filter((one) => one !== code) : [...now, code]));
  return (
    <aside className="over area" aria-label={i18n.t("圈定区域")} data-testid="area-box">
      <div className="f">
        <h2 className="g">{i18n.t("圈定区域")}</h2>
        <Button small onPress={() => move({ to: "draw", drawing: "pen" })} testId="area-again">
          {i18n.t("重画")}
        </Button>
        <Button small onPress={close} testId="area-close">
          {i18n.t("关闭")}
        </Button>
      </div>
      <p className="i2" data-testid="area-counts">
        {i18n.t("区内 {n} 个监测点，碰到 {m} 个乡镇", {
          n: drawing.stations.length,
          m: drawing.townships.length,
        })}
        {" · "}
        {i18n.t("选中乡镇的响应人员 {n} 名", { n: people.length })}
      </p>
      {drawing.townships.length === 0 ? (
        <p>{i18n.t("圈定的地方在县境之外。")}</p>
      ) : (
        <fieldset style={{ border: 0 }}>
          <legend className="lab">{i18n.t("乡镇（去掉不相干的）")}</legend>
          {drawing.townships.map((code) => (
            <label key={code} className="f">
              <input type="checkbox" checked={!out.includes(code)} onChange={() => flip(code)} />
              {areaName(county, "township", code)}
            </label>
          ))}
        </fieldset>
      )}
      <div className="acts">
        <Button
          kind="primary"
          disabled={!allowed || people.length === 0}
          onPress={() => setOpening("command")}
          testId="area-command"
        >
          {i18n.t("给区内 {n} 人下指令…", { n: people.length })}
        </Button>
        <Button disabled={!allowed} onPress={() => setOpening("situation")} testId="area-situation">
          {i18n.t("在此开态势…")}
        </Button>
      </div>
      {allowed ? null : (
        <p className="s i2">{whyNot(i18n.t("发指令需要值班员角色。请值班员来发。"))}</p>
      )}
      {opening ? (
        <OpenSituationDialog
          county={county}
          commands={opening === "command"}
          drawn={{
            border: drawing.border,
            stations: drawing.stations,
            townships: chosen,
            people: people.map((person) => person.id),
          }}
          onClose={() => setOpening(null)}
        />
      ) : null}
    </aside>
  );
}
