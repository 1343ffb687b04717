//! The files that are served as they are. Some have names that say what is in them, as in `app-3SU4FCFS.js`, so
//! that a browser may keep them for ever (RFC 8246).

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::{FromRequestParts, Path};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rust_embed::{Embed, EmbeddedFile};
use schemars::JsonSchema;
use shared::Error;
use shared::id::hex;

/// A file, of whatever kind.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct File {}

/// The name of a file, at the end of a path.
pub struct FileName(pub String);

impl<S: Send + Sync> FromRequestParts<S> for FileName {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Path(name) = Path::from_request_parts(parts, state)
            .await
            // What is no text names no file.
            .map_err(|_| Error::not_found("File"))?;
        Ok(Self(name))
    }
}

#[derive(Embed)]
#[folder = "assets/"]
struct Files;

/// How long a browser may keep a file whose name says what is in it.
const KEPT: &str = "public, max-age=31536000, immutable";
/// How long it may keep the widget's launcher, which pages of others name, and its types.
const KEPT_A_WHILE: &str = "public, max-age=300";
/// What is asked for again each time; an unchanged file is not sent again.
const NOT_KEPT: &str = "no-cache";
/// The shortest part of a name that says what is in a file.
const SHORTEST_HASH: usize = 8;
/// Pages of other sites load the widget.
const FOR_OTHER_SITES: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::VARY, "origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
];

/// One of the files.
pub struct Asset {
    name: String,
    /// Whether it has that name; its successor has not.
    is_itself: bool,
    file: Option<EmbeddedFile>,
    /// Whether it is kept compressed, as the large ones are.
    is_packed: bool,
}

impl Asset {
    /// The file of this name, if there is one.
    pub fn of(name: impl Into<String>) -> Self {
        let name = name.into();
        let file = Files::get(&name);
        let packed = if file.is_none() { Files::get(&format!("{name}.gz")) } else { None };
        Self { is_packed: packed.is_some(), file: file.or(packed), name, is_itself: true }
    }

    /// The one that has taken this one's place, if it is not there any more: a launcher that a browser has kept asks
    /// for what a build before had. It is not kept under the old name.
    pub fn or_its_successor(self) -> Self {
        if self.file.is_some() {
            return self;
        }
        let successor = parts(&self.name)
            .and_then(|(stem, _, kind)| {
                Files::iter()
                    .find(|name| parts(name).is_some_and(|(other, _, its)| (other, its) == (stem, kind)))
            })
            .and_then(|name| Files::get(&name));
        Self { file: successor, is_itself: false, ..self }
    }

    /// What is in it; nothing if there is none.
    pub fn bytes(&self) -> &[u8] {
        self.file.as_ref().map_or(&[], |file| &file.data)
    }

    /// The answer to a request for it: 304 to who has it, 404 if there is none.
    pub fn answer(self, asked: &HeaderMap) -> Response {
        let Some(file) = self.file else { return Error::not_found("File").into_response() };
        let version = file.metadata.sha256_hash();
        let etag = format!("W/\"{}\"", hex(version.get(..16).unwrap_or_default()));
        let has_it = asked.get_all(header::IF_NONE_MATCH).iter().any(|known| is_among(&etag, known));
        let body = match file.data {
            _ if has_it => Body::empty(),
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        };
        let mut response = Response::new(body);
        if has_it {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let kept = match self.name.as_str() {
            "widget.js" | "widget.d.ts" => KEPT_A_WHILE,
            name if self.is_itself && says_what_is_in_it(name) => KEPT,
            _ => NOT_KEPT,
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&self.name)));
        headers.extend(HeaderValue::from_str(&etag).ok().map(|etag| (header::ETAG, etag)));
        if self.is_packed {
            // Who says nothing takes it (RFC 9110, section 12.5.3), and a browser says that it does.
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if self.name.starts_with("widget") {
            for (name, value) in FOR_OTHER_SITES {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        response
    }
}

/// What a name is before the part that says what is in the file, that part, and the kind.
fn parts(name: &str) -> Option<(&str, &str, &str)> {
    let (stem, rest) = name.rsplit_once('-')?;
    let (hash, kind) = rest.split_once('.')?;
    Some((stem, hash, kind))
}

fn says_what_is_in_it(name: &str) -> bool {
    let is_hash = |hash: &str| {
        let is_one = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        hash.len() >= SHORTEST_HASH && hash.bytes().all(is_one)
    };
    parts(name).is_some_and(|(_, hash, _)| is_hash(hash))
}

/// Whether a version is among those that the caller has (RFC 9110, section 13.1.2).
fn is_among(etag: &str, known: &HeaderValue) -> bool {
    known.to_str().is_ok_and(|known| known.split(',').any(|known| known.trim() == etag))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        // Nothing runs it; a browser shows it, and what is named `.d.ts` an editor knows.
        Some("ts") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
