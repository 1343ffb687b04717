//! OpenAPI 3.1 of the HTTP routes.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use shared::api::openapi::{Callers, Operation};
use shared::rate_limit::{Limit, Limits};

use super::{Schemas, error_shape, operations, words};

/// What the functions are for: an operation's tag is its function.
const TAGS: [(&str, &str); 7] = [
    ("analytics", "Figures of days, and of agents"),
    ("auth", "Users: registering, logging in, the team, and what is done to it"),
    ("canned-responses", "Texts that agents send again and again"),
    ("conversations", "Chats: listed, handed on, ended, rated"),
    ("messages", "What is said in them"),
    ("pages", "What browsers load, the descriptions of the API, and a sign of life"),
    ("visitors", "Who is or was on the site, and what is kept of them"),
];

/// The document.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let error = schemas.outgoing(error_shape);
    let mut paths = Map::new();
    for (function, operation) in operations() {
        let item = path_item(&mut schemas, function, &operation);
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = item;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Live chat",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT", "identifier": "MIT" },
            "description": format!("{}{}", include_str!("http.md"), limits()),
        },
        "servers": [
            { "url": "/", "description": "Where this document is from" },
            { "url": "http://localhost:5000", "description": "`cargo run`" },
        ],
        "security": [{ "token": [] }],
        "tags": TAGS.map(|(name, description)| json!({ "name": name, "description": description })),
        "paths": paths,
        "components": {
            "schemas": schemas.named(),
            "responses": refusals(&error),
            "securitySchemes": {
                "token": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "From `POST /api/auth/login`, or of `visitor:connected`.",
                },
            },
        },
    })
}

pub(super) fn limits() -> String {
    let mut text = String::from("| limit | so often |\n|---|---|\n");
    let limits = Limits::read("");
    for (limit, _) in Limit::ALL {
        if let Some(rate) = limits.as_ref().and_then(|limits| limits.rate(*limit)) {
            // Writing to a text cannot fail.
            let _written =
                writeln!(text, "| `{}` | {} in {} s |", limit.name(), rate.most, rate.window.as_secs());
        }
    }
    text
}

/// What each status means with which a route refuses.
const REFUSALS: [(u16, &str, &str); 9] = [
    (400, "validation_failed", "Malformed, or a value breaks a rule: `errors` says which"),
    (401, "unauthorized", "No token, or one that is invalid, expired or logged out"),
    (403, "forbidden", "Known, and not allowed; `banned` for a visitor who may not come in"),
    (404, "not_found", "Does not exist, or not for this caller"),
    (409, "conflict", "Not possible in the present state"),
    (413, "payload_too_large", "The body is larger than 256 KiB"),
    (415, "unsupported_media_type", "The body is not declared as JSON"),
    (429, "rate_limited", "Too often; `Retry-After` says in how many seconds to come back"),
    (503, "unavailable", "Away or too busy; `Retry-After` says in how many seconds to come back"),
];

fn refusals(error: &Value) -> Value {
    let each = REFUSALS.map(|(status, code, meaning)| {
        let mut response = json!({
            "description": meaning,
            "content": { "application/json": {
                "schema": error,
                "example": { "message": meaning, "code": code },
            } },
        });
        if matches!(status, 429 | 503) {
            response["headers"] = json!({ "Retry-After": {
                "description": "In how many seconds to come back",
                "required": true,
                "schema": { "type": "integer", "minimum": 1 },
            } });
        }
        (status.to_string(), response)
    });
    Value::Object(each.into_iter().collect())
}

/// What OpenAPI calls an operation.
fn path_item(schemas: &mut Schemas, function: &str, operation: &Operation) -> Value {
    let mut refused = vec![429, 503];
    let parameters = parameters(schemas, operation, &mut refused);
    let mut item = json!({
        "operationId": operation_id(operation),
        "tags": [function],
        "summary": operation.summary,
        "description": match operation.callers {
            Callers::Everybody | Callers::Anybody => "Needs no token.",
            Callers::Known => "A visitor sees what is its own, an agent everything.",
            Callers::Agents => "For agents.",
            Callers::Administrators => "For administrators.",
        },
    });
    if let Some(body) = operation.body {
        let schema = schemas.incoming(body);
        let required = schema["required"].as_array().is_some_and(|fields| !fields.is_empty());
        item["requestBody"] =
            json!({ "required": required, "content": { "application/json": { "schema": schema } } });
        refused.extend([400, 413, 415]);
    }
    match operation.callers {
        Callers::Everybody => item["security"] = json!([]),
        Callers::Anybody => item["security"] = json!([{}, { "token": [] }]),
        _ => {}
    }
    // A token that is shown must be good, and a visitor's may be banned.
    if operation.callers != Callers::Everybody {
        refused.extend([401, 403]);
    }
    if !parameters.is_empty() {
        item["parameters"] = json!(parameters);
    }
    refused.extend(operation.refusals);
    item["responses"] = responses(schemas, operation, refused);
    item
}

fn parameters(schemas: &mut Schemas, operation: &Operation, refused: &mut Vec<u16>) -> Vec<Value> {
    let mut parameters: Vec<Value> = Vec::new();
    for name in operation.path.split('/').filter_map(|part| part.strip_prefix('{')) {
        let name = name.trim_end_matches('}');
        let is_file = name == "file";
        let pattern = if is_file { r"^[\w-]+\.(css|html|js|json)$" } else { "^[0-9a-fA-F]{24}$" };
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "description": words::of_parameter(name),
            "schema": { "type": "string", "pattern": pattern },
        }));
        refused.push(404);
        if !is_file {
            refused.push(400);
        }
    }
    if let Some(query) = operation.query {
        let query = schemas.incoming(query);
        for (name, schema) in query["properties"].as_object().into_iter().flatten() {
            let (about, schema) = (words::of_parameter(name), not_null(schema));
            parameters
                .push(json!({ "name": name, "in": "query", "description": about, "schema": schema }));
        }
        refused.push(400);
    }
    parameters
}

fn responses(schemas: &mut Schemas, operation: &Operation, mut refused: Vec<u16>) -> Value {
    refused.sort_unstable();
    refused.dedup();
    let (status, body) = operation.success;
    let mut responses = Map::new();
    let schema = match operation.media_type {
        "application/json" => schemas.outgoing(body),
        _ => json!({ "type": "string" }),
    };
    let content = json!({ operation.media_type: { "schema": schema } });
    let done = match status {
        302 => json!({ "description": "`Location` says where it is" }),
        _ => json!({ "description": "Done", "content": content }),
    };
    responses.insert(status.to_string(), done);
    for status in refused {
        let reference = format!("#/components/responses/{status}");
        responses.insert(status.to_string(), json!({ "$ref": reference }));
    }
    Value::Object(responses)
}

/// In a query, what is left out is null.
fn not_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(fields) = schema.as_object_mut()
        && fields.get("default").is_some_and(Value::is_null)
    {
        fields.remove("default");
    }
    if let Some(kinds) = schema.get("type").and_then(Value::as_array) {
        let kinds: Vec<Value> = kinds.iter().filter(|kind| **kind != "null").cloned().collect();
        schema["type"] = if let [kind] = kinds.as_slice() { kind.clone() } else { json!(kinds) };
    }
    if let Some(first) = schema.get("anyOf").and_then(|any| any.get(0).cloned()) {
        schema = first;
    }
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
    schema
}

fn operation_id(operation: &Operation) -> String {
    let path = operation.path.trim_start_matches("/api/").trim_start_matches('/');
    let words = path.split(['/', '-', '.']).map(|word| word.trim_matches(['{', '}']));
    let name = words.fold(operation.method.as_str().to_lowercase(), |name, word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().fold(name, |mut name, first| {
            name.push(first);
            name.push_str(letters.as_str());
            name
        })
    });
    // That of the place itself has no word.
    if operation.path == "/" { format!("{name}Root") } else { name }
}
