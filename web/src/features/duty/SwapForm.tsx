// Two people take each other's shift: both are chosen from what the roster has, then said in one sentence.
import { useState } from "react";
import { swapShifts } from "../../actions/duty";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { canSwap, type Turn, turns } from "../../state/duty";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { PostView } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { shiftSpan } from "./dutyWords";

interface SwapFormProps {
  post: PostView;
  county: County;
  now: number;
  onDone: () => void;
}

export function SwapForm({ post, county, now, onDone }: SwapFormProps) {
  const all = turns(post, now);
  const [one, setOne] = useState<Turn | null>(all[0] ?? null);
  const [other, setOther] = useState<Turn | null>(null);
  const { keep, unkept } = useKeep();
  const rest = all.filter((turn) => canSwap(post, one, turn));
  const second = rest.find((turn) => same(turn, other)) ?? null;
  const good = one !== null && second !== null;
  const words = (turn: Turn) =>
    `${personName(county.people.get(turn.person), turn.person)}  ${shiftSpan(turn.from, turn.until, now)}`;
  const field = (
    label: string,
    list: Turn[],
    chosen: Turn | null,
    onChange: (turn: Turn | null) => void,
    testId: string,
  ) => (
    <label>
      <span className="lab">{label}</span>
      <select
        className="in"
        value={chosen ? key(chosen) : ""}
        onChange={(event) =>
          onChange(list.find((turn) => key(turn) === event.target.value) ?? null)
        }
        data-testid={testId}
      >
        <option value="">{i18n.t("选一班")}</option>
        {list.map((turn) => (
          <option key={key(turn)} value={key(turn)}>
            {words(turn)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <form
      className="form boxed"
      data-testid="swap-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!one || !second) return;
        void keep(() => swapShifts(post.id, one, second), onDone);
      }}
    >
      {field(i18n.t("谁的哪一班"), all, one, setOne, "swap-one")}
      {field(i18n.t("和谁的哪一班换"), rest, second, setOther, "swap-other")}
      <p className="s">
        {good ? (
          <b>{i18n.t("{one} 和 {other} 对换。", { one: words(one), other: words(second) })}</b>
        ) : rest.length === 0 ? (
          i18n.t("往后几天没有可以对换的班：要两个人、两个班，各人只在自己那一班。")
        ) : (
          i18n.t("两班都选好再换。")
        )}
      </p>
      {unkept}
      <div className="acts">
        <Button kind="primary" submit disabled={!good} onPress={() => {}} testId="swap-keep">
          {i18n.t("换班")}
        </Button>
        <Button onPress={onDone}>{i18n.t("不换")}</Button>
      </div>
    </form>
  );
}

const key = (turn: Turn) => `${turn.person} ${turn.from}`;
const same = (a: Turn, b: Turn | null) => b !== null && key(a) === key(b);
