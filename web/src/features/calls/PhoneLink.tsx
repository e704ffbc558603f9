// A person's number to be dialled, or why there is none.
import { i18n } from "../../i18n/i18n";
import type { County } from "../../state/world";
import type { PersonView } from "../../wire/view";

interface PhoneLinkProps {
  county: County;
  person: PersonView | undefined;
  className?: string;
}

export function PhoneLink({ county, person, className = "" }: PhoneLinkProps) {
  if (!person?.phone)
    return (
      <span className={`i3 ${className}`}>
        {county.drill ? i18n.t("演练不打电话") : i18n.t("没有电话")}
      </span>
    );
  return (
    <a className={`tel ${className}`} href={`tel:${person.phone.replaceAll(" ", "")}`}>
      {person.phone}
    </a>
  );
}
