//! The description of the API, made of the code: OpenAPI 3.1 of the HTTP routes, AsyncAPI 3 of the WebSocket,
//! and a page to read. `cargo run -p local --example document` writes them to where `auth` serves them from.

use std::fmt::Write;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shared::describe::{Callers, Operation, Shape};
use shared::error::Error;
use shared::events::Event;
use shared::limits::{Limit, Limits};

/// The one route that answers with no JSON.
const PAGE: &str = "/api/docs";

/// The documents.
pub struct Documents {
    /// OpenAPI 3.1.
    pub openapi: Value,
    /// AsyncAPI 3.
    pub asyncapi: Value,
    /// A page that says what the first one does.
    pub page: String,
}

/// The operations of every function, each with the function's name.
pub fn operations() -> Vec<(&'static str, Operation)> {
    let of = |function: &'static str, operations: Vec<Operation>| {
        operations.into_iter().map(move |operation| (function, operation))
    };
    of("auth", auth::describe())
        .chain(of("conversations", conversations::describe()))
        .chain(of("messages", messages::describe()))
        .chain(of("visitors", visitors::describe()))
        .chain(of("analytics", analytics::describe()))
        .chain(of("canned-responses", canned_responses::describe()))
        .collect()
}

/// Makes the documents.
pub fn documents() -> Documents {
    let openapi = openapi();
    let page = page(&openapi);
    Documents { page, asyncapi: asyncapi(), openapi }
}

/// What comes in is described where it is asked for, what goes out by its name.
struct Schemas {
    incoming: SchemaGenerator,
    outgoing: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        let inline = settings().with(|settings| settings.inline_subschemas = true);
        Self {
            incoming: inline.for_deserialize().into_generator(),
            outgoing: settings().for_serialize().into_generator(),
        }
    }

    fn incoming(&mut self, shape: Shape) -> Value {
        shape(&mut self.incoming).to_value()
    }

    fn outgoing(&mut self, shape: Shape) -> Value {
        shape(&mut self.outgoing).to_value()
    }

    fn named(&mut self) -> Value {
        let mut named: Vec<(String, Value)> = self.outgoing.take_definitions(true).into_iter().collect();
        named.sort_by(|(one, _), (other, _)| one.cmp(other));
        Value::Object(named.into_iter().collect::<Map<String, Value>>())
    }
}

fn error_shape(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Error>()
}

fn event_shape(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Event>()
}

fn openapi() -> Value {
    let mut schemas = Schemas::new();
    let error = schemas.outgoing(error_shape);
    let mut paths = Map::new();
    for (function, operation) in operations() {
        let described = describe(&mut schemas, function, &operation);
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = described;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Live chat",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT", "identifier": "MIT" },
            "description": format!(
                "The HTTP API of the live chat. Errors have one shape, with a stable `code`. \
                 Past a limit a call is answered with 429 and `Retry-After`.\n\n{}\n\
                 The WebSocket is described in `/api/asyncapi.json`.",
                limits(),
            ),
        },
        "security": [{ "token": [] }],
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

fn limits() -> String {
    let mut text = String::from("| limit | so often |\n|---|---|\n");
    let limits = Limits::read("");
    for (limit, _) in Limit::ALL {
        if let Some(rate) = limits.as_ref().and_then(|limits| limits.rate(limit)) {
            // Writing to a text cannot fail.
            let _written =
                writeln!(text, "| `{}` | {} in {} s |", limit.name(), rate.most, rate.window.as_secs());
        }
    }
    text
}

/// What each status of refusal means.
const REFUSALS: [(u16, &str, &str); 10] = [
    (400, "validation_failed", "Malformed, or a value breaks a rule: `errors` says which"),
    (401, "unauthorized", "No token, or one that is invalid, expired or logged out"),
    (403, "forbidden", "Known, and not allowed; `banned` for a visitor who may not come in"),
    (404, "not_found", "Does not exist, or not for this caller"),
    (405, "method_not_allowed", "The path exists, and not for this method"),
    (409, "conflict", "Not possible in the present state"),
    (413, "payload_too_large", "The body is larger than 256 KiB"),
    (415, "unsupported_media_type", "The body is not declared as JSON"),
    (429, "rate_limited", "Too often; `Retry-After` says in how many seconds to come back"),
    (503, "unavailable", "The database is away; `Retry-After` says in how many seconds to come back"),
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

fn describe(schemas: &mut Schemas, function: &str, operation: &Operation) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    let mut refused = vec![429, 503];
    for name in operation.path.split('/').filter_map(|part| part.strip_prefix('{')) {
        parameters.push(json!({
            "name": name.trim_end_matches('}'), "in": "path", "required": true,
            "schema": { "type": "string", "pattern": "^[0-9a-fA-F]{24}$" },
        }));
        refused.extend([400, 404]);
    }
    if let Some(query) = operation.query {
        let query = schemas.incoming(query);
        for (name, schema) in query["properties"].as_object().into_iter().flatten() {
            parameters.push(json!({ "name": name, "in": "query", "schema": not_null(schema) }));
        }
        refused.push(400);
    }
    match operation.callers {
        Callers::Everybody => {}
        // A token that is shown must be good, and a visitor's may be banned.
        Callers::Anybody | Callers::Known | Callers::Agents | Callers::Administrators => {
            refused.extend([401, 403]);
        }
    }
    let mut described = json!({
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
        described["requestBody"] =
            json!({ "required": required, "content": { "application/json": { "schema": schema } } });
        refused.extend([400, 413, 415]);
    }
    match operation.callers {
        Callers::Everybody => described["security"] = json!([]),
        Callers::Anybody => described["security"] = json!([{}, { "token": [] }]),
        _ => {}
    }
    if !parameters.is_empty() {
        described["parameters"] = json!(parameters);
    }
    refused.extend(operation.refusals);
    refused.sort_unstable();
    refused.dedup();
    let (status, body) = operation.success;
    let mut responses = Map::new();
    let content = match operation.path {
        PAGE => json!({ "text/html": { "schema": { "type": "string" } } }),
        _ => json!({ "application/json": { "schema": schemas.outgoing(body) } }),
    };
    let done = json!({ "description": "Done", "content": content });
    responses.insert(status.to_string(), done);
    for status in refused {
        let reference = format!("#/components/responses/{status}");
        responses.insert(status.to_string(), json!({ "$ref": reference }));
    }
    described["responses"] = Value::Object(responses);
    described
}

/// In a query, what is left out is null.
fn not_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
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
    let words = path.split(['/', '-']).map(|word| word.trim_matches(['{', '}']));
    words.fold(operation.method.as_str().to_lowercase(), |name, word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().fold(name, |mut name, first| {
            name.push(first);
            name.push_str(letters.as_str());
            name
        })
    })
}

fn asyncapi() -> Value {
    let mut schemas = Schemas::new();
    let error = schemas.outgoing(error_shape);
    let (mut messages, mut from_clients) = (Map::new(), Vec::new());
    for event in websocket::describe() {
        let action = event.name.split(':').next().unwrap_or_default();
        let (data, ack) = (schemas.incoming(event.data), schemas.outgoing(event.ack));
        let frame = json!({
            "type": "object",
            "required": ["event"],
            "properties": {
                "action": { "const": action },
                "event": { "const": event.name },
                "id": { "type": ["string", "integer"], "description": "Echoed in the answer" },
                "data": data,
            },
        });
        messages.insert(
            event.name.to_owned(),
            json!({
                "name": event.name, "summary": event.summary, "payload": frame,
                "x-ack": ack,
            }),
        );
        from_clients.push(json!({ "$ref": format!("#/channels/live/messages/{}", event.name) }));
    }
    let mut to_clients = Vec::new();
    let pushed = event_shape(&mut schemas.outgoing).to_value();
    let named = schemas.named();
    let variants = if pushed["oneOf"].is_array() { &pushed["oneOf"] } else { &named["Event"]["oneOf"] };
    for variant in variants.as_array().into_iter().flatten() {
        let Some(name) = variant["properties"]["event"]["const"].as_str() else { continue };
        let key = format!("server.{name}");
        messages.insert(
            key.clone(),
            json!({
                "name": name, "summary": variant["description"], "payload": variant,
            }),
        );
        to_clients.push(json!({ "$ref": format!("#/channels/live/messages/{key}") }));
    }
    for (name, data, summary) in [
        ("ack", json!({}), "The answer to a frame with an `id`: its data are the event's `x-ack`"),
        ("error", error, "The answer to a frame that was refused"),
    ] {
        let payload = json!({
            "type": "object",
            "required": if name == "ack" { json!(["event", "id", "data"]) } else { json!(["event", "data"]) },
            "properties": { "event": { "const": name }, "id": { "type": ["string", "integer"] }, "data": data },
        });
        messages
            .insert(name.to_owned(), json!({ "name": name, "summary": summary, "payload": payload }));
        to_clients.push(json!({ "$ref": format!("#/channels/live/messages/{name}") }));
    }
    let channel = json!({ "$ref": "#/channels/live" });
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Live chat",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT" },
            "description": "The WebSocket of the live chat. A frame is one JSON object; one with an `id` is \
                answered with an `ack` or an `error` of that id. Before it has proved who it is, a connection \
                may send only `agent:connect`, `visitor:connect` and `ping`. Nothing closes it for a bad frame.",
        },
        "defaultContentType": "application/json",
        "channels": { "live": { "address": "/", "messages": messages } },
        "operations": {
            "fromClients": { "action": "receive", "channel": channel, "messages": from_clients },
            "toClients": { "action": "send", "channel": channel, "messages": to_clients },
        },
        "components": { "schemas": named },
    })
}

/// A page without scripts.
fn page(openapi: &Value) -> String {
    let mut page = String::from(concat!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Live chat: the HTTP API</title>\n",
        "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n",
        "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2733}\n",
        "h2{margin-top:3rem}h3 code{background:#eef2f6;padding:.1rem .4rem;border-radius:.3rem}\n",
        "details{margin:.3rem 0}pre{background:#f6f8fa;padding:.8rem;overflow:auto;font-size:.85rem}\n",
        "td,th{text-align:left;padding:.1rem .8rem .1rem 0;vertical-align:top}\n</style></head><body>\n",
        "<h1>Live chat: the HTTP API</h1>\n<p>Of the same source as <a href=\"/api/openapi.json\">OpenAPI 3.1</a>; ",
        "the WebSocket is described in <a href=\"/api/asyncapi.json\">AsyncAPI 3</a>.</p>\n",
    ));
    let mut function = Value::Null;
    for (path, methods) in openapi["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            if operation["tags"][0] != function {
                function = operation["tags"][0].clone();
                page.push_str(&format!("<h2>{}</h2>\n", escaped(&function)));
            }
            page.push_str(&format!(
                "<h3><code>{} {path}</code></h3>\n<p>{}. {}</p>\n",
                method.to_uppercase(),
                escaped(&operation["summary"]),
                escaped(&operation["description"]),
            ));
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                page.push_str(&details(
                    &format!(
                        "{}: <code>{}</code>",
                        escaped(&parameter["in"]),
                        escaped(&parameter["name"])
                    ),
                    &parameter["schema"],
                ));
            }
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            if !body.is_null() {
                page.push_str(&details("body", body));
            }
            for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                let schema = &response["content"]["application/json"]["schema"];
                if !schema.is_null() {
                    page.push_str(&details(status, schema));
                }
            }
            let refused: Vec<&str> = operation["responses"]
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(_, response)| response["$ref"].is_string())
                .map(|(status, _)| status.as_str())
                .collect();
            page.push_str(&format!("<p>Refused with {}.</p>\n", refused.join(", ")));
        }
    }
    page.push_str("<h2>Refusals</h2>\n<table>\n");
    for (status, code, meaning) in REFUSALS {
        page.push_str(&format!(
            "<tr><td>{status}</td><td><code>{code}</code></td><td>{meaning}</td></tr>\n"
        ));
    }
    page.push_str("</table>\n<h2>Schemas</h2>\n");
    for (name, schema) in openapi["components"]["schemas"].as_object().into_iter().flatten() {
        page.push_str(&details(name, schema));
    }
    page.push_str("</body></html>\n");
    page
}

fn details(summary: &str, schema: &Value) -> String {
    format!(
        "<details><summary>{summary}</summary><pre>{}</pre></details>\n",
        escaped(&json!(format!("{schema:#}")))
    )
}

fn escaped(text: &Value) -> String {
    let text = text.as_str().unwrap_or_default();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
