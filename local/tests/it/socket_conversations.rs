//! `conversation:start`, `conversation:join`, `conversation:leave` and typing.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::documents::message::Kind;
use shared::documents::participant::{Participant, Side};
use shared::use_cases::messages::{self, Draft};

use crate::support::{Chat, each, text};

#[tokio::test]
async fn a_visitor_starts_a_conversation_with_a_message() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let mut vic = chat.visitor("Vic").await;
    let frame = json!({ "event": "conversation:start", "data": { "message": " Hello " } });
    vic.socket.send_text(frame.to_string()).await;
    let created = vic.socket.next("conversation:created").await;
    assert_eq!(created["conversation"]["status"], "pending");
    assert_eq!(created["conversation"]["visitor"]["name"], "Vic");
    assert!(created["conversation"].get("notes").is_none());
    assert_eq!(
        (&created["message"]["content"], &created["message"]["seq"]),
        (&json!(" Hello "), &json!(1))
    );
    assert_eq!(created["message"]["senderId"]["_id"], vic.id);
    let pushed = adas.next("conversation:new").await["conversation"].clone();
    assert_eq!((&pushed["_id"], &pushed["notes"]), (&created["conversation"]["_id"], &json!("")));
    assert_eq!((&pushed["messageCount"], &pushed["unreadCount"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_conversation_may_start_without_a_message() {
    let chat = Chat::start().await;
    let mut vic = chat.visitor("Vic").await;
    for data in [json!({}), json!({ "message": "  " }), json!({ "message": null })] {
        let started = vic.socket.ack("conversation:start", data).await;
        assert_eq!(started["message"], json!(null));
        assert_eq!(started["conversation"]["lastMessageAt"], json!(null));
        assert_eq!(started["conversation"]["messageCount"], 0);
    }
}

#[tokio::test]
async fn a_start_with_a_client_message_id_can_be_repeated() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let mut tabs = Vec::new();
    for _ in 0..4 {
        tabs.push(chat.visitor("Vic").await);
    }
    let data = json!({ "message": "Hello", "clientMessageId": "s1" });
    let starts = tabs.iter_mut().map(|tab| tab.socket.ack("conversation:start", data.clone()));
    let started = join_all(starts).await;
    let id = text(&started[0]["conversation"]["_id"]);
    assert!(started.iter().all(|start| start["conversation"]["_id"] == id));
    assert!(started.iter().all(|start| start["message"]["_id"] == started[0]["message"]["_id"]));
    let again = json!({ "conversationId": id, "content": "Hello", "clientMessageId": "s1" });
    let resent = tabs[0].socket.ack("message:send", again).await;
    assert_eq!(resent["message"]["_id"], started[0]["message"]["_id"]);
    adas.next("conversation:new").await;
    adas.pushed_so_far().await;
    assert_eq!(adas.waiting("conversation:new"), 0);
}

#[tokio::test]
async fn tabs_that_start_unless_one_is_open_share_one() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut tabs = Vec::new();
    for _ in 0..4 {
        tabs.push(chat.visitor("Vic").await);
    }
    let starts = tabs.iter_mut().enumerate().map(async |(number, tab)| {
        let name = format!("of-tab-{number}");
        let data = json!({ "message": name, "clientMessageId": name, "unlessOpen": true });
        tab.socket.ack("conversation:start", data).await
    });
    let started = join_all(starts).await;
    let id = text(&started[0]["conversation"]["_id"]);
    assert!(started.iter().all(|start| start["conversation"]["_id"] == id), "{started:?}");
    let sent: Vec<&Value> = started.iter().filter(|start| !start["message"].is_null()).collect();
    assert_eq!(sent.len(), 1, "only the message of the one that began it: {started:?}");
    // Whose ack was lost asks again, and finds its message.
    let name = sent[0]["message"]["clientMessageId"].clone();
    let again = json!({ "message": name, "clientMessageId": name, "unlessOpen": true });
    let found = tabs[0].socket.ack("conversation:start", again).await;
    assert_eq!(found["message"]["_id"], sent[0]["message"]["_id"]);
    let close = format!("/api/conversations/{id}/close");
    chat.put(&close, json!({})).by(&ada.token).await.expect(200);
    let next = tabs[1].socket.ack("conversation:start", json!({ "unlessOpen": true })).await;
    assert_ne!(next["conversation"]["_id"], id);
    let same = tabs[2].socket.ack("conversation:start", json!({ "unlessOpen": true })).await;
    assert_eq!(same["conversation"]["_id"], next["conversation"]["_id"]);
}

#[tokio::test]
async fn only_visitors_start_conversations_and_their_messages_have_bounds() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    adas.refused("conversation:start", json!({ "message": "Hello" }), "forbidden").await;
    let mut vic = chat.visitor("Vic").await;
    for data in [
        json!({ "message": "x".repeat(8001) }),
        json!({ "message": 7 }),
        json!({ "message": "\u{1}".repeat(4097) }),
        json!({ "message": "x", "unlessOpen": 7 }),
        json!({ "message": "x", "clientMessageId": "" }),
        json!({ "message": "x", "clientMessageId": "x".repeat(65) }),
    ] {
        vic.socket.refused("conversation:start", data, "validation_failed").await;
    }
}

#[tokio::test]
async fn a_join_brings_exactly_what_was_missed() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    for number in 2..=4 {
        let body = json!({ "conversationId": id, "content": format!("{number}") });
        chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    }
    for (after, expected, more) in [
        (json!(2), vec![3, 4], false),
        (json!(4), vec![], false),
        (json!(0), vec![1, 2, 3, 4], false),
        (json!(null), vec![1, 2, 3, 4], false),
    ] {
        let data = json!({ "conversationId": id, "after": after });
        let joined = vic.socket.ack("conversation:join", data).await;
        let numbers: Vec<i64> =
            each(&joined["messages"], "seq").iter().map(|seq| seq.as_i64().unwrap()).collect();
        assert_eq!((numbers, &joined["hasMore"]), (expected, &json!(more)), "{after}");
        assert_eq!(joined["conversation"]["_id"], id);
        assert!(joined["conversation"].get("notes").is_none());
    }
    let bad = json!({ "conversationId": id, "after": -1 });
    vic.socket.refused("conversation:join", bad, "validation_failed").await;
}

#[tokio::test]
async fn a_join_says_when_there_is_more_than_one_page_and_never_sends_too_much() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    // As large as a message can be in JSON: each of these characters takes six bytes there.
    let large = "\u{1}".repeat(4096);
    let larger = json!({ "conversationId": id, "content": "\u{1}".repeat(4097) });
    vic.socket.refused("message:send", larger.clone(), "validation_failed").await;
    chat.post("/api/messages", larger).by(&ada.token).await.refused(400, "validation_failed");
    for _ in 0..7 {
        let body = json!({ "conversationId": id, "content": large });
        chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    }
    let (mut seen, mut after) = (Vec::new(), 0);
    loop {
        let data = json!({ "conversationId": id, "after": after });
        let joined = vic.socket.ack("conversation:join", data).await;
        seen.extend(each(&joined["messages"], "seq").iter().map(|seq| seq.as_i64().unwrap()));
        after = *seen.last().unwrap();
        if joined["hasMore"] == false {
            break;
        }
        assert!(!joined["messages"].as_array().unwrap().is_empty(), "there is always progress");
    }
    assert_eq!(seen, (1..=8).collect::<Vec<i64>>());
    let newest = vic.socket.ack("conversation:join", json!({ "conversationId": id })).await;
    assert_eq!(newest["messages"].as_array().unwrap().last().unwrap()["seq"], 8);
    assert_eq!(newest["hasMore"], true);
}

#[tokio::test]
async fn what_has_no_room_in_a_frame_comes_cut_and_is_read_whole_over_http() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    // Stored when there was no such bound.
    let content = "\u{1}".repeat(8000);
    let draft = Draft {
        conversation_id: id.parse().unwrap(),
        content: content.clone(),
        kind: Kind::Text,
        file_url: None,
        client_message_id: None,
        follows: None,
    };
    let ada_herself =
        Participant { side: Side::Agent, id: ada.id.parse().unwrap(), name: None, email: None };
    let sent = messages::send(&chat.app, &ada_herself, &draft).await.unwrap();
    sent.dispatched_behind(&chat.app);
    let is_cut = |message: &Value| {
        let shown = text(&message["content"]);
        assert_eq!((&message["seq"], &message["truncated"]), (&json!(2), &json!(true)));
        assert!(shown.len() > 4096 && content.starts_with(&shown), "{}", shown.len());
    };
    is_cut(&vic.socket.next("message:new").await["message"]);
    let join = json!({ "conversationId": id, "after": 1 });
    let joined = vic.socket.ack("conversation:join", join).await;
    is_cut(&joined["messages"][0]);
    assert_eq!(joined["hasMore"], false);
    let whole =
        chat.get(&format!("/api/messages/{id}?after=1&limit=1")).by(&vic.token).await.expect(200);
    assert_eq!(text(&whole["messages"][0]["content"]), content);
    assert_eq!(whole["messages"][0]["truncated"], json!(null));
}

#[tokio::test]
async fn an_agent_that_joined_is_pushed_until_it_leaves() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let mut sues = chat.agent_socket(&sue).await;
    let write = json!({ "conversationId": id, "content": "Hello" });
    sues.ack("conversation:join", json!({ "conversationId": id })).await;
    vic.socket.ack("message:send", write.clone()).await;
    assert_eq!(sues.next("message:new").await["message"]["seq"], 2);
    sues.ack("conversation:leave", json!({ "conversationId": id })).await;
    let mut adas = chat.agent_socket(&ada).await;
    vic.socket.ack("message:send", write).await;
    adas.next("message:new").await;
    sues.pushed_so_far().await;
    assert_eq!(sues.waiting("message:new"), 0);
}

#[tokio::test]
async fn a_message_reaches_each_connection_once_whatever_it_joined() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let mut adas = chat.watching(&ada, "all").await;
    let mut second_tab = chat.visitor_with(&vic.session, "Vic").await.socket;
    for socket in [&mut adas, &mut vic.socket, &mut second_tab] {
        socket.ack("conversation:join", json!({ "conversationId": id })).await;
        socket.ack("conversation:join", json!({ "conversationId": id })).await;
    }
    vic.socket.ack("message:send", json!({ "conversationId": id, "content": "Once" })).await;
    for socket in [&mut adas, &mut second_tab] {
        socket.next("message:new").await;
        socket.pushed_so_far().await;
        assert_eq!(socket.waiting("message:new"), 0);
    }
    vic.socket.pushed_so_far().await;
    assert_eq!(vic.socket.waiting("message:new"), 0, "its ack was all");
}

#[tokio::test]
async fn typing_is_told_to_the_others_and_not_to_oneself() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let mut second_tab = chat.visitor_with(&vic.session, "Vic").await;
    let (mut adas, mut sues) = (chat.agent_socket(&ada).await, chat.agent_socket(&sue).await);
    for event in ["typing:start", "typing:stop"] {
        vic.socket
            .ack(event, json!({ "conversationId": id, "userName": "Eve", "sender": "agent" }))
            .await;
        let pushed = adas.next(event).await;
        assert_eq!(pushed, json!({ "conversationId": id, "userName": "Vic", "sender": "visitor" }));
        adas.ack(event, json!({ "conversationId": id })).await;
        let pushed = vic.socket.next(event).await;
        assert_eq!(pushed, json!({ "conversationId": id, "userName": "Ada", "sender": "agent" }));
        second_tab.socket.next(event).await;
    }
    for socket in [&mut second_tab.socket, &mut vic.socket, &mut adas, &mut sues] {
        socket.pushed_so_far().await;
        assert_eq!(socket.waiting("typing:start") + socket.waiting("typing:stop"), 0);
    }
}
