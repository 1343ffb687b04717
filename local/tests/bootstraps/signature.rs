//! Checking a request's signature as AWS does (AWS, "Create a signed AWS API request").

use axum::http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::digest::{SHA256, digest};
use ring::hmac::{HMAC_SHA256, Key, sign};

/// What stays as it is in a path.
const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac(key: impl AsRef<[u8]>, text: &str) -> Vec<u8> {
    sign(&Key::new(HMAC_SHA256, key.as_ref()), text.as_bytes()).as_ref().to_vec()
}

/// A part of `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
fn part<'a>(authorization: &'a str, name: &str) -> &'a str {
    let (_, rest) = authorization.split_once(&format!("{name}=")).unwrap();
    rest.split(',').next().unwrap()
}

/// Asserts that whoever has this key and secret has signed a request for `execute-api`, with its host and
/// its time.
pub fn assert_signed(request: &Parts, body: &[u8], (key, secret): (&str, &str)) {
    let header = |name: &str| request.headers[name].to_str().unwrap();
    let authorization = header("authorization");
    let (scope, signed) = (part(authorization, "Credential"), part(authorization, "SignedHeaders"));
    let (credential, scope) = scope.split_once('/').unwrap();
    let [date, region, service, end] = scope.split('/').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((credential, service, end), (key, "execute-api", "aws4_request"));
    let names: Vec<&str> = signed.split(';').collect();
    assert!(names.contains(&"host") && names.contains(&"x-amz-date"), "{signed}");
    assert!(names.contains(&"x-amz-security-token"), "{signed}");
    let headers: String = names.iter().map(|name| format!("{name}:{}\n", header(name).trim())).collect();
    let path = utf8_percent_encode(request.uri.path(), UNRESERVED);
    let canonical = format!(
        "{}\n{path}\n{}\n{headers}\n{signed}\n{}",
        request.method,
        request.uri.query().unwrap_or_default(),
        hex(digest(&SHA256, body)),
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        header("x-amz-date"),
        hex(digest(&SHA256, canonical.as_bytes())),
    );
    let signing = [region, service, end]
        .iter()
        .fold(hmac(format!("AWS4{secret}"), date), |signing, text| hmac(signing, text));
    assert_eq!(part(authorization, "Signature"), hex(hmac(signing, &to_sign)), "{canonical}");
}
