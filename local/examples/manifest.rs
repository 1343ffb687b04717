//! What the code expects of its deployment, as JSON: `cargo run -p local --example manifest`.

use local::functions::{HTTP_FUNCTIONS, WEBSOCKET_FUNCTION};
use serde_json::json;
use shared::config::KEYS;

#[allow(clippy::print_stdout, reason = "this program prints what it found")]
fn main() {
    let http: Vec<_> = HTTP_FUNCTIONS
        .iter()
        .flat_map(|(function, routes)| {
            let list = routes().list().to_vec();
            list.into_iter().map(move |(method, path)| json!([method.as_str(), path, function]))
        })
        .collect();
    let keys = |needed: bool| -> Vec<&str> {
        KEYS.iter().filter(|(_, is_needed)| *is_needed == needed).map(|(key, _)| *key).collect()
    };
    let description = json!({
        "http": http,
        "websocket": { "function": WEBSOCKET_FUNCTION, "events": websocket::EVENTS },
        "pool": shared::config::POOL_SIZE,
        "keys": { "needed": keys(true), "optional": keys(false) },
    });
    println!("{description:#}");
}
