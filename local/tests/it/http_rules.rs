//! What holds for every HTTP call (`docs/protocol.md`, Conventions).

use serde_json::json;

use crate::support::Chat;

#[tokio::test]
async fn an_unknown_route_is_not_found() {
    let chat = Chat::start().await;
    for (method, path) in [
        ("GET", "/api"),
        ("GET", "/api/nothing"),
        ("PATCH", "/api/auth"),
        ("GET", "/api/conversations/"),
    ] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        chat.call(method, path).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_that_it_has() {
    let chat = Chat::start().await;
    for (method, path, allow) in [
        ("PATCH", "/api/auth/login", "POST"),
        ("GET", "/api/auth/login", "POST"),
        ("DELETE", "/api/conversations", "GET, POST"),
        ("POST", "/api/visitors/65a1b2c3d4e5f6a7b8c9d0e1", "DELETE, GET, PUT"),
    ] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let answer = chat.call(method, path).await;
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
        answer.refused(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn a_browser_is_told_to_make_nothing_else_of_an_answer() {
    let chat = Chat::start().await;
    for path in ["/health", "/api/nothing", "/api/auth/profile"] {
        let answer = chat.get(path).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn a_body_must_be_json_and_say_so() {
    let chat = Chat::start().await;
    let post = |content_type: &str, body: &str| {
        chat.call(reqwest::Method::POST, "/api/auth/login")
            .header("content-type", content_type)
            .body(body.to_owned())
    };
    let good = r#"{"email":"ada@example.com","password":"x"}"#;
    post("text/plain", good).await.refused(415, "unsupported_media_type");
    post("application/x-www-form-urlencoded", good).await.refused(415, "unsupported_media_type");
    post("application/json; charset=utf-8", good).await.refused(401, "unauthorized");
    for body in ["{", "nope", "\u{0}", "{\"email\":}"] {
        post("application/json", body).await.refused(400, "bad_request");
    }
    for body in ["[]", "null", "7", "\"text\""] {
        post("application/json", body).await.refused(400, "validation_failed");
    }
    let bytes = chat
        .call(reqwest::Method::POST, "/api/auth/login")
        .header("content-type", "application/json")
        .body(vec![0xff, 0xfe, 0x00]);
    bytes.await.refused(400, "bad_request");
}

#[tokio::test]
async fn deeply_nested_json_is_a_bad_request() {
    let chat = Chat::start().await;
    let body = "[".repeat(100_000);
    let call =
        chat.call(reqwest::Method::POST, "/api/auth/login").header("content-type", "application/json");
    call.body(body).await.refused(400, "bad_request");
}

#[tokio::test]
async fn a_body_over_256_kib_is_too_large() {
    let chat = Chat::start().await;
    let body = json!({ "email": "a@b.co", "password": "x".repeat(256 * 1024) });
    chat.post("/api/auth/login", body).await.refused(413, "payload_too_large");
}

#[tokio::test]
async fn a_malformed_id_is_a_bad_request_before_anything_is_looked_up() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    for id in
        ["1", "zzzzzzzzzzzzzzzzzzzzzzzz", "%00a", "%7B%22$ne%22:null%7D", "65a1b2c3d4e5f6a7b8c9d0e12"]
    {
        for path in ["conversations", "visitors", "canned-responses", "messages"] {
            let call = chat.get(&format!("/api/{path}/{id}")).by(&ada.token);
            call.await.refused(400, "bad_request");
        }
    }
}

#[tokio::test]
async fn when_the_database_is_away_callers_are_told_to_try_again() {
    let unreachable: crate::support::Settings =
        &[("MONGODB_URI", "mongodb://127.0.0.1:9/chat?replicaSet=none&serverSelectionTimeoutMS=100")];
    let chat = Chat::start_unready(unreachable).await;
    let login = json!({ "email": "ada@example.com", "password": "correct horse" });
    let answer = chat.post("/api/auth/login", login).await;
    assert_eq!(answer.header("retry-after"), Some("2"));
    answer.refused(503, "unavailable");
    chat.get("/health?deep=1").await.refused(503, "unavailable");
    chat.get("/health").await.expect(200);
}
