//! The routes of `template.yaml`, the one list of what is deployed.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::throttle::{Throttle, Throttles};

/// The template, as it was when this was built.
const TEMPLATE: &str = include_str!("../../template.yaml");

/// The path of a route that takes every path.
pub const PROXY: &str = "/{proxy+}";

/// What the template routes to whom; a function is named by its folder under `functions`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RouteTable {
    /// Routes of the HTTP API: method, path and function.
    pub http: Vec<HttpRoute>,
    /// Methods of `/{proxy+}`, which take what no other route takes, each with its function.
    pub http_proxy: BTreeMap<String, String>,
    /// Route keys of the WebSocket API, each with its function.
    pub websocket: BTreeMap<String, String>,
    /// How often the routes of each API may be called.
    pub http_throttles: Throttles,
    /// The same of the WebSocket API.
    pub websocket_throttles: Throttles,
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HttpRoute {
    /// In capitals, as in `GET`.
    pub method: String,
    /// As in `/api/conversations/{id}`.
    pub path: String,
    /// As in `conversations`.
    pub function: String,
}

/// The template does not say what is expected of it.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml: {0}")]
pub struct TemplateError(String);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    r#type: String,
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    code_uri: Option<String>,
    #[serde(default)]
    events: BTreeMap<String, Event>,
    #[serde(default)]
    routes: BTreeMap<String, WebSocketRoute>,
    default_route_settings: Option<Throttle>,
    #[serde(default)]
    route_settings: BTreeMap<String, Throttle>,
}

impl Properties {
    fn throttles(&self) -> Throttles {
        Throttles { default: self.default_route_settings, routes: self.route_settings.clone() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    r#type: String,
    #[serde(default)]
    properties: EventProperties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EventProperties {
    method: Option<String>,
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WebSocketRoute {
    function_arn: String,
}

impl RouteTable {
    /// The routes of the project's template.
    ///
    /// # Errors
    /// When it is not a template, or a route leads nowhere.
    pub fn load() -> Result<Self, TemplateError> {
        Self::read(TEMPLATE)
    }

    fn read(text: &str) -> Result<Self, TemplateError> {
        let template: Template =
            serde_saphyr::from_str(text).map_err(|error| TemplateError(error.to_string()))?;
        let mut table = Self::default();
        for resource in template.resources.values() {
            match resource.r#type.as_str() {
                "AWS::Serverless::Function" => table.add_http(&resource.properties)?,
                "AWS::Serverless::HttpApi" => table.http_throttles = resource.properties.throttles(),
                "AWS::Serverless::WebSocketApi" => {
                    table.websocket_throttles = resource.properties.throttles();
                    table.add_websocket(&resource.properties, &template.resources)?;
                }
                _ => {}
            }
        }
        table.http.sort();
        Ok(table)
    }

    fn add_http(&mut self, properties: &Properties) -> Result<(), TemplateError> {
        let function = folder(properties)?;
        for event in properties.events.values().filter(|event| event.r#type == "HttpApi") {
            let EventProperties { method: Some(method), path: Some(path) } = &event.properties else {
                return Err(TemplateError("an event has no Method or no Path".to_owned()));
            };
            let (method, path) = (method.to_uppercase(), path.clone());
            if path == PROXY {
                self.http_proxy.insert(method, function.clone());
            } else {
                self.http.push(HttpRoute { method, path, function: function.clone() });
            }
        }
        Ok(())
    }

    fn add_websocket(
        &mut self,
        properties: &Properties,
        resources: &BTreeMap<String, Resource>,
    ) -> Result<(), TemplateError> {
        for (key, route) in &properties.routes {
            let name = route.function_arn.trim_end_matches(".Arn");
            let function = resources
                .get(name)
                .ok_or_else(|| TemplateError(format!("route {key} leads to no function")))?;
            self.websocket.insert(key.clone(), folder(&function.properties)?);
        }
        Ok(())
    }
}

fn folder(properties: &Properties) -> Result<String, TemplateError> {
    properties
        .code_uri
        .as_deref()
        .and_then(|uri| uri.trim_end_matches('/').rsplit('/').next())
        .map(str::to_owned)
        .ok_or_else(|| TemplateError("a function has no CodeUri".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projects_template_can_be_read() {
        let table = RouteTable::load().unwrap();
        let login = HttpRoute {
            method: "POST".to_owned(),
            path: "/api/auth/login".to_owned(),
            function: "auth".to_owned(),
        };
        assert!(table.http.contains(&login), "{table:?}");
        assert_eq!(
            table.http_throttles.routes["POST /api/auth/login"],
            Throttle { rate: 200, burst: 400 }
        );
        assert_eq!(table.websocket_throttles.default, Some(Throttle { rate: 1000, burst: 2000 }));
        assert_eq!(table.websocket.get("$connect").map(String::as_str), Some("websocket"));
    }

    #[test]
    fn a_route_that_leads_nowhere_is_told() {
        let text = "Resources: {Api: {Type: 'AWS::Serverless::WebSocketApi', Properties: \
                    {Routes: {$default: {FunctionArn: !GetAtt Nobody.Arn}}}}}";
        let error = RouteTable::read(text).unwrap_err().to_string();
        assert_eq!(error, "template.yaml: route $default leads to no function");
    }
}
