// The questions a template asks with "done", taken down on somebody's word.
import { i18n, say } from "../../i18n/i18n";
import type { Form } from "../../state/forms";
import { Chip } from "../../ui/Button";
import type { Field } from "../../wire/view";

interface FieldInputsProps {
  fields: readonly Field[];
  form: Form;
  onChange: (form: Form) => void;
}

export function FieldInputs({ fields, form, onChange }: FieldInputsProps) {
  const put = (id: string, text: string) => onChange({ ...form, [id]: text });
  return fields.map((field) =>
    field.kind === "choice" ? (
      <fieldset key={field.id} style={{ border: 0 }} data-testid={`field-${field.id}`}>
        <legend className="lab">{say(field.title)}</legend>
        <div className="chips">
          {field.options.map((option) => (
            <Chip
              key={option.id}
              on={form[field.id] === option.id}
              onPress={() => put(field.id, form[field.id] === option.id ? "" : option.id)}
              testId={`option-${option.id}`}
            >
              {say(option.title)}
            </Chip>
          ))}
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
