// What an officer heard when phoning somebody, in one press. Nobody picked up: that is no answer, and is left
// as a note on the time bar.
import { useState } from "react";
import { recordAnswer } from "../../actions/duty";
import { mark } from "../../actions/marks";
import { hm } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import type { PersonCall } from "../../state/calls";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { Means } from "../../wire/view";
import { useKeep } from "../keep/useKeep";

interface AnswerPressesProps {
  county: County;
  call: PersonCall;
  /** What they were called about, as a note says it. */
  about: string;
  now: number;
  means?: Means;
  /** Their own words. */
  words?: string;
  /** Attempts of other runs that the same words answer. */
  also?: readonly string[];
  small?: boolean;
}

export function AnswerPresses(props: AnswerPressesProps) {
  const { county, call, about, now, means = "phone", words = "", also = [], small = false } = props;
  const allowed = useApp(mayAct);
  const [tried, setTried] = useState<number | null>(null);
  const { keep, unkept } = useKeep();
  const newest = call.pages.at(-1)?.id;
  const busy = useApp((state) =>
    state.outbox.some((one) => one.subject.page === newest && one.state !== "refused"),
  );
  if (!newest) return <p className="s i2">{i18n.t("还没有叫过他，没有可记的。")}</p>;
  if (busy) return <p className="s i2">{i18n.t("正在送到服务器…")}</p>;
  const record = (yes: boolean) =>
    keep(
      () => Promise.all([newest, ...also].map((page) => recordAnswer(page, yes, means, words))),
      () => {},
    );
  const noAnswer = () => {
    const name = personName(county.people.get(call.person), call.person);
    setTried(now);
    void mark(now, null, i18n.t("打电话给{name}（{about}）：没接", { name, about }));
  };
  return (
    <div className="acts" data-testid="answer-presses">
      <Button
        small={small}
        kind="primary"
        disabled={!allowed}
        onPress={() => record(true)}
        testId="answer-yes"
      >
        {i18n.t("他说知道了")}
      </Button>
      <Button small={small} disabled={!allowed} onPress={() => record(false)} testId="answer-no">
        {i18n.t("他说不行")}
      </Button>
      {means === "phone" ? (
        <Button small={small} disabled={!allowed} onPress={noAnswer} testId="answer-none">
          {i18n.t("没接")}
        </Button>
      ) : null}
      {unkept}
      {tried === null ? null : (
        <span className="s i2" role="status" data-testid="answer-tried">
          {i18n.t("{time} 打过，没接，已记在时间条上", { time: hm(tried) })}
        </span>
      )}
    </div>
  );
}
