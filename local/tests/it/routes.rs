//! The template, the gateway and the code name the same routes.

use std::collections::BTreeSet;

use local::functions::{HTTP_FUNCTIONS, WEBSOCKET_FUNCTION};
use local::template::{HttpRoute, RouteTable};

#[test]
fn the_templates_http_routes_are_the_codes() {
    let table = RouteTable::load().unwrap();
    let deployed: BTreeSet<HttpRoute> = table.http.iter().cloned().collect();
    let mut coded = BTreeSet::new();
    for (function, routes) in HTTP_FUNCTIONS {
        for (method, path) in routes().list() {
            let (method, path) = (method.to_string(), (*path).to_owned());
            coded.insert(HttpRoute { method, path, function: function.to_owned() });
        }
    }
    assert_eq!(deployed, coded, "template.yaml and routes() must name the same");
    assert_eq!(table.http.len(), coded.len(), "no route twice");
    let methods: Vec<&str> = table.http_proxy.keys().map(String::as_str).collect();
    // Not OPTIONS, so that the gateway itself answers preflights.
    assert_eq!(methods, ["DELETE", "GET", "PATCH", "POST", "PUT"], "an unknown route has the one shape");
}

#[test]
fn the_templates_websocket_routes_are_the_codes() {
    let table = RouteTable::load().unwrap();
    let deployed: BTreeSet<&str> = table.websocket.keys().map(String::as_str).collect();
    let actions = websocket::EVENTS.iter().filter_map(|event| Some(event.split_once(':')?.0));
    let coded: BTreeSet<&str> = actions.chain(["$connect", "$disconnect", "$default"]).collect();
    assert_eq!(
        deployed, coded,
        "WebSocketApi in template.yaml needs a route for each word before a colon"
    );
    assert!(table.websocket.values().all(|function| function == WEBSOCKET_FUNCTION));
}
