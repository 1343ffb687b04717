//! AsyncAPI 3 of the WebSocket.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shared::push::Event;

use super::openapi::limits;
use super::{Schemas, error_shape};

fn event_shape(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Event>()
}

/// The messages of the channel by their keys.
#[derive(Default)]
struct Messages {
    all: Map<String, Value>,
}

impl Messages {
    fn add(&mut self, key: &str, message: Value) -> Value {
        self.all.insert(key.to_owned(), message);
        json!({ "$ref": format!("#/channels/live/messages/{key}") })
    }
}

/// The document.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let error = schemas.outgoing(error_shape);
    let mut messages = Messages::default();
    let mut operations = from_clients(&mut schemas, &mut messages);
    let pushed = event_shape(&mut schemas.outgoing).to_value();
    let named = schemas.named();
    let variants = if pushed["oneOf"].is_array() { &pushed["oneOf"] } else { &named["Event"]["oneOf"] };
    let mut to_clients = pushes(variants, &mut messages);
    let summary = "The answer to a frame that was refused";
    to_clients.push(messages.add("error", answer("error", &["event", "data"], &error, summary)));
    let pushing = json!({ "action": "send", "channel": channel(), "messages": to_clients });
    operations.insert("toClients".to_owned(), pushing);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Live chat",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT", "url": "https://opensource.org/license/mit" },
            "description": format!("{}{}", include_str!("websocket.md"), limits()),
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "localhost:5000",
                "pathname": "/ws",
                "protocol": "ws",
                "description": "`cargo run`. Everywhere else, `/config.json` says where it is",
            },
        },
        "channels": { "live": { "address": "/", "messages": messages.all } },
        "operations": operations,
        "components": { "schemas": named },
    })
}

fn channel() -> Value {
    json!({ "$ref": "#/channels/live" })
}

/// What a client sends: an operation of each event, with the `ack` as its reply.
fn from_clients(schemas: &mut Schemas, messages: &mut Messages) -> Map<String, Value> {
    let mut operations = Map::new();
    for event in websocket::asyncapi() {
        let (action, _) = event.name.split_once(':').unwrap_or((event.name, ""));
        let data = schemas.incoming(event.data);
        let mut required = vec!["event"];
        if data["required"].as_array().is_some_and(|fields| !fields.is_empty()) {
            required.push("data");
        }
        let payload = json!({
            "type": "object",
            "required": required,
            "properties": {
                "action": { "const": action, "description": "What API Gateway routes on" },
                "event": { "const": event.name },
                "id": { "type": ["string", "integer"], "description": "Echoed in the answer" },
                "quiet": { "type": "boolean", "description": "Whether nothing is to come back but an error, where there is no `id`" },
                "data": data,
            },
        });
        let message = json!({ "name": event.name, "summary": event.summary, "payload": payload });
        let ack = schemas.outgoing(event.ack);
        let summary = format!("`{}` was done", event.name);
        let ack = answer("ack", &["event", "id", "data"], &ack, &summary);
        let operation = json!({
            "action": "receive",
            "channel": channel(),
            "summary": event.summary,
            "messages": [messages.add(event.name, message)],
            "reply": { "channel": channel(), "messages": [messages.add(&format!("ack.{}", event.name), ack)] },
        });
        operations.insert(event.name.replace(':', "."), operation);
    }
    operations
}

/// What is pushed, by the variants of [`Event`].
fn pushes(variants: &Value, messages: &mut Messages) -> Vec<Value> {
    let variants = variants.as_array().into_iter().flatten();
    variants
        .filter_map(|variant| {
            let name = variant["properties"]["event"]["const"].as_str()?;
            let message = json!({ "name": name, "summary": variant["description"], "payload": variant });
            Some(messages.add(&format!("server.{name}"), message))
        })
        .collect()
}

fn answer(name: &str, required: &[&str], data: &Value, summary: &str) -> Value {
    let payload = json!({
        "type": "object",
        "required": required,
        "properties": {
            "event": { "const": name }, "id": { "type": ["string", "integer"] }, "data": data,
        },
    });
    json!({ "name": name, "summary": summary, "payload": payload })
}

/// AsyncAPI reads nothing beside a `$ref`: what is said of one goes around it.
pub fn refer_alone(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(refer_alone);
            if fields.len() > 1
                && let Some(reference) = fields.remove("$ref")
            {
                fields.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(refer_alone),
        _ => {}
    }
}
