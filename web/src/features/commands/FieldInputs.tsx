// The questions a template asks with "done": for a thumb on the phone, or taken down on somebody's word.
import { i18n, say } from "../../i18n/i18n";
import type { Form } from "../../state/forms";
import { Chip } from "../../ui/Button";
import type { Field } from "../../wire/view";

interface FieldInputsProps {
  fields: readonly Field[];
  form: Form;
  onChange: (form: Form) => void;
  thumb?: boolean;
}

export function FieldInputs({ fields, form, onChange, thumb = false }: FieldInputsProps) {
  const put = (id: string, text: string) => onChange({ ...form, [id]: text });
  return fields.map((field) =>
    field.kind === "choice" ? (
      <fieldset key={field.id} style={{ border: 0 }} data-testid={`field-${field.id}`}>
        <legend className="lab">{say(field.title)}</legend>
        <div className={thumb ? "grid" : "chips"}>
          {field.options.map((option) => {
            const on = form[field.id] === option.id;
            const press = () => put(field.id, on ? "" : option.id);
            const testId = `option-${option.id}`;
            return thumb ? (
              <button
                key={option.id}
                type="button"
                className={`verb${on ? " said" : ""}`}
                aria-pressed={on}
                onClick={press}
                data-testid={testId}
              >
                <b>{say(option.title)}</b>
              </button>
            ) : (
              <Chip key={option.id} on={on} onPress={press} testId={testId}>
                {say(option.title)}
              </Chip>
            );
          })}
        </div>
      </fieldset>
    ) : (
      <label key={field.id}>
        <span className="lab">
          {say(field.title)}
          {field.kind === "number"
            ? i18n.t("（{least} 到 {most}）", { least: field.least, most: field.most })
            : ""}
        </span>
        <input
          className="in"
          inputMode={field.kind === "number" ? "numeric" : "text"}
          value={form[field.id] ?? ""}
          onChange={(event) => put(field.id, event.target.value)}
          data-testid={`field-${field.id}`}
        />
      </label>
    ),
  );
}
