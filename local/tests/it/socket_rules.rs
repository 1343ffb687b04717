//! What holds for every frame (`docs/protocol.md`, The WebSocket).

use serde_json::json;

use crate::support::{Chat, NOBODY};

#[tokio::test]
async fn whatever_a_client_sends_is_answered_and_the_connection_lives() {
    let chat = Chat::start().await;
    let mut socket = chat.socket().await;
    for frame in [
        "",
        "{",
        "null",
        "[]",
        "7",
        "\"ping\"",
        "{}",
        r#"{"event":null}"#,
        r#"{"event":{"$ne":1}}"#,
        r#"{"event":"ping","data":7}"#,
        r#"{"event":"ping","id":{}}"#,
        r#"{"event":"ping","id":[1]}"#,
        "\u{0}",
        "🦀",
    ] {
        socket.send_text(frame).await;
        let answer = socket.frame().await;
        assert_eq!(
            (&answer["event"], &answer["data"]["code"]),
            (&json!("error"), &json!("bad_request")),
            "{frame}"
        );
        assert!(answer.get("id").is_none(), "{frame}");
    }
    let nested = format!(r#"{{"event":"ping","data":{}}}"#, "[".repeat(10_000));
    socket.send_text(nested).await;
    assert_eq!(socket.frame().await["data"]["code"], "bad_request");
    socket.pushed_so_far().await;
}

#[tokio::test]
async fn a_ping_is_answered_with_a_pong_with_or_without_an_id() {
    let chat = Chat::start().await;
    let mut socket = chat.socket().await;
    socket.send_text(r#"{"action":"ping","event":"ping"}"#).await;
    assert_eq!(socket.frame().await, json!({ "event": "pong", "data": {} }));
    for id in [json!("x"), json!(7)] {
        socket.send_text(json!({ "event": "ping", "id": id }).to_string()).await;
        assert_eq!(socket.frame().await["event"], "pong");
        assert_eq!(socket.frame().await, json!({ "event": "ack", "id": id, "data": {} }));
    }
}

#[tokio::test]
async fn of_a_quiet_frame_nothing_comes_back_but_an_error() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let mut adas = chat.agent_socket(&ada).await;
    let message = json!({ "conversationId": id, "content": "Hello" });
    adas.ack("message:send", message.clone()).await;
    vic.socket.tell_quietly("message:read", json!({ "conversationId": id, "upTo": 2 })).await;
    assert_eq!(adas.next("message:read").await["upTo"], 2);
    vic.socket.tell_quietly("message:send", message).await;
    assert_eq!(adas.next("message:new").await["message"]["seq"], 3);
    vic.socket.tell_quietly("message:read", json!({ "conversationId": NOBODY, "upTo": 2 })).await;
    assert_eq!(vic.socket.next("error").await["code"], "not_found");
    vic.socket.pushed_so_far().await;
    let came = ["message:read", "message:delivered", "ack"].map(|event| vic.socket.waiting(event));
    assert_eq!(came, [0, 0, 0]);
    assert_eq!(vic.socket.waiting("message:new"), 1, "the agent's");
}

#[tokio::test]
async fn a_frame_without_an_action_works_the_same() {
    let chat = Chat::start().await;
    let mut socket = chat.socket().await;
    let data = json!({ "sessionId": "0123456789abcdef" });
    for frame in [
        json!({ "event": "visitor:connect", "id": "a", "data": data }),
        json!({ "action": "nothing", "event": "visitor:connect", "id": "a", "data": data }),
    ] {
        socket.send_text(frame.to_string()).await;
        assert_eq!(socket.next("ack").await["conversation"], json!(null));
        assert_eq!(socket.waiting("visitor:connected"), 0, "the ack says it");
    }
    let frame = json!({ "event": "visitor:connect", "data": data });
    socket.send_text(frame.to_string()).await;
    assert_eq!(socket.next("visitor:connected").await["conversation"], json!(null));
}

#[tokio::test]
async fn an_event_that_fails_without_an_id_gets_an_error_too() {
    let chat = Chat::start().await;
    let mut socket = chat.socket().await;
    socket.send_text(r#"{"event":"message:send","data":{}}"#).await;
    let answer = socket.frame().await;
    assert_eq!((&answer["event"], &answer["data"]["code"]), (&json!("error"), &json!("unauthorized")));
    assert!(answer.get("id").is_none());
}

#[tokio::test]
async fn before_it_has_proved_who_it_is_a_connection_may_do_nothing_else() {
    let chat = Chat::start().await;
    let mut socket = chat.socket().await;
    let proofs = ["agent:connect", "visitor:connect", "ping"];
    for event in websocket::EVENTS.iter().copied().filter(|event| !proofs.contains(event)) {
        socket.refused(event, json!({ "conversationId": NOBODY }), "unauthorized").await;
    }
}

#[tokio::test]
async fn an_unknown_event_is_told_so() {
    let chat = Chat::start().await;
    let mut vic = chat.visitor("Vic").await;
    for event in ["message:delete", "pong", "agent:online", "$connect", ""] {
        vic.socket.refused(event, json!({}), "unknown_event").await;
    }
}

#[tokio::test]
async fn ids_that_are_no_ids_are_invalid_in_every_event() {
    let chat = Chat::start().await;
    let mut vic = chat.visitor("Vic").await;
    for event in [
        "conversation:join",
        "conversation:leave",
        "message:send",
        "message:delivered",
        "message:read",
        "typing:start",
        "typing:stop",
    ] {
        for id in [json!("42"), json!({ "$ne": null }), json!(7), json!(null)] {
            let data = json!({ "conversationId": id, "content": "x", "upTo": 1 });
            let error = vic.socket.refused(event, data, "validation_failed").await;
            assert_eq!(error["errors"][0]["path"], "conversationId", "{event}");
        }
        vic.socket.refused(event, json!({}), "validation_failed").await;
    }
}

#[tokio::test]
async fn other_peoples_conversations_do_not_exist_for_a_visitor() {
    let chat = Chat::start().await;
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    let mut wim = chat.visitor("Wim").await;
    for id in [id.as_str(), NOBODY] {
        for event in [
            "conversation:join",
            "message:send",
            "message:delivered",
            "message:read",
            "typing:start",
            "typing:stop",
        ] {
            let data = json!({ "conversationId": id, "content": "x", "upTo": 1 });
            wim.socket.refused(event, data, "not_found").await;
        }
    }
}

#[tokio::test]
async fn when_the_database_is_away_a_frame_is_refused_and_a_handshake_too() {
    let unreachable: crate::support::Settings =
        &[("MONGODB_URI", "mongodb://127.0.0.1:9/chat?replicaSet=none&serverSelectionTimeoutMS=100")];
    let chat = Chat::start_unready(unreachable).await;
    let url = chat.url("/ws").replace("http://", "ws://");
    match tokio_tungstenite::connect_async(url).await {
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
            assert_eq!(response.status().as_u16(), 503);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn only_our_own_pages_those_of_the_configured_origins_and_clients_that_are_no_browsers_connect() {
    use tokio_tungstenite::tungstenite::{Error, client::IntoClientRequest};
    let chat = Chat::start_with(&[("PUBLIC_ORIGIN", "https://chat.example")], Default::default()).await;
    let url = chat.url("/ws").replace("http://", "ws://");
    for (origin, status) in [
        (Some("https://chat.example"), 101),
        (Some("http://widget.example"), 101),
        (Some("https://dashboard.example"), 101),
        (None, 101),
        (Some("https://widget.example"), 403),
        (Some("http://widget.example.evil.example"), 403),
        (Some("http://evil.example"), 403),
        (Some("null"), 403),
        (Some(""), 403),
    ] {
        let mut request = url.as_str().into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let answered = match tokio_tungstenite::connect_async(request).await {
            Ok((_, response)) => response.status().as_u16(),
            Err(Error::Http(response)) => response.status().as_u16(),
            Err(error) => panic!("{origin:?}: {error}"),
        };
        assert_eq!(answered, status, "{origin:?}");
    }
}
