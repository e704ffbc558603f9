// People of a run whose turn has not come: an officer who reaches one of them first records what they said.
import { useState } from "react";
import { answerBefore } from "../../actions/duty";
import { i18n } from "../../i18n/i18n";
import { meansName, personName, personPost } from "../../i18n/words";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import type { Means, RunView } from "../../wire/view";
import { PhoneLink } from "./PhoneLink";

const MEANS: readonly Means[] = ["phone", "radio", "in_person"];

export function Uncalled({ county, run }: { county: County; run: RunView }) {
  const allowed = useApp(mayAct);
  const [open, setOpen] = useState(false);
  const [means, setMeans] = useState<Means>("phone");
  const waits = useApp((state) => state.outbox).filter(
    (one) => one.subject.run === run.id && one.state !== "refused" && one.state !== "received",
  );
  if (run.uncalled.length === 0) return null;
  return (
    <div data-testid="uncalled">
      <p className="line center">
        <span className="g i2">{i18n.t("还没轮到叫的 {n} 人", { n: run.uncalled.length })}</span>
        <Button small onPress={() => setOpen(!open)} testId="uncalled-open">
          {open ? i18n.t("不记") : i18n.t("先联系上了…")}
        </Button>
      </p>
      {open ? (
        <div className="pf">
          {MEANS.map((one) => (
            <Chip key={one} on={one === means} onPress={() => setMeans(one)}>
              {meansName(one)}
            </Chip>
          ))}
        </div>
      ) : null}
      {open
        ? run.uncalled.map((id) => {
            const person = county.people.get(id);
            const busy = waits.some((one) => one.subject.person === id);
            const said = (yes: boolean) => void answerBefore(run.id, id, yes, means);
            return (
              <div key={id} className="silentline" data-testid="uncalled-person" data-person={id}>
                <div className="f">
                  <b className="nw">{personName(person, id)}</b>
                  <span className="s i2 el g">{personPost(person)}</span>
                  <PhoneLink county={county} person={person} className="nw" />
                </div>
                {busy ? (
                  <p className="s i2">{i18n.t("正在送到服务器…")}</p>
                ) : (
                  <div className="acts">
                    <Button
                      small
                      disabled={!allowed}
                      onPress={() => said(true)}
                      testId="before-yes"
                    >
                      {i18n.t("他说知道了")}
                    </Button>
                    <Button
                      small
                      disabled={!allowed}
                      onPress={() => said(false)}
                      testId="before-no"
                    >
                      {i18n.t("他说不行")}
                    </Button>
                  </div>
                )}
              </div>
            );
          })
        : null}
    </div>
  );
}
