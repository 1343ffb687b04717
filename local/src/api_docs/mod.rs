//! The API's own documents, made of the code: OpenAPI 3.1 of the HTTP routes, AsyncAPI 3 of the WebSocket.
//! `cargo run -p local --example openapi` writes them to where `pages` serves them from.

mod asyncapi;
mod openapi;
mod words;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};
use shared::api::openapi::{Operation, Shape};
use shared::error::Error;

/// The documents.
pub struct Documents {
    /// OpenAPI 3.1.
    pub openapi: Value,
    /// AsyncAPI 3.
    pub asyncapi: Value,
}

/// The operations of every function, each with the function's name.
pub fn operations() -> Vec<(&'static str, Operation)> {
    let of = |function: &'static str, operations: Vec<Operation>| {
        operations.into_iter().map(move |operation| (function, operation))
    };
    of("auth", auth::openapi())
        .chain(of("conversations", conversations::openapi()))
        .chain(of("messages", messages::openapi()))
        .chain(of("visitors", visitors::openapi()))
        .chain(of("analytics", analytics::openapi()))
        .chain(of("canned-responses", canned_responses::openapi()))
        .chain(of("pages", pages::openapi()))
        .collect()
}

/// Makes the documents.
pub fn documents() -> Documents {
    let [openapi, mut asyncapi] = [openapi::document(), asyncapi::document()].map(|mut document| {
        words::explain(&mut document);
        document
    });
    asyncapi::refer_alone(&mut asyncapi);
    Documents { openapi, asyncapi }
}

/// What comes in is documented where it is asked for, what goes out by its name.
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
