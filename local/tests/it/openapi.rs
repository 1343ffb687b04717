//! The API documents itself. That every answer and every frame is as documented, all tests check (see
//! `support/openapi.rs`).

use std::collections::BTreeSet;

use local::api_docs::{documents, operations};
use local::functions::HTTP_FUNCTIONS;
use serde_json::Value;

use crate::support::Chat;

#[test]
fn every_route_is_documented() {
    let coded: BTreeSet<String> = HTTP_FUNCTIONS
        .iter()
        .flat_map(|(_, routes)| {
            let routes = routes();
            routes.list().iter().map(|(method, path)| format!("{method} {path}")).collect::<Vec<_>>()
        })
        .collect();
    let documented: BTreeSet<String> = operations()
        .iter()
        .map(|(_, operation)| format!("{} {}", operation.method, operation.path))
        .collect();
    assert_eq!(documented, coded, "openapi() and routes() of a function must name the same");
}

#[tokio::test]
async fn what_is_served_is_made_of_the_code() {
    let chat = Chat::start().await;
    let made = documents();
    let how = "run: cargo run -p local --example openapi";
    assert!(chat.get("/api/openapi.json").await.expect(200) == made.openapi, "{how}");
    assert!(chat.get("/api/asyncapi.json").await.expect(200) == made.asyncapi, "{how}");
}

#[test]
fn every_parameter_says_what_it_is_and_every_operation_has_a_name_of_its_own() {
    let made = documents();
    let mut names = BTreeSet::new();
    for operation in made.openapi["paths"].as_object().unwrap().values() {
        for operation in operation.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(name.chars().all(char::is_alphanumeric) && names.insert(name), "{name}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert_ne!(parameter["description"], "", "{name}: {}", parameter["name"]);
            }
        }
    }
}

#[test]
fn every_field_says_what_it_is() {
    fn wordless(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, field) in
                    fields.get("properties").and_then(Value::as_object).into_iter().flatten()
                {
                    if field.is_object()
                        && field.get("description").is_none()
                        && field.get("const").is_none()
                    {
                        found.insert(name.clone());
                    }
                }
                fields.values().for_each(|value| wordless(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| wordless(value, found)),
            _ => {}
        }
    }
    let made = documents();
    let mut found = BTreeSet::new();
    for document in [&made.openapi, &made.asyncapi] {
        wordless(document, &mut found);
    }
    // Of a frame itself.
    for of_frame in ["event", "id", "data"] {
        found.remove(of_frame);
    }
    assert!(found.is_empty(), "say what they are in local/src/api_docs/words.rs: {found:?}");
}

#[test]
fn every_name_that_is_referred_to_is_there() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str() {
                        Some(reference) if name == "$ref" => found.push(reference.to_owned()),
                        _ => references(value, found),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let made = documents();
    for document in [&made.openapi, &made.asyncapi] {
        let mut found = Vec::new();
        references(document, &mut found);
        assert!(found.len() > 20);
        for reference in found {
            assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
        }
    }
}
