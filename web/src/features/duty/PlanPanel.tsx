// One planned test: when it comes, whom it tries, and who has not answered the last one.
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { channelName, personName, personPost } from "../../i18n/words";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty, Panel } from "../../ui/Panel";
import type { PersonContacts, PlanView } from "../../wire/view";
import { lastWords } from "./ReachLines";

interface PlanPanelProps {
  plan: PlanView;
  /** Everybody who can be called. */
  all: readonly PersonContacts[];
  county: County;
  now: number;
  onTest: (people: PersonContacts[]) => void;
  onOpen: (person: string) => void;
  onClose: () => void;
}

export function PlanPanel({ plan, all, county, now, onTest, onOpen, onClose }: PlanPanelProps) {
  const allowed = useApp(mayAct);
  const { last } = plan;
  const silent = last?.silent ?? [];
  const again = all.filter((one) => silent.some((each) => each.person === one.person));
  const groups = plan.groups.map(
    (id) => say(county.groups.find((one) => one.id === id)?.title) || id,
  );
  const by = plan.channels.map(channelName);
  return (
    <Panel
      title={say(plan.title)}
      className="g"
      testId="plan"
      aside={
        <Button small onPress={onClose}>
          {i18n.t("关上")}
        </Button>
      }
    >
      <div className="pb">
        <dl className="plain">
          <div>
            <dt>{i18n.t("下次")}</dt>
            <dd>
              {stamp(plan.next, now)}
              {plan.put_off ? ` ${i18n.t("（到时正在叫应，或系统没有运行，已顺延）")}` : ""}
            </dd>
          </div>
          <div>
            <dt>{i18n.t("测谁")}</dt>
            <dd>{groups.length > 0 ? groups.join(i18n.t("、")) : i18n.t("有联系方式的所有人")}</dd>
          </div>
          <div>
            <dt>{i18n.t("用什么")}</dt>
            <dd>{by.length > 0 ? by.join(i18n.t("、")) : i18n.t("每个人的每条通道")}</dd>
          </div>
          <div>
            <dt>{i18n.t("结果")}</dt>
            <dd>
              {lastWords(plan, now)}
              {last ? i18n.t("；{reached} 人每条通道都有回执", { reached: last.reached }) : null}
            </dd>
          </div>
        </dl>
        {silent.length > 0 ? (
          <>
            <div className="pt">
              <h2>{i18n.t("没有应答")}</h2>
              <span className="i2">{silent.length}</span>
              <span className="g" />
              <Button
                small
                disabled={!allowed || again.length === 0}
                onPress={() => onTest(again)}
                testId="test-silent"
              >
                {i18n.t("再测这 {n} 人…", { n: again.length })}
              </Button>
            </div>
            {silent.map(({ person, by }) => (
              <button
                key={person}
                type="button"
                className="silent"
                onClick={() => onOpen(person)}
                data-testid="plan-silent"
              >
                <span className="col g">
                  <b className="el">{personName(county.people.get(person), person)}</b>
                  <span className="s i3 el">{personPost(county.people.get(person))}</span>
                </span>
                <span className="s">
                  {by.length > 0 ? (
                    <span className="tag inv">
                      {i18n.t("{channels}没有回执", {
                        channels: by.map(channelName).join(i18n.t("、")),
                      })}
                    </span>
                  ) : (
                    <span className="i2">{i18n.t("送到了，没有应答")}</span>
                  )}
                </span>
              </button>
            ))}
          </>
        ) : last?.over ? (
          <Empty title={i18n.t("上次测试人人应答。")} />
        ) : null}
      </div>
    </Panel>
  );
}
