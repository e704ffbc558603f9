// A test rings real phones: the dialog says how many, and asks for the number where it is large.
import { useState } from "react";
import { testContacts } from "../../actions/duty";
import { i18n } from "../../i18n/i18n";
import { channelName } from "../../i18n/words";
import { channelSums } from "../../state/contacts";
import { isMass } from "../../state/select";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { PersonContacts } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { names } from "./dutyWords";

interface TestDialogProps {
  people: PersonContacts[];
  county: County;
  onClose: () => void;
}

export function TestDialog({ people, county, onClose }: TestDialogProps) {
  const [typed, setTyped] = useState("");
  const { keep, unkept } = useKeep();
  const many = isMass(county, people.length);
  const good = !many || typed.trim() === String(people.length);
  const by = channelSums(people, 0)
    .map((sum) => `${channelName(sum.channel)} ${sum.people}`)
    .join(i18n.t("、"));
  return (
    <Dialog title={i18n.t("通道测试")} onClose={onClose} testId="test-dialog">
      <p>
        <b>
          {people.length === 1
            ? i18n.t("会真的叫 {name}，每条通道一次：{by}。", {
                name: names(
                  county,
                  people.map((one) => one.person),
                ),
                by,
              })
            : i18n.t("会真的叫 {n} 人，每条通道一次：{by}。", { n: people.length, by })}
        </b>
      </p>
      <p className="i2">
        {i18n.t("他们收到的写明是“测试”。10 分钟内看谁有回执；没有回执的不会再叫，也不会报警。")}
      </p>
      {many ? (
        <label>
          <span className="lab">{i18n.t("输入会叫到的人数，再按发出")}</span>
          <input
            className="in"
            inputMode="numeric"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            data-testid="test-count"
          />
        </label>
      ) : null}
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={!good}
          onPress={() => keep(() => testContacts(people.map((one) => one.person)), onClose)}
          testId="test-send"
        >
          {i18n.t("发出测试：{n} 人", { n: people.length })}
        </Button>
        <Button onPress={onClose}>{i18n.t("不测")}</Button>
      </div>
    </Dialog>
  );
}
