// One person's contact points in the order they are tried, each with all that is known of it.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { channelName, personName, personPost } from "../../i18n/words";
import { isReachable, proofOf } from "../../state/contacts";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import type { PersonContacts } from "../../wire/view";
import { proofName } from "./ContactsTab";

interface Props {
  one: PersonContacts;
  county: County;
  now: number;
  onTest: () => void;
  onClose: () => void;
}

export function PersonContactsPanel({ one, county, now, onTest, onClose }: Props) {
  const allowed = useApp(mayAct);
  const person = county.people.get(one.person);
  return (
    <Panel
      title={personName(person, one.person)}
      className="g"
      testId="person-contacts"
      aside={
        <Button small onPress={onClose}>
          {i18n.t("关上")}
        </Button>
      }
    >
      <div className="pb">
        <p className="line">
          <span className="g">{personPost(person)}</span>
          {person?.phone ? (
            <a href={`tel:${person.phone.replaceAll(" ", "")}`}>{person.phone}</a>
          ) : null}
        </p>
        <p className="line">
          {isReachable(one, now) ? (
            <b>{i18n.t("一个月内证明叫得到。")}</b>
          ) : (
            <span className="tag inv">{i18n.t("一个月内没有任何一条通道证明叫得到。")}</span>
          )}
        </p>
        {one.contacts.length === 0 ? (
          <p className="line">{i18n.t("人员文件里没有写他的联系方式（contacts）。")}</p>
        ) : null}
        {one.contacts.map((contact, place) => {
          const lines: [string, string | null][] = [
            [i18n.t("最后叫"), contact.tried],
            [i18n.t("最后测试"), contact.tested],
            [i18n.t("已交给通道"), contact.accepted],
            [i18n.t("手机回执"), contact.reached],
            [i18n.t("本人应答"), contact.answered],
            [i18n.t("没打通"), contact.failed],
          ];
          return (
            <section key={contact.channel} data-testid="contact-point">
              <div className="pt">
                <span className="i3">{place + 1}</span>
                <h2>{channelName(contact.channel)}</h2>
                <span className="i2">{proofName(proofOf(contact, now))}</span>
              </div>
              <dl className="plain">
                {lines.map(([term, at]) =>
                  at === null ? null : (
                    <div key={term}>
                      <dt>{term}</dt>
                      <dd>{stamp(at, now)}</dd>
                    </div>
                  ),
                )}
                {contact.why ? (
                  <div>
                    <dt>{i18n.t("网关说")}</dt>
                    <dd>{contact.why}</dd>
                  </div>
                ) : null}
                {lines.every(([, at]) => at === null) ? (
                  <div>
                    <dt>{i18n.t("还没有")}</dt>
                    <dd>{i18n.t("从来没有用它叫过。")}</dd>
                  </div>
                ) : null}
              </dl>
            </section>
          );
        })}
        <div className="acts pad">
          <Button
            disabled={!allowed || one.contacts.length === 0}
            onPress={onTest}
            testId="test-one"
          >
            {i18n.t("每条通道都试一次…")}
          </Button>
        </div>
      </div>
    </Panel>
  );
}
