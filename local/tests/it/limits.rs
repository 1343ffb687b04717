//! Nobody can wear the service out or guess a password.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{CONNECTION, RETRY_AFTER};
use futures::future::select;
use futures::{SinkExt, StreamExt, TryStreamExt};
use local::functions::Functions;
use local::server::{Bounds, Most};
use local::websocket_api::Limits;
use mongodb::bson::doc;
use mongodb::options::ReadConcern;
use serde_json::{Value, json};
use shared::Time;
use shared::documents::connection::Connection;
use shared::documents::failed_logins::FailedLogins;
use shared::documents::live_connection;
use shared::documents::rate_counter::RateCounter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::support::{Answer, Chat, PATIENCE, Settings, Socket};

async fn limited(settings: Settings) -> Chat {
    Chat::start_with(settings, Limits::default()).await
}

/// Must be refused for being too often, and says when to come back.
#[track_caller]
fn too_often(answer: Answer, at_most: u64) {
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=at_most).contains(&seconds), "{seconds}");
    let body = answer.refused(429, "rate_limited");
    assert_eq!(body["retryAfter"], seconds);
}

#[tokio::test]
async fn logins_from_an_address_are_five_in_twenty_seconds() {
    let chat = limited(&[("LIMITS", "")]).await;
    let login = |name: String| {
        let body = json!({ "email": format!("{name}@example.com"), "password": "wrong horse" });
        chat.post("/api/auth/login", body)
    };
    for nth in 0..5 {
        login(format!("user{nth}")).await.refused(401, "unauthorized");
    }
    too_often(login("user6".to_owned()).await, 20);
}

async fn login_from(chat: &Chat, address: &str, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    chat.post_from(address, "/api/auth/login", body).await
}

const WRONG: &str = "wrong horse";
const RIGHT: &str = "correct horse";

#[tokio::test]
async fn logins_with_an_email_from_a_network_are_limited_and_lock_nobody_else_out() {
    let chat = limited(&[("LIMITS", "logins=off,logins_by_email=3/5m")]).await;
    let ada = chat.register("Ada").await;
    for _ in 0..3 {
        login_from(&chat, "127.0.0.3", &ada.email, WRONG).await.refused(401, "unauthorized");
    }
    too_often(login_from(&chat, "127.0.0.3", &ada.email, RIGHT).await, 300);
    too_often(login_from(&chat, "127.0.0.3", " ADA@example.com ", RIGHT).await, 300);
    login_from(&chat, "127.0.0.3", "bob@example.com", WRONG).await.refused(401, "unauthorized");
    login_from(&chat, "127.0.0.2", &ada.email, RIGHT).await.expect(200);
    let change = json!({ "currentPassword": RIGHT, "newPassword": "battery staple" });
    chat.put("/api/auth/password", change).by(&ada.token).await.expect(200);
}

#[tokio::test]
async fn each_login_that_fails_makes_the_next_one_from_there_wait_longer() {
    let chat = limited(&[("LIMITS", "logins=off")]).await;
    let ada = chat.register("Ada").await;
    let from = |address: &'static str, password| login_from(&chat, address, &ada.email, password);
    for _ in 0..5 {
        from("127.0.0.3", WRONG).await.refused(401, "unauthorized");
    }
    let seconds = async || {
        let answer = from("127.0.0.3", RIGHT).await.refused(429, "rate_limited");
        // The time has come.
        let past = doc! { "$set": { "notBefore": Time::from_millis(1) } };
        let failed = chat.app.db.of::<FailedLogins>();
        assert_eq!(failed.update_many(doc! {}, past).await.unwrap().modified_count, 1);
        answer["retryAfter"].as_i64().unwrap()
    };
    assert_eq!(seconds().await, 1);
    let mut waits = Vec::new();
    for _ in 0..4 {
        from("127.0.0.3", WRONG).await.refused(401, "unauthorized");
        waits.push(seconds().await);
    }
    assert!(waits.iter().zip([2, 4, 8, 16]).all(|(wait, most)| *wait <= most), "{waits:?}");
    assert!(waits[3] > 8, "{waits:?}");
    from("127.0.0.2", RIGHT).await.expect(200);
    from("127.0.0.3", RIGHT).await.expect(200);
    from("127.0.0.3", WRONG).await.refused(401, "unauthorized");
    from("127.0.0.3", RIGHT).await.expect(200);
}

#[tokio::test]
async fn guesses_from_many_addresses_are_bounded_and_the_owner_still_gets_in_from_where_it_was() {
    let chat = limited(&[("LIMITS", "logins=off,wrong_logins=4/1h")]).await;
    let (sue, ada) = chat.team().await;
    login_from(&chat, "127.0.0.2", &ada.email, RIGHT).await.expect(200);
    for number in 10..14 {
        let guess = login_from(&chat, &format!("127.0.0.{number}"), &ada.email, WRONG).await;
        guess.refused(401, "unauthorized");
    }
    too_often(login_from(&chat, "127.0.0.20", &ada.email, RIGHT).await, 3600);
    login_from(&chat, "127.0.0.2", &ada.email, RIGHT).await.expect(200);
    // Where it registered, too.
    login_from(&chat, "127.0.0.1", &ada.email, RIGHT).await.expect(200);
    let log = chat.get("/api/auth/audit").by(&sue.token).await.expect(200);
    let failed = log["entries"].as_array().unwrap().iter().filter(|entry| {
        entry["action"] == "login_failed" && entry["target"]["email"] == ada.email.as_str()
    });
    assert_eq!(failed.count(), 4, "{log}");
    // Nobody has this email, which must not show.
    for number in 30..34 {
        let guess = login_from(&chat, &format!("127.0.0.{number}"), "no@example.com", WRONG).await;
        guess.refused(401, "unauthorized");
    }
    too_often(login_from(&chat, "127.0.0.40", "no@example.com", WRONG).await, 3600);
}

/// How often each of these was counted.
async fn counts(chat: &Chat, ids: &[&str]) -> Vec<i64> {
    let counted = doc! { "_id": { "$in": ids } };
    // Counting waits for no majority.
    let counters = chat.app.db.of::<RateCounter>();
    let counters = counters.find(counted).read_concern(ReadConcern::local()).await.unwrap();
    counters.map_ok(|counter| counter.count).try_collect().await.unwrap()
}

const COUNTED: [&str; 3] =
    ["logins:127.0.0.3", "logins_by_email:ada@example.com 127.0.0.3", "wrong_logins:ada@example.com"];

#[tokio::test]
async fn what_one_limit_refuses_counts_for_no_other() {
    const LIMITS: [Settings; 3] = [
        &[("LIMITS", "logins=1/1m")],
        &[("LIMITS", "logins_by_email=1/1m")],
        &[("LIMITS", "wrong_logins=1/1m")],
    ];
    for limits in LIMITS {
        let chat = limited(limits).await;
        for code in ["unauthorized", "rate_limited", "rate_limited"] {
            let answer = login_from(&chat, "127.0.0.3", "ada@example.com", WRONG).await;
            assert_eq!(answer.body["code"], code, "{limits:?}");
        }
        assert_eq!(counts(&chat, &COUNTED).await, [1, 1, 1], "{limits:?}");
    }
}

#[tokio::test]
async fn only_logins_that_fail_are_counted() {
    let chat = limited(&[("LIMITS", "logins=2/1m,logins_by_email=2/5m")]).await;
    let ada = chat.register("Ada").await;
    for _ in 0..4 {
        login_from(&chat, "127.0.0.3", &ada.email, RIGHT).await.expect(200);
    }
    assert_eq!(counts(&chat, &COUNTED).await, [0, 0]);
}

#[tokio::test]
async fn guesses_do_not_fill_the_security_log_and_the_owner_sees_them() {
    let chat = limited(&[("LIMITS", "logins=off")]).await;
    let (sue, ada) = chat.team().await;
    for (address, email, times) in [
        ("127.0.0.3", ada.email.as_str(), 3),
        ("127.0.0.4", ada.email.as_str(), 1),
        ("127.0.0.3", "no@example.com", 1),
        ("127.0.0.3", "nobody@example.com", 1),
    ] {
        for _ in 0..times {
            login_from(&chat, address, email, WRONG).await.refused(401, "unauthorized");
        }
    }
    let failed = async |token: &str| {
        let log = chat.get("/api/auth/audit?action=login_failed").by(token).await.expect(200);
        let entries = log["entries"].as_array().unwrap().iter();
        let entries = entries.map(|entry| (entry["target"]["email"].clone(), entry["count"].clone()));
        entries.map(|(email, count)| format!("{email} {count}").replace('"', "")).collect::<Vec<_>>()
    };
    let owners = [format!("{} 1", ada.email), format!("{} 3", ada.email)];
    assert_eq!(failed(&ada.token).await, owners);
    assert_eq!(failed(&sue.token).await[0], "no@example.com 2");
    assert_eq!(failed(&sue.token).await[1..], owners);
}

#[tokio::test]
async fn tries_of_the_present_password_are_limited_by_themselves() {
    let chat = limited(&[("LIMITS", "password_changes=2/5m")]).await;
    let ada = chat.register("Ada").await;
    let change = |present: &str| {
        let body = json!({ "currentPassword": present, "newPassword": "battery staple" });
        chat.put("/api/auth/password", body).by(&ada.token)
    };
    for _ in 0..2 {
        change(WRONG).await.refused(403, "forbidden");
    }
    too_often(change(RIGHT).await, 300);
    login_from(&chat, "127.0.0.2", &ada.email, RIGHT).await.expect(200);
}

#[tokio::test]
async fn a_limit_ends_by_itself() {
    let chat = limited(&[("LIMITS", "logins=1/1m")]).await;
    let login = || chat.post("/api/auth/login", json!({ "email": "a@b.co", "password": "x" }));
    login().await.refused(401, "unauthorized");
    too_often(login().await, 60);
    let then = doc! { "$set": { "endsAt": Time::from_millis(Time::now().millis() - 1) } };
    chat.app.db.of::<RateCounter>().update_many(doc! {}, then).await.unwrap();
    login().await.refused(401, "unauthorized");
    too_often(login().await, 60);
}

#[tokio::test]
async fn registrations_from_an_address_are_limited() {
    let chat = limited(&[("LIMITS", "registrations=2/10m")]).await;
    chat.team().await;
    let body = json!({ "name": "Eve", "email": "eve@example.com", "password": "correct horse" });
    too_often(chat.post("/api/auth/register", body).await, 600);
}

#[tokio::test]
async fn calls_of_a_person_are_limited_whatever_the_number_of_its_tokens_and_others_are_not_touched() {
    let chat = limited(&[("LIMITS", "calls=3/1m")]).await;
    let (sue, ada) = chat.team().await;
    let again = login_from(&chat, "127.0.0.1", &ada.email, RIGHT).await.expect(200);
    let another = again["token"].as_str().unwrap();
    for token in [&ada.token, another, another] {
        chat.get("/api/auth/profile").by(token).await.expect(200);
    }
    too_often(chat.get("/api/auth/profile").by(&ada.token).await, 60);
    too_often(chat.get("/api/auth/profile").by(another).await, 60);
    chat.get("/api/auth/profile").by(&sue.token).await.expect(200);
    chat.get("/api/auth/profile").by("not.a.token").await.refused(401, "unauthorized");
}

#[tokio::test]
async fn ratings_from_an_address_are_limited() {
    let chat = limited(&[("LIMITS", "calls=2/1m")]).await;
    let path = format!("/api/conversations/{}/rate", crate::support::NOBODY);
    for _ in 0..2 {
        chat.put(&path, json!({ "rating": 5 })).await.refused(404, "not_found");
    }
    too_often(chat.put(&path, json!({ "rating": 5 })).await, 60);
}

#[tokio::test]
async fn a_flood_from_one_visitor_leaves_other_chats_untouched() {
    let chat = limited(&[("LIMITS", "messages=5/1m,typing=2/1m")]).await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, flooded) = chat.conversation("Vic", "Hello").await;
    let (mut wim, quiet) = chat.conversation("Wim", "Hello").await;
    let message = |id: &str| json!({ "conversationId": id, "content": "Buy!" });
    for _ in 0..5 {
        vic.socket.ack("message:send", message(&flooded)).await;
    }
    for _ in 0..20 {
        let refused = vic.socket.refused("message:send", message(&flooded), "rate_limited").await;
        assert!((1..=60).contains(&refused["retryAfter"].as_i64().unwrap()), "{refused}");
    }
    let typing = json!({ "conversationId": flooded });
    for _ in 0..2 {
        vic.socket.ack("typing:start", typing.clone()).await;
    }
    vic.socket.refused("typing:stop", typing, "rate_limited").await;
    vic.socket.ack("ping", json!({})).await;

    let sent = wim.socket.ack("message:send", message(&quiet)).await;
    loop {
        let pushed = adas.next("message:new").await;
        if pushed["message"]["_id"] == sent["message"]["_id"] {
            break;
        }
    }
    let read = chat.get(&format!("/api/messages/{flooded}")).by(&ada.token).await.expect(200);
    assert_eq!(read["total"], 6, "what was refused is not stored");
}

#[tokio::test]
async fn visitors_and_conversations_from_an_address_are_limited() {
    let chat = limited(&[("LIMITS", "visits=2/1m,conversations=1/1m")]).await;
    let mut vic = chat.visitor("Vic").await;
    vic.socket.ack("conversation:start", json!({})).await;
    vic.socket.refused("conversation:start", json!({}), "rate_limited").await;
    chat.visitor("Wim").await;
    let mut third = chat.socket().await;
    let who = json!({ "sessionId": "session-of-a-third-0123456789" });
    third.refused("visitor:connect", who, "rate_limited").await;
}

#[tokio::test]
async fn what_cannot_be_read_is_counted_too() {
    let chat = limited(&[("LIMITS", "frames=3/1m")]).await;
    let mut socket = chat.socket().await;
    for code in ["bad_request", "bad_request", "bad_request", "rate_limited"] {
        socket.send_text("{").await;
        assert_eq!(socket.next("error").await["code"], code);
    }
}

#[tokio::test]
async fn a_person_has_its_limit_whatever_the_number_of_its_connections() {
    let chat = limited(&[("LIMITS", "messages=5/1m,frames=off")]).await;
    let (vic, id) = chat.conversation("Vic", "Hello").await;
    let mut sockets = vec![vic.socket];
    for _ in 0..2 {
        sockets.push(chat.visitor_with(&vic.session, "Vic").await.socket);
    }
    let message = json!({ "conversationId": id, "content": "Buy!" });
    let mut answers = Vec::new();
    for _ in 0..4 {
        for socket in &mut sockets {
            answers.push(socket.ask("message:send", message.clone()).await["event"].clone());
        }
    }
    assert_eq!(answers.iter().filter(|event| *event == "ack").count(), 5, "{answers:?}");
    too_often(chat.post("/api/messages", message).by(&vic.token).await, 60);
}

#[tokio::test]
async fn a_person_has_a_bounded_number_of_connections_and_the_newest_stay() {
    let chat = limited(&[("LIMITS", "off")]).await;
    let mut vic = chat.visitor("Vic").await;
    let mut others = Vec::new();
    for _ in 0..live_connection::MOST {
        others.push(chat.visitor_with(&vic.session, "Vic").await.socket);
    }
    assert_eq!(vic.socket.next("connection:closing").await["code"], "rate_limited");
    assert_eq!(vic.socket.ended().await, Some(1001));
    for socket in &mut others {
        socket.ack("ping", json!({})).await;
    }
}

/// Sends frames until the gateway closes the connection.
async fn flood(socket: &mut Socket) {
    for _ in 0..300 {
        if socket.stream.send(Message::text("{}")).await.is_err() {
            break;
        }
    }
    // TCP may reset a connection that is still being sent to, and the code is then lost.
    if let Some(code) = socket.ended().await {
        assert_eq!(code, 1001);
    }
}

#[tokio::test]
async fn who_goes_on_past_a_limit_is_closed_and_stays_out_for_a_while_and_nobody_else() {
    let chat = limited(&[("LIMITS", "frames=3/1m")]).await;
    let mut flooder = Socket::open_from("127.0.0.9", &chat.websocket()).await.unwrap();
    flood(&mut flooder).await;
    assert_eq!(Socket::open_from("127.0.0.9", &chat.websocket()).await.err(), Some(429));
    let mut other = Socket::open_from("127.0.0.8", &chat.websocket()).await.unwrap();
    other.ack("ping", json!({})).await;
    let ended = doc! { "$set": { "endsAt": Time::from_millis(Time::now().millis() - 1) } };
    chat.app.db.of::<RateCounter>().update_many(doc! {}, ended).await.unwrap();
    assert!(Socket::open_from("127.0.0.9", &chat.websocket()).await.is_ok());
}

#[tokio::test]
async fn refusals_add_up_however_many_connections_they_are_spread_over() {
    let chat = limited(&[("LIMITS", "frames=3/1m,handshakes=off")]).await;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(Socket::open_from("127.0.0.9", &chat.websocket()).await.unwrap());
    }
    let mut refused = 0;
    'all: for socket in &mut sockets {
        for _ in 0..40 {
            socket.send_text("{}").await;
            let answer = socket.frame().await;
            if answer["event"] == "connection:closing" {
                break 'all;
            }
            refused += i32::from(answer["data"]["code"] == "rate_limited");
        }
    }
    assert!((100..3 * 40).contains(&refused), "{refused}");
    assert_eq!(Socket::open_from("127.0.0.9", &chat.websocket()).await.err(), Some(429));
}

#[tokio::test]
async fn a_flood_keeps_nobody_out_where_an_agent_is_connected_and_only_there() {
    let chat = limited(&[("LIMITS", "frames=3/1m")]).await;
    // It has logged in from 127.0.0.1, and is connected from elsewhere.
    let ada = chat.register("Ada").await;
    let mut adas = Socket::open_from("127.0.0.9", &chat.websocket()).await.unwrap();
    adas.ack("agent:connect", json!({ "token": ada.token })).await;
    for (address, stays_out) in [("127.0.0.9", None), ("127.0.0.1", Some(429))] {
        let mut flooder = Socket::open_from(address, &chat.websocket()).await.unwrap();
        flood(&mut flooder).await;
        assert_eq!(Socket::open_from(address, &chat.websocket()).await.err(), stays_out, "{address}");
    }
}

fn bounded(bounds: Bounds) -> impl Future<Output = Chat> {
    Chat::start_bounded(&[("LIMITS", "")], Limits::default(), bounds)
}

#[tokio::test]
async fn who_was_refused_waits_behind_the_others() {
    let bounds = Bounds { of_strangers: 0, strange_for: Duration::ZERO, ..Bounds::default() };
    let chat = Chat::start_bounded(&[("LIMITS", "calls=1/1m")], Limits::default(), bounds).await;
    let from = |address: &str| {
        let client = reqwest::Client::builder().local_address(address.parse::<IpAddr>().unwrap());
        let client = client.timeout(PATIENCE).build().unwrap();
        client.get(chat.url("/api/auth/registration")).send()
    };
    let first = [from("127.0.0.9").await, from("127.0.0.9").await];
    assert_eq!(first.map(|answer| answer.unwrap().status().as_u16()), [200, 429]);
    tokio::select! {
        answer = from("127.0.0.9") => panic!("there is no turn for it: {answer:?}"),
        answer = from("127.0.0.8") => assert_eq!(answer.unwrap().status(), 200),
    }
}

#[tokio::test]
async fn where_too_many_wait_for_their_turn_one_is_told_to_come_again() {
    let chat = bounded(Bounds { of_strangers: 0, waiting: 1, ..Bounds::default() }).await;
    let ask = || Box::pin(reqwest::get(chat.url("/health")));
    let (answer, _waiting) = select(ask(), ask()).await.factor_first();
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!([RETRY_AFTER, CONNECTION].map(|name| answer.headers()[name].clone()), ["1", "close"]);
    assert_eq!(Socket::open_from("127.0.0.1", &chat.websocket()).await.err(), Some(429));
}

#[tokio::test]
async fn the_gateway_is_told_who_was_refused_and_that_nothing_went_wrong() {
    let chat = limited(&[("LIMITS", "frames=1/1m")]).await;
    let mut socket = chat.socket().await;
    let connection = chat.app.db.of::<Connection>().find_one(doc! {}).await.unwrap().unwrap();
    let frame = json!({
        "requestContext": {
            "routeKey": "$default", "eventType": "MESSAGE", "connectionId": connection.id,
            "connectedAt": 0, "requestTimeEpoch": 0, "requestId": "r", "stage": "live",
            "identity": { "sourceIp": "192.0.2.1" },
        },
        "body": "{", "isBase64Encoded": false,
    });
    let functions = Functions::new(&chat.app);
    for code in ["bad_request", "rate_limited"] {
        let answered = functions.invoke("websocket", frame.clone(), "a request").await.unwrap();
        assert_eq!(answered["statusCode"], 200);
        let error = socket.next("error").await;
        assert_eq!(error["code"], code);
        let told: Value = serde_json::from_str(answered["body"].as_str().unwrap()).unwrap();
        assert_eq!(told, error);
    }
}

#[tokio::test]
async fn the_gateway_is_told_who_is_an_agent_and_nothing_of_a_visitor() {
    let chat = Chat::start().await;
    let agent = chat.register("Ada").await;
    let _socket = chat.socket().await;
    let connection = chat.app.db.of::<Connection>().find_one(doc! {}).await.unwrap().unwrap();
    let functions = Functions::new(&chat.app);
    let send = async |event: &str, data: Value| {
        let frame = json!({
            "requestContext": {
                "routeKey": "$default", "eventType": "MESSAGE", "connectionId": connection.id,
                "connectedAt": 0, "requestTimeEpoch": 0, "requestId": "r", "stage": "live",
                "identity": { "sourceIp": "192.0.2.1" },
            },
            "body": json!({ "event": event, "id": 1, "data": data }).to_string(),
            "isBase64Encoded": false,
        });
        functions.invoke("websocket", frame, "a request").await.unwrap()["body"].clone()
    };
    assert_eq!(send("ping", json!({})).await, Value::Null);
    let as_agent = json!({ "side": "agent" }).to_string();
    assert_eq!(send("agent:connect", json!({ "token": agent.token })).await, as_agent);
    assert_eq!(send("ping", json!({})).await, as_agent);
}

#[tokio::test]
async fn an_address_holds_few_connections_open_and_the_others_have_theirs() {
    let chat = bounded(Bounds { of_address: 2, ..Bounds::default() }).await;
    let mut sockets = Vec::new();
    for _ in 0..2 {
        sockets.push(Socket::open_from("127.0.0.9", &chat.websocket()).await.unwrap());
    }
    let host = chat.stack.address();
    let third = TcpSocket::new_v4().unwrap();
    third.bind("127.0.0.9:0".parse().unwrap()).unwrap();
    let mut third = third.connect(host).await.unwrap();
    assert_eq!(third.read(&mut [0]).await.unwrap_or(0), 0, "it is cut off");
    assert!(Socket::open_from("127.0.0.8", &chat.websocket()).await.is_ok());
    chat.get("/health").await.expect(200);
}

#[tokio::test]
async fn where_there_is_no_room_who_has_most_makes_it() {
    let chat = bounded(Bounds { of_all: 4, ..Bounds::default() }).await;
    let from = async |address| Socket::open_from(address, &chat.websocket()).await.unwrap();
    let mut many = [from("127.0.0.9").await, from("127.0.0.9").await, from("127.0.0.9").await];
    for socket in &mut many {
        socket.ack("ping", json!({})).await;
    }
    let mut others = [from("127.0.0.8").await, from("127.0.0.7").await];
    assert_eq!(many[2].ended().await, None);
    for other in &mut others {
        other.ack("ping", json!({})).await;
    }
}

#[tokio::test]
async fn who_does_not_finish_a_request_is_cut_off() {
    let patience = Duration::from_millis(300);
    let chat = bounded(Bounds { patience, ..Bounds::default() }).await;
    for half in [
        "",
        "GET /health HTTP/1.1\r\nHost: a",
        "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{",
    ] {
        let mut stream = TcpStream::connect(chat.stack.address()).await.unwrap();
        stream.write_all(half.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = timeout(PATIENCE, stream.read_to_string(&mut answer)).await;
        assert!(read.is_ok(), "{half:?}: it ends");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{half:?}: {answer}");
    }
}

/// A socket that has sent the longest piece of a message, of which more are to come.
async fn half_a_message(chat: &Chat, address: &str) -> Socket {
    let mut socket = Socket::open_from(address, &chat.websocket()).await.unwrap();
    let piece = Frame::message(vec![b' '; 0x7FFF], OpCode::Data(Data::Text), false);
    // It may be cut off before it has sent all.
    let _sent = socket.stream.send(Message::Frame(piece)).await;
    socket
}

#[tokio::test]
async fn who_does_not_finish_a_message_is_cut_off() {
    let patience = Duration::from_secs(3);
    let chat = bounded(Bounds { patience, ..Bounds::default() }).await;
    let mut quiet = chat.socket().await;
    let mut pinging = half_a_message(&chat, "127.0.0.9").await;
    pinging.stream.send(Message::Ping(Bytes::new())).await.unwrap();
    assert_eq!(pinging.stream.next().await.unwrap().unwrap(), Message::Pong(Bytes::new()));
    assert_eq!(half_a_message(&chat, "127.0.0.9").await.ended().await, None);
    assert_eq!(pinging.ended().await, None, "a ping between the pieces is no message");
    quiet.ack("ping", json!({})).await;
}

#[tokio::test]
async fn what_an_address_sends_without_an_end_is_bounded_and_the_others_send_what_they_like() {
    let bytes = Most { of_address: 40_000, of_all: 1_000_000 };
    let chat = bounded(Bounds { bytes, ..Bounds::default() }).await;
    let mut first = half_a_message(&chat, "127.0.0.9").await;
    let mut second = half_a_message(&chat, "127.0.0.9").await;
    tokio::select! {
        ended = first.ended() => assert_eq!(ended, None),
        ended = second.ended() => assert_eq!(ended, None),
    }
    let mut other = Socket::open_from("127.0.0.8", &chat.websocket()).await.unwrap();
    other.ask("ping", json!({ "long": "x".repeat(30_000) })).await;
}

#[tokio::test]
async fn who_does_not_read_is_refused_more_and_then_closed() {
    let patience = Duration::from_millis(500);
    let chat = bounded(Bounds { patience, ..Bounds::default() }).await;
    let ada = chat.register("Ada").await;
    let _deaf = chat.agent_socket(&ada).await;
    let connection = chat.app.db.of::<Connection>().find_one(doc! {}).await.unwrap().unwrap();
    let url = chat.url(&format!("/@connections/{}", connection.id));
    let (client, frame) = (reqwest::Client::new(), "x".repeat(32 * 1024));
    let mut answers = Vec::new();
    while answers.last() != Some(&410) {
        let posted = client.post(&url).body(frame.clone()).send().await.unwrap();
        answers.push(posted.status().as_u16());
        assert!(answers.len() < 100_000, "it was never closed");
    }
    let taken = answers.iter().filter(|status| **status == 200).count();
    assert!(answers.contains(&429) && taken < 300, "{taken} frames were taken");
}

#[tokio::test]
async fn what_visitors_send_from_an_address_is_bounded_by_its_bytes() {
    let chat = limited(&[("LIMITS", "volume=1/1d,messages=off")]).await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    let long = json!({ "conversationId": id, "content": "x".repeat(8000) });
    let mut sent = 0;
    let refused = loop {
        let answer = vic.socket.ask("message:send", long.clone()).await;
        if answer["event"] == "error" {
            break answer;
        }
        sent += 1;
        assert!(sent < 100, "nothing is refused");
    };
    assert_eq!(refused["data"]["code"], "rate_limited");
    assert!((30..=33).contains(&sent), "twice 128 KB: {sent}");
    vic.socket.refused("ping", json!({}), "rate_limited").await;
    chat.post("/api/messages", long.clone()).by(&vic.token).await.refused(429, "rate_limited");
    // Agents are known, and somebody else is somebody else.
    chat.post("/api/messages", long.clone()).by(&ada.token).await.expect(201);
    chat.agent_socket(&ada).await.ack("message:send", long).await;
    let mut other = Socket::open_from("127.0.0.9", &chat.websocket()).await.unwrap();
    other.ack("visitor:connect", json!({ "sessionId": "another-visitors-session" })).await;
}

#[tokio::test]
async fn a_clock_that_was_wrong_locks_nobody_out() {
    let chat = limited(&[("LIMITS", "logins_by_email=1/5m")]).await;
    let ada = chat.register("Ada").await;
    login_from(&chat, "127.0.0.3", &ada.email, WRONG).await.refused(401, "unauthorized");
    too_often(login_from(&chat, "127.0.0.3", &ada.email, RIGHT).await, 300);
    let next_year = Time::now().plus(Duration::from_secs(365 * 86_400));
    let wrong = doc! { "$set": { "endsAt": next_year } };
    chat.app.db.of::<RateCounter>().update_many(doc! {}, wrong).await.unwrap();
    login_from(&chat, "127.0.0.3", &ada.email, RIGHT).await.expect(200);
}
