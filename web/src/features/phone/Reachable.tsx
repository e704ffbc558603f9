// Whether this person can be reached at all: what each of their contact points has proven.
import { i18n } from "../../i18n/i18n";
import { channelName } from "../../i18n/words";
import { isReachable, proofOf } from "../../state/contacts";
import { countyOf } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { useNow } from "../clock/useNow";
import { ProofWords } from "../duty/ContactsTab";
import { useContacts } from "../duty/useContacts";

export function Reachable({ person }: { person: string }) {
  const county = useApp(countyOf);
  return county ? <Own county={county} person={person} /> : null;
}

function Own({ county, person }: { county: County; person: string }) {
  const now = useNow();
  const contacts = useContacts(county, 0);
  const own = contacts.kind === "here" ? contacts.list.find((one) => one.person === person) : null;
  if (!own) return null;
  return (
    <section className="wideverb" data-testid="own-contacts">
      <p>
        {isReachable(own, now) ? (
          <b>{i18n.t("县里叫得到你。")}</b>
        ) : (
          <span className="tag inv">{i18n.t("一个月内没有证明叫得到你，请县里测试一次。")}</span>
        )}
      </p>
      {own.contacts.map((contact) => (
        <p key={contact.channel} className="f">
          <span className="i2">{channelName(contact.channel)}</span>
          <ProofWords proof={proofOf(contact, now)} now={now} />
        </p>
      ))}
    </section>
  );
}
