//! A page to read, made of the OpenAPI document.

use serde_json::{Value, json};

use super::openapi::REFUSALS;

/// A page without scripts.
pub fn of(openapi: &Value) -> String {
    let mut page = String::from(concat!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Live chat: the HTTP API</title>\n",
        "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n",
        "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2733}\n",
        "h2{margin-top:3rem}h3 code{background:#eef2f6;padding:.1rem .4rem;border-radius:.3rem}\n",
        "details{margin:.3rem 0}pre{background:#f6f8fa;padding:.8rem;overflow:auto;font-size:.85rem}\n",
        "td,th{text-align:left;padding:.1rem .8rem .1rem 0;vertical-align:top}\n</style></head><body>\n",
        "<h1>Live chat: the HTTP API</h1>\n<p>Of the same source as <a href=\"/api/openapi.json\">OpenAPI 3.1</a>; ",
        "the WebSocket is in <a href=\"/api/asyncapi.json\">AsyncAPI 3</a>.</p>\n",
    ));
    let mut function = Value::Null;
    for (path, methods) in openapi["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            if operation["tags"][0] != function {
                function = operation["tags"][0].clone();
                page.push_str(&format!("<h2>{}</h2>\n", escaped(&function)));
            }
            page.push_str(&operation_of(method, path, operation));
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

fn operation_of(method: &str, path: &str, operation: &Value) -> String {
    let mut text = format!(
        "<h3><code>{} {path}</code></h3>\n<p>{}. {}</p>\n",
        method.to_uppercase(),
        escaped(&operation["summary"]),
        escaped(&operation["description"]),
    );
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let (place, name) = (escaped(&parameter["in"]), escaped(&parameter["name"]));
        text.push_str(&details(&format!("{place}: <code>{name}</code>"), &parameter["schema"]));
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        text.push_str(&details("body", body));
    }
    let mut refused = Vec::new();
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let schema = &response["content"]["application/json"]["schema"];
        if !schema.is_null() {
            text.push_str(&details(status, schema));
        }
        if response["$ref"].is_string() {
            refused.push(status.as_str());
        }
    }
    text.push_str(&format!("<p>Refused with {}.</p>\n", refused.join(", ")));
    text
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
