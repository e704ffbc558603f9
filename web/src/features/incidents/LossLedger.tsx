// The ledgers of a township as they are written: the dead and the missing person by person, fallen homes one by one.
import { useEffect } from "react";
import { wantTexts } from "../../actions/read";
import { i18n } from "../../i18n/i18n";
import { CASES, type CaseDraft } from "../../state/losses";
import { useApp } from "../../state/store";
import { Button } from "../../ui/Button";
import type { CaseKind } from "../../wire/view";
import { caseName, sealedWords } from "./lossWords";

interface LossLedgerProps {
  cases: readonly CaseDraft[];
  onChange: (place: number, change: Partial<CaseDraft>) => void;
  onAdd: (kind: CaseKind) => void;
  onDrop: (place: number) => void;
}

export function LossLedger({ cases, onChange, onAdd, onDrop }: LossLedgerProps) {
  const seals = cases.map((one) => one.known?.name ?? null);
  useEffect(() => wantTexts(seals), [seals]);
  return (
    <fieldset className="lossledger" data-testid="loss-ledger">
      <legend className="lab">{i18n.t("台账：每个死亡、失踪的人，每户倒塌的住房")}</legend>
      {cases.map((one, place) => (
        <Line
          key={one.case}
          one={one}
          onChange={(change) => onChange(place, change)}
          onDrop={() => onDrop(place)}
        />
      ))}
      <div className="f">
        {CASES.map((kind) => (
          <Button key={kind} small onPress={() => onAdd(kind)} testId={`loss-add-${kind}`}>
            {i18n.t("+ {kind}", { kind: caseName(kind) })}
          </Button>
        ))}
      </div>
    </fieldset>
  );
}

interface LineProps {
  one: CaseDraft;
  onChange: (change: Partial<CaseDraft>) => void;
  onDrop: () => void;
}

/** A case: a missing person may be found dead; what is known already is taken out with a reason alone. */
function Line({ one, onChange, onDrop }: LineProps) {
  const texts = useApp((state) => state.texts);
  const { known } = one;
  const before = known?.name ? sealedWords(texts, known.name) : "";
  const kinds: readonly CaseKind[] = one.kind === "home" ? ["home"] : ["missing", "dead"];
  return (
    <div className={`caseline${one.withdrawn ? " struck" : ""}`} data-testid="loss-case-line">
      <select
        className="in"
        aria-label={i18n.t("什么个案")}
        value={one.kind}
        disabled={one.withdrawn || kinds.length === 1}
        onChange={(event) => onChange({ kind: event.target.value as CaseKind })}
        data-testid="loss-case-kind"
      >
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {caseName(kind)}
          </option>
        ))}
      </select>
      <input
        className="in"
        aria-label={i18n.t("哪个村")}
        placeholder={i18n.t("哪个村")}
        value={one.village}
        disabled={one.withdrawn}
        onChange={(event) => onChange({ village: event.target.value })}
        data-testid="loss-case-village"
      />
      {one.withdrawn ? (
        <input
          className="in"
          aria-label={i18n.t("为什么撤下")}
          placeholder={i18n.t("为什么撤下")}
          value={one.reason}
          onChange={(event) => onChange({ reason: event.target.value })}
          data-testid="loss-case-reason"
        />
      ) : (
        <input
          className="in"
          aria-label={one.kind === "home" ? i18n.t("户主姓名") : i18n.t("姓名")}
          placeholder={before || (one.kind === "home" ? i18n.t("户主姓名") : i18n.t("姓名"))}
          value={one.name}
          onChange={(event) => onChange({ name: event.target.value })}
          data-testid="loss-case-name"
        />
      )}
      <Button
        small
        onPress={known ? () => onChange({ withdrawn: !one.withdrawn }) : onDrop}
        testId="loss-case-drop"
      >
        {known ? (one.withdrawn ? i18n.t("留下") : i18n.t("撤下…")) : i18n.t("不记")}
      </Button>
    </div>
  );
}
