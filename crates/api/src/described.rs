//! Makes the description say what is always there.
//!
//! An optional field of an answer is sent as `null`, never left out; one of a request may be left
//! out. The derived schemas do not know which of both they describe, the document does. Of what is sent by
//! the ten thousand, [`LEAN`], only what it says is sent.

use std::collections::BTreeSet;

use serde_json::Value;

/// Schemas that leave out what they do not say.
const LEAN: [&str; 1] = ["Fact"];

/// Marks every field of what is only ever sent by the server as required.
pub(crate) fn require_what_is_sent(document: &mut Value) {
    let asked = asked(document);
    let schemas = document.pointer_mut("/components/schemas");
    let Some(schemas) = schemas.and_then(Value::as_object_mut) else {
        return;
    };
    for (name, schema) in schemas {
        if !asked.contains(name) && !LEAN.contains(&name.as_str()) {
            require(schema);
        }
    }
}

/// Schemas that a request is made of, with all they are made of.
fn asked(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(_, path)| path.as_object().into_iter().flatten());
    let mut waiting: Vec<&Value> = operations.map(|(_, one)| &one["requestBody"]).collect();
    let mut asked = BTreeSet::new();
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(fields) => waiting.extend(fields.values()),
            Value::Array(items) => waiting.extend(items),
            Value::String(text) => {
                let name = text.strip_prefix("#/components/schemas/");
                if let Some(name) = name.filter(|name| asked.insert((*name).to_owned())) {
                    waiting.push(&document["components"]["schemas"][name]);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    asked
}

fn require(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                let names = properties.keys().cloned().map(Value::String).collect();
                fields.insert("required".to_owned(), Value::Array(names));
            }
            fields.values_mut().for_each(require);
        }
        Value::Array(items) => items.iter_mut().for_each(require),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_has_all_its_fields_and_a_request_those_it_needs() {
        let field = json!({"type": ["string", "null"]});
        let part = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let object = json!({"type": "object", "properties": {"a": field, "b": field}});
        let mut document = json!({
            "paths": {"/x": {"post": {
                "requestBody": {"content": {"application/json": {"schema": part("Asked")}}},
                "responses": {"200": {"content": {"application/json": {"schema": part("Told")}}}},
            }}},
            "components": {"schemas": {
                "Asked": {"allOf": [part("Shared"), object]},
                "Shared": object,
                "Told": {"oneOf": [part("Shared"), object]},
                "Fact": object,
            }},
        });
        require_what_is_sent(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Told"]["oneOf"][1]["required"], json!(["a", "b"]));
        assert_eq!(schemas["Asked"]["allOf"][1]["required"], Value::Null);
        assert_eq!(schemas["Shared"]["required"], Value::Null);
        assert_eq!(schemas["Fact"]["required"], Value::Null);
    }
}
