import { letPosition } from "../../actions/position";
import { i18n, locale, setLocale } from "../../i18n/i18n";
import { personPost, roleName } from "../../i18n/words";
import type { MapPack } from "../../state/mapPack";
import { isUnderWay } from "../../state/select";
import { useApp } from "../../state/store";
import type { PersonView } from "../../wire/view";
import { packWords } from "./OwnMap";
import { Reachable } from "./Reachable";
import type { WakeState } from "./useWaking";
import { Wake } from "./Wake";

interface MoreProps {
  me: PersonView;
  theme: { name: "night" | "day"; flip: () => void };
  pack: MapPack | null;
  /** Null: a drill wakes no phone. */
  waking: WakeState | null;
  onMap: () => void;
  onLeave: () => void;
}

/** Who is here, language, brightness, and the way out. */
export function More({ me, theme, pack, waking, onMap, onLeave }: MoreProps) {
  const outbox = useApp((state) => state.outbox);
  const goes = useApp((state) => state.where.goes);
  const photos = useApp((state) => state.photos);
  const waiting = [...outbox, ...photos].filter(isUnderWay).length;
  return (
    <div className="read">
      <div className="head">
        <h1>{me.name}</h1>
        <p className="i2">
          {personPost(me)} · {roleName(me.role)}
        </p>
      </div>
      <div className="verbs" style={{ border: 0 }}>
        <button
          type="button"
          className="verb"
          onClick={() => setLocale(locale() === "zh" ? "en" : "zh")}
          data-testid="locale"
        >
          <b>{locale() === "zh" ? "English" : "中文"}</b>
        </button>
        <button type="button" className="verb" onClick={theme.flip} data-testid="theme">
          <b>{theme.name === "night" ? i18n.t("白天") : i18n.t("夜间")}</b>
        </button>
        <button type="button" className="verb wide" onClick={onMap} data-testid="open-map">
          <b>{i18n.t("我这里的地图")}</b>
          <small>{pack ? packWords(pack) : i18n.t("有信号时会自己存下来。")}</small>
        </button>
        <button
          type="button"
          className="verb wide"
          onClick={() => letPosition(!goes)}
          data-testid="position"
        >
          <b>{goes ? i18n.t("不让值班台看我在哪") : i18n.t("任务中让值班台看我在哪")}</b>
          <small>
            {goes
              ? i18n.t(
                  "现在：接受了的任务、正打开的任务，大约每分钟告诉值班台一次，报告也附上；任务完了就停。",
                )
              : i18n.t("现在：什么都不附，照片自带的地点也不附。")}
          </small>
        </button>
        {waking ? <Wake waking={waking} /> : null}
        <Reachable person={me.id} />
        <button type="button" className="verb wide" onClick={onLeave} data-testid="logout">
          <b>{i18n.t("退出登录")}</b>
          <small>
            {waiting > 0
              ? i18n.t("还有 {waiting} 条待发，会留在这台手机里，等你再登录。", { waiting })
              : i18n.t("没有待发的。")}
          </small>
        </button>
      </div>
    </div>
  );
}
