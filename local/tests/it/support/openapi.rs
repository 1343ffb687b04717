//! Holds what the server answers against its own documents: every answer and every frame of every
//! test.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use local::api_docs::{Documents, documents};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

static DOCUMENTS: LazyLock<Documents> = LazyLock::new(documents);

/// The path's template, the method and the status, each with what checks its body.
static ANSWERS: LazyLock<BTreeMap<(String, String, u16), Validator>> = LazyLock::new(|| {
    let openapi = &DOCUMENTS.openapi;
    let mut answers = BTreeMap::new();
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let response = match response["$ref"].as_str() {
                    Some(reference) => openapi.pointer(&reference[1..]).unwrap(),
                    None => response,
                };
                let schema = &response["content"]["application/json"]["schema"];
                let key = (path.clone(), method.to_uppercase(), status.parse().unwrap());
                answers.insert(key, validator(schema, openapi));
            }
        }
    }
    answers
});

/// The names of what is pushed, each with what checks the frame.
static FRAMES: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let asyncapi = &DOCUMENTS.asyncapi;
    let messages = asyncapi["channels"]["live"]["messages"].as_object().unwrap();
    let mut frames: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for (key, message) in messages {
        if ["server", "ack", "error"].contains(&key.split('.').next().unwrap()) {
            frames
                .entry(message["name"].as_str().unwrap().to_owned())
                .or_default()
                .push(&message["payload"]);
        }
    }
    // An `ack` is one of the acks: which one it is, its frame's sender knows.
    let any = |payloads: Vec<&Value>| validator(&json!({ "anyOf": payloads }), asyncapi);
    frames.into_iter().map(|(name, payloads)| (name, any(payloads))).collect()
});

fn validator(schema: &Value, document: &Value) -> Validator {
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [if schema.is_null() { &Value::Bool(true) } else { schema }],
        "components": document["components"],
    });
    jsonschema::options().should_validate_formats(true).build(&whole).unwrap()
}

fn is_at(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(path)
            .all(|(template, part)| *template == part || (template.starts_with('{') && !part.is_empty()))
}

#[track_caller]
pub fn check_answer(method: &Method, path: &str, status: u16, headers: &HeaderMap, body: &Value) {
    let path = path.split('?').next().unwrap();
    let templates = DOCUMENTS.openapi["paths"].as_object().unwrap();
    let matching = templates.keys().filter(|template| is_at(template, path));
    let Some(template) = matching.min_by_key(|template| template.matches('{').count()) else { return };
    if templates[template].get(method.as_str().to_lowercase()).is_none() {
        assert!([404, 405, 204].contains(&status), "{method} {path}: {status}");
        return;
    }
    // What the gateway itself refuses has another shape.
    if !headers.contains_key("x-content-type-options") {
        return;
    }
    let answer = ANSWERS.get(&(template.clone(), method.to_string(), status));
    let answer = answer.unwrap_or_else(|| panic!("{method} {path}: {status} is not documented: {body}"));
    if let Err(error) = answer.validate(body) {
        panic!("{method} {path} {status} at {}: {error}: {body}", error.instance_path());
    }
    if [429, 503].contains(&status) {
        assert!(headers.contains_key("retry-after"));
    }
}

#[track_caller]
pub fn check_frame(frame: &Value) {
    // The gateway's own tests send what they like.
    let Some(name) = frame["event"].as_str() else { return };
    let Some(known) = FRAMES.get(name) else { panic!("{name} is not documented: {frame}") };
    if let Err(error) = known.validate(frame) {
        panic!("{name} at {}: {error}: {frame}", error.instance_path());
    }
}
