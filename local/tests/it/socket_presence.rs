//! `agent:connect`, `agent:watch`, `visitor:connect`, `visitor:page`, and who is there.

use futures::future::join_all;
use mongodb::bson::doc;
use serde_json::json;
use shared::deadline::end_of_background;
use shared::documents::changed_visitor::ChangedVisitor;
use shared::documents::connection::{Connection, Watch};
use shared::use_cases::maintenance;

use crate::support::{Chat, each, text};

#[tokio::test]
async fn an_agent_proves_itself_with_its_token_and_the_agents_are_told() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut sues = chat.agent_socket(&sue).await;
    sues.next("agent:online").await;
    let mut adas = chat.socket().await;
    let ack = adas.ack("agent:connect", json!({ "token": ada.token })).await;
    assert_eq!((&ack["user"]["id"], &ack["user"]["status"]), (&json!(ada.id), &json!("online")));
    let online = sues.next("agent:online").await;
    assert_eq!((&online["userId"], online["at"].is_string()), (&json!(ada.id), true));
    let profile = chat.get("/api/auth/profile").by(&ada.token).await.expect(200);
    assert_eq!(profile["status"], "online");
}

#[tokio::test]
async fn a_bad_token_proves_nothing() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let vic = chat.visitor("Vic").await;
    let mut socket = chat.socket().await;
    for token in [json!("x"), json!("")] {
        socket.refused("agent:connect", json!({ "token": token }), "unauthorized").await;
    }
    socket.refused("agent:connect", json!({ "token": vic.token }), "forbidden").await;
    socket.refused("agent:connect", json!({}), "validation_failed").await;
    socket
        .refused("agent:connect", json!({ "token": ada.token, "watch": "none" }), "validation_failed")
        .await;
    chat.post("/api/auth/logout", json!({})).by(&ada.token).await.expect(200);
    socket.refused("agent:connect", json!({ "token": ada.token }), "unauthorized").await;
    socket.refused("agent:watch", json!({ "watch": "all" }), "unauthorized").await;
}

#[tokio::test]
async fn a_connection_is_one_persons() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut adas = chat.agent_socket(&ada).await;
    adas.ack("agent:connect", json!({ "token": ada.token })).await;
    adas.refused("agent:connect", json!({ "token": sue.token }), "conflict").await;
    let visitor = json!({ "sessionId": "0123456789abcdef" });
    adas.refused("visitor:connect", visitor.clone(), "conflict").await;
    let mut vic = chat.visitor("Vic").await;
    vic.socket.refused("agent:connect", json!({ "token": ada.token }), "conflict").await;
    vic.socket.refused("visitor:connect", visitor, "conflict").await;
    let profile = chat.get("/api/auth/profile").by(&sue.token).await.expect(200);
    assert_eq!(profile["status"], "offline", "a refused proof leaves nobody present");
}

#[tokio::test]
async fn an_agent_is_offline_when_its_last_connection_is_gone_and_told_once() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut sues = chat.agent_socket(&sue).await;
    let mut connections = Vec::new();
    for _ in 0..4 {
        connections.push(chat.agent_socket(&ada).await);
    }
    assert_eq!(sues.next("agent:online").await["userId"], sue.id);
    assert_eq!(sues.next("agent:online").await["userId"], ada.id);
    join_all(connections.into_iter().map(|socket| socket.close())).await;
    assert_eq!(sues.next("agent:offline").await["userId"], ada.id);
    chat.agent_socket(&ada).await.close().await;
    sues.next("agent:offline").await;
    sues.pushed_so_far().await;
    assert_eq!((sues.waiting("agent:online"), sues.waiting("agent:offline")), (1, 0));
}

#[tokio::test]
async fn an_agent_that_comes_back_is_as_away_as_it_was() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut sues = chat.agent_socket(&sue).await;
    let adas = chat.agent_socket(&ada).await;
    chat.put("/api/auth/status", json!({ "status": "away" })).by(&ada.token).await.expect(200);
    adas.close().await;
    sues.next("agent:offline").await;
    let profile = chat.get("/api/auth/profile").by(&ada.token).await.expect(200);
    assert_eq!(profile["status"], "offline");
    let mut back = chat.socket().await;
    let ack = back.ack("agent:connect", json!({ "token": ada.token })).await;
    assert_eq!(ack["user"]["status"], "away");
}

#[tokio::test]
async fn an_agent_watches_what_is_its_own_or_everything() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let (mut sues, mut alls) = (chat.agent_socket(&sue).await, chat.watching(&sue, "all").await);
    let write = json!({ "conversationId": id, "content": "Hello" });
    vic.socket.ack("message:send", write.clone()).await;
    alls.next("message:new").await;
    sues.ack("agent:watch", json!({ "watch": "all" })).await;
    vic.socket.ack("message:send", write.clone()).await;
    assert_eq!(sues.next("message:new").await["message"]["seq"], 3, "and not the one before");
    alls.next("message:new").await;
    alls.ack("agent:watch", json!({ "watch": "mine" })).await;
    vic.socket.ack("message:send", write).await;
    sues.next("message:new").await;
    alls.pushed_so_far().await;
    assert_eq!(alls.waiting("message:new"), 0);
    sues.refused("agent:watch", json!({ "watch": "some" }), "validation_failed").await;
    sues.refused("agent:watch", json!({}), "validation_failed").await;
    vic.socket.refused("agent:watch", json!({ "watch": "all" }), "forbidden").await;
}

#[tokio::test]
async fn a_visitor_is_known_again_by_its_session() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let (vic, id) = chat.conversation("Vic", "Hello").await;
    let mut again = chat.socket().await;
    let data = json!({
        "sessionId": vic.session, "email": "VIC@example.com", "currentPage": "/prices",
        "referrer": "https://search.example/", "visitorId": "000000000000000000000000",
    });
    let connected = again.ack("visitor:connect", data).await;
    assert_eq!(connected["visitorId"], vic.id);
    assert_eq!(connected["conversation"]["_id"], id);
    assert!(connected["conversation"].get("notes").is_none());
    let stored = chat.get(&format!("/api/visitors/{}", vic.id)).by(&ada.token).await.expect(200);
    assert_eq!((&stored["name"], &stored["email"]), (&json!("Vic"), &json!("vic@example.com")));
    assert_eq!(
        (&stored["currentPage"], &stored["referrer"]),
        (&json!("/prices"), &json!("https://search.example/"))
    );
    assert_eq!((&stored["ipAddress"], &stored["visitCount"]), (&json!("127.0.0.1"), &json!(1)));
    chat.get("/api/conversations").by(&text(&connected["token"])).await.expect(200);
    let updated = adas.next("visitor:updated").await["visitor"].clone();
    assert_eq!((&updated["email"], &updated["isOnline"]), (&json!("vic@example.com"), &json!(true)));
    adas.pushed_so_far().await;
    assert_eq!(adas.waiting("visitor:online"), 0, "it was online already");
}

#[tokio::test]
async fn a_closed_conversation_is_not_a_visitors_open_one() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.conversation("Vic", "Hello").await;
    chat.put(&format!("/api/conversations/{id}/close"), json!({})).by(&ada.token).await.expect(200);
    let mut again = chat.socket().await;
    let ack = again.ack("visitor:connect", json!({ "sessionId": vic.session })).await;
    assert_eq!(ack["conversation"], json!(null));
}

#[tokio::test]
async fn first_connections_at_once_are_one_visitor() {
    let chat = Chat::start().await;
    let visits = (0..6).map(|_| chat.visitor_with("the-same-session-of-all", "Vic"));
    let visitors = join_all(visits).await;
    assert!(visitors.iter().all(|visitor| visitor.id == visitors[0].id));
    let ada = chat.register("Ada").await;
    let list = chat.get("/api/visitors").by(&ada.token).await.expect(200);
    assert_eq!((&list["total"], &list["visitors"][0]["visitCount"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_visitor_is_offline_when_its_last_connection_is_gone() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let (vic, _) = chat.conversation("Vic", "Hello").await;
    let second = chat.visitor_with(&vic.session, "Vic").await;
    vic.socket.close().await;
    let one = || chat.get(&format!("/api/visitors/{}", vic.id)).by(&ada.token);
    assert_eq!(one().await.expect(200)["isOnline"], true);
    second.socket.close().await;
    let offline = adas.next("visitor:offline").await;
    assert_eq!((&offline["visitorId"], offline["at"].is_string()), (&json!(vic.id), true));
    assert_eq!(one().await.expect(200)["isOnline"], false);
    chat.visitor_with(&vic.session, "Vic").await;
    let online = adas.next("visitor:online").await["visitor"].clone();
    assert_eq!((&online["_id"], &online["isOnline"]), (&json!(vic.id), &json!(true)));
    assert_eq!(one().await.expect(200)["visitCount"], 2);
}

#[tokio::test]
async fn a_connection_found_gone_counts_as_gone() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut sues = chat.agent_socket(&sue).await;
    // A connection whose `$disconnect` was lost: the gateway does not know it, the database does.
    let lost = shared::documents::connection::Connection::open;
    lost(&chat.app.db, "lost-connection=", shared::Time::now()).await.unwrap();
    let connection = shared::documents::connection::Connection::find(&chat.app.db, "lost-connection=");
    let connection = connection.await.unwrap().unwrap();
    let connects = shared::use_cases::connections::agent_connects;
    let outcome = connects(&chat.app, &connection, &ada.token, Default::default(), None).await.unwrap();
    outcome.dispatched_behind(&chat.app);
    assert_eq!(sues.next("agent:online").await["userId"], sue.id);
    assert_eq!(sues.next("agent:online").await["userId"], ada.id);
    assert_eq!(sues.next("agent:offline").await["userId"], ada.id, "the push found it gone");
    let profile = chat.get("/api/auth/profile").by(&ada.token).await.expect(200);
    assert_eq!(profile["status"], "offline");
}

#[tokio::test]
async fn a_visitor_must_show_a_session_of_some_length() {
    let chat = Chat::start().await;
    let mut socket = chat.socket().await;
    for (field, value) in [
        ("sessionId", json!("too short")),
        ("sessionId", json!("x".repeat(129))),
        ("sessionId", json!({ "$ne": null })),
        ("name", json!("x".repeat(101))),
        ("email", json!("nope")),
        ("currentPage", json!("x".repeat(1025))),
        ("referrer", json!("x".repeat(1025))),
    ] {
        let mut data = json!({ "sessionId": "0123456789abcdef" });
        data[field] = value;
        let error = socket.refused("visitor:connect", data, "validation_failed").await;
        assert_eq!(error["errors"][0]["path"], field);
    }
    socket.refused("visitor:connect", json!({}), "validation_failed").await;
}

#[tokio::test]
async fn what_looks_like_an_expression_is_stored_as_text() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let vic = chat.visitor_with("$sessionHash-0123456789", "$$ROOT").await;
    let stored = chat.get(&format!("/api/visitors/{}", vic.id)).by(&ada.token).await.expect(200);
    assert_eq!(stored["name"], "$$ROOT");
}

#[tokio::test]
async fn a_visitor_looks_at_pages_and_the_agents_see_it() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, _) = chat.conversation("Vic", "Hello").await;
    vic.socket.ack("visitor:page", json!({ "url": "/prices", "title": "Prices" })).await;
    let pushed = adas.next("visitor:updated").await["visitor"].clone();
    assert_eq!((&pushed["_id"], &pushed["currentPage"]), (&json!(vic.id), &json!("/prices")));
    assert!(pushed.get("pageViews").is_none(), "what is pushed does not grow with what is stored");
    let stored = chat.get(&format!("/api/visitors/{}", vic.id)).by(&ada.token).await.expect(200);
    let view = &stored["pageViews"][0];
    assert_eq!((&view["url"], &view["title"]), (&json!("/prices"), &json!("Prices")));
    assert!(view["timestamp"].is_string());
    for number in 0..25 {
        vic.socket.ack("visitor:page", json!({ "url": format!("/{number}") })).await;
    }
    let stored = chat.get(&format!("/api/visitors/{}", vic.id)).by(&ada.token).await.expect(200);
    assert_eq!(stored["pageViews"].as_array().unwrap().len(), 20, "the latest are kept");
    assert_eq!(
        (&stored["currentPage"], &stored["pageViews"][19]["url"]),
        (&json!("/24"), &json!("/24"))
    );
    for data in [
        json!({}),
        json!({ "url": "" }),
        json!({ "url": "x".repeat(1025) }),
        json!({ "url": "/", "title": 7 }),
    ] {
        vic.socket.refused("visitor:page", data, "validation_failed").await;
    }
    adas.refused("visitor:page", json!({ "url": "/" }), "forbidden").await;
}

#[tokio::test]
async fn a_token_that_expires_ends_what_its_connection_may_do() {
    let brief: crate::support::Settings = &[("JWT_EXPIRE", "1s")];
    let chat = Chat::start_with(brief, Default::default()).await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    loop {
        let answer = adas.ask("agent:watch", json!({ "watch": "all" })).await;
        if answer["event"] == "error" {
            assert_eq!(answer["data"]["code"], "unauthorized");
            break;
        }
    }
    adas.pushed_so_far().await;
}

#[tokio::test]
async fn a_visitor_that_comes_back_gets_what_it_missed_with_its_first_answer() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.held_by(&ada, "Vic").await;
    vic.socket.close().await;
    for number in 2..=60 {
        let body = json!({ "conversationId": id, "content": format!("{number}") });
        chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    }
    let mut socket = chat.socket().await;
    let mut data = json!({ "sessionId": vic.session, "after": 1 });
    let back = socket.ack("visitor:connect", data.clone()).await;
    let numbers: Vec<i64> =
        each(&back["messages"], "seq").iter().map(|seq| seq.as_i64().unwrap()).collect();
    assert_eq!(numbers, (2..=51).collect::<Vec<i64>>());
    assert_eq!((&back["hasMore"], &back["conversation"]["_id"]), (&json!(true), &json!(id)));
    data["after"] = json!(51);
    let rest = socket.ack("visitor:connect", data.clone()).await;
    assert_eq!((each(&rest["messages"], "seq").len(), &rest["hasMore"]), (9, &json!(false)));
    data["after"] = json!(-1);
    socket.refused("visitor:connect", data.clone(), "validation_failed").await;
    (data["after"], data["conversationId"]) = (json!(1), json!("x"));
    socket.refused("visitor:connect", data, "validation_failed").await;
    let another = json!({
        "sessionId": vic.session, "after": 59, "conversationId": "65a1b2c3d4e5f6a7b8c9d0e1",
    });
    for data in [json!({ "sessionId": vic.session }), another] {
        let latest = socket.ack("visitor:connect", data.clone()).await;
        let numbers = each(&latest["messages"], "seq");
        assert_eq!((numbers[0], numbers[numbers.len() - 1]), (&json!(11), &json!(60)), "{data}");
        assert_eq!(latest["hasMore"], true, "there are earlier ones");
    }
    let same = json!({ "sessionId": vic.session, "after": 59, "conversationId": id });
    let back = socket.ack("visitor:connect", same).await;
    assert_eq!(each(&back["messages"], "seq"), [60]);
    let new = chat.socket().await.ack("visitor:connect", json!({ "sessionId": "n".repeat(16) })).await;
    assert_eq!(
        (&new["messages"], &new["marks"], &new["hasMore"]),
        (&json!([]), &json!(null), &json!(false))
    );
}

#[tokio::test]
async fn who_watches_the_visitors_hears_of_all_of_them_and_the_others_of_none_without_a_conversation() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (mut sues, mut adas) = (chat.watching_visitors(&sue).await, chat.agent_socket(&ada).await);
    let mut vic = chat.visitor("Vic").await;
    let brief = sues.visitor_when(&vic.id, |visitor| visitor["isOnline"] == true).await;
    assert_eq!(brief["name"], "Vic");
    vic.socket.ack("visitor:page", json!({ "url": "/prices" })).await;
    sues.visitor_when(&vic.id, |visitor| visitor["currentPage"] == "/prices").await;
    adas.ack("agent:watch", json!({ "visitors": true })).await;
    sues.ack("agent:watch", json!({ "visitors": false })).await;
    vic.socket.close().await;
    adas.visitor_when(&vic.id, |visitor| visitor["isOnline"] == false).await;
    for socket in [&mut sues, &mut adas] {
        socket.pushed_so_far().await;
        for event in ["visitor:online", "visitor:updated", "visitor:offline"] {
            assert_eq!(socket.waiting(event), 0, "{event}");
        }
    }
    assert_eq!(sues.waiting("visitors:updated"), 0);
    chat.visitor("Wim")
        .await
        .socket
        .refused("agent:watch", json!({ "visitors": true }), "forbidden")
        .await;
}

#[tokio::test]
async fn what_two_frames_change_of_a_connection_at_once_holds_both() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    for (watch, visitors) in [("all", true), ("mine", false)].into_iter().cycle().take(10) {
        let watch = adas.send("agent:watch", json!({ "watch": watch })).await;
        let visitors_too = adas.send("agent:watch", json!({ "visitors": visitors })).await;
        adas.acked(&watch).await;
        adas.acked(&visitors_too).await;
        let all = chat.app.db.of::<Connection>();
        let found = all.find_one(doc! { "person.id": { "$exists": true } }).await.unwrap().unwrap();
        assert_eq!((found.watch == Watch::All, found.visitors), (visitors, visitors));
    }
}

#[tokio::test]
async fn an_erased_visitor_is_gone_for_those_who_watch() {
    let chat = Chat::start().await;
    let sue = chat.register("Sue").await;
    let mut sues = chat.watching_visitors(&sue).await;
    let vic = chat.visitor("Vic").await;
    sues.visitor_when(&vic.id, |visitor| visitor["isOnline"] == true).await;
    chat.delete(&format!("/api/visitors/{}", vic.id)).by(&sue.token).await.expect(200);
    let gone = |visitor: &serde_json::Value| visitor["isOnline"] == false && visitor["name"].is_null();
    sues.visitor_when(&vic.id, gone).await;
}

#[tokio::test]
async fn the_changes_of_a_second_come_together_and_the_last_one_always() {
    let chat = Chat::start().await;
    let sue = chat.register("Sue").await;
    let mut sues = chat.watching_visitors(&sue).await;
    let mut vic = chat.visitor("Vic").await;
    for number in 0..=40 {
        vic.socket.ack("visitor:page", json!({ "url": format!("/{number}") })).await;
    }
    let mut frames = 0;
    loop {
        let updated = sues.next("visitors:updated").await;
        frames += 1;
        if updated["visitors"][0]["currentPage"] == "/40" {
            break;
        }
    }
    assert!(frames < 40, "{frames}");
    // Nobody came to tell a change whose teller ended: whoever has time does.
    ChangedVisitor::note(&chat.app.db, vic.id.parse().unwrap()).await.unwrap();
    maintenance::run(&chat.app, end_of_background()).await;
    sues.visitor_when(&vic.id, |visitor| visitor["currentPage"] == "/40").await;
}

#[tokio::test]
async fn who_is_pushed_too_much_is_told_once_to_ask_anew() {
    let chat = Chat::start_with(&[("LIMITS", "pushes=5/4s,messages=off")], Default::default()).await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let write = json!({ "conversationId": id, "content": "!" });
    let mut sent = Vec::new();
    for _ in 0..8 {
        sent.push(vic.socket.send("message:send", write.clone()).await);
    }
    for id in sent {
        vic.socket.acked(&id).await;
    }
    adas.next("resync").await;
    assert!(adas.waiting("message:new") <= 5);
    while adas.waiting("message:new") > 0 {
        adas.next("message:new").await;
    }
    let after = vic.socket.ack("message:send", write).await;
    assert_eq!(adas.next("message:new").await["message"]["seq"], after["message"]["seq"]);
    assert_eq!((adas.waiting("resync"), &after["message"]["seq"]), (0, &json!(10)));
}

#[tokio::test]
async fn a_visitor_who_turns_pages_displaces_nobodys_message() {
    let chat = Chat::start_with(&[("LIMITS", "pushes=3/4s")], Default::default()).await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    for page in 0..8 {
        vic.socket.ack("visitor:page", json!({ "url": format!("/{page}") })).await;
    }
    let sent = vic.socket.ack("message:send", json!({ "conversationId": id, "content": "!" })).await;
    assert_eq!(adas.next("message:new").await["message"]["_id"], sent["message"]["_id"]);
    adas.next("resync").await;
}
