//! AsyncAPI 3 of the WebSocket.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shared::push::Event;

use super::{Schemas, error_shape};

fn event_shape(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Event>()
}

/// The messages of the channel by their keys, and references to those that go one way.
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
    let from_clients = from_clients(&mut schemas, &mut messages);
    let pushed = event_shape(&mut schemas.outgoing).to_value();
    let named = schemas.named();
    let variants = if pushed["oneOf"].is_array() { &pushed["oneOf"] } else { &named["Event"]["oneOf"] };
    let mut to_clients = pushes(variants, &mut messages);
    to_clients.extend(answers(error, &mut messages));
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
        "channels": { "live": { "address": "/", "messages": messages.all } },
        "operations": {
            "fromClients": { "action": "receive", "channel": channel, "messages": from_clients },
            "toClients": { "action": "send", "channel": channel, "messages": to_clients },
        },
        "components": { "schemas": named },
    })
}

fn from_clients(schemas: &mut Schemas, messages: &mut Messages) -> Vec<Value> {
    let message = |event: shared::api::openapi::ClientEvent| {
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
        let message =
            json!({ "name": event.name, "summary": event.summary, "payload": frame, "x-ack": ack });
        messages.add(event.name, message)
    };
    websocket::asyncapi().into_iter().map(message).collect()
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

fn answers(error: Value, messages: &mut Messages) -> [Value; 2] {
    let (to_all, to_some) = (json!(["event", "id", "data"]), json!(["event", "data"]));
    [
        (
            "ack",
            to_all,
            json!({}),
            "The answer to a frame with an `id`: its data are the event's `x-ack`",
        ),
        ("error", to_some, error, "The answer to a frame that was refused"),
    ]
    .map(|(name, required, data, summary)| {
        let payload = json!({
            "type": "object",
            "required": required,
            "properties": {
                "event": { "const": name }, "id": { "type": ["string", "integer"] }, "data": data,
            },
        });
        messages.add(name, json!({ "name": name, "summary": summary, "payload": payload }))
    })
}
