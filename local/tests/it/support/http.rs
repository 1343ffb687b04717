//! A client for the HTTP API.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::Chat;

/// A request that is sent when it is awaited.
pub struct Call(RequestBuilder, Method, String);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Chat {
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call(self.http.request(method.clone(), self.url(path)), method, path.to_owned())
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    pub fn post(&self, path: &str, body: Value) -> Call {
        self.call(Method::POST, path).json(&body)
    }

    /// A call from another address of this machine, as in `127.0.0.2`.
    pub fn post_from(&self, address: &str, path: &str, body: Value) -> Call {
        let address: std::net::IpAddr = address.parse().unwrap();
        let client = reqwest::Client::builder().local_address(address).build().unwrap();
        Call(client.post(self.url(path)), Method::POST, path.to_owned()).json(&body)
    }

    pub fn put(&self, path: &str, body: Value) -> Call {
        self.call(Method::PUT, path).json(&body)
    }
}

impl Call {
    pub fn by(self, token: &str) -> Self {
        Self(self.0.bearer_auth(token), self.1, self.2)
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value), self.1, self.2)
    }

    pub fn json(self, body: &Value) -> Self {
        Self(self.0.json(body), self.1, self.2)
    }

    pub fn body(self, body: impl Into<reqwest::Body>) -> Self {
        Self(self.0.body(body), self.1, self.2)
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let response = self.0.send().await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let bytes = response.bytes().await.unwrap();
            let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            super::openapi::check_answer(&self.1, &self.2, status, &headers, &body);
            Answer { status, headers, body }
        })
    }
}

impl Answer {
    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// Must be the one shape of error, with this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert!(self.body["message"].as_str().is_some_and(|message| !message.is_empty()));
        self.body
    }

    /// Must be a failed validation that names this path.
    #[track_caller]
    pub fn invalid(self, path: &str) {
        let body = self.refused(400, "validation_failed");
        let paths = super::each(&body["errors"], "path");
        assert!(paths.iter().any(|named| *named == path), "{body}");
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
