//! `message:send`, `message:delivered` and `message:read`.

use serde_json::{Value, json};

use crate::support::{Chat, NOBODY, each, text};

#[tokio::test]
async fn a_message_is_acked_and_pushed_to_all_in_the_conversation() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let mut second_tab = chat.visitor_with(&vic.session, "Vic").await;
    let mut adas = chat.agent_socket(&ada).await;
    let data = json!({
        "conversationId": id, "content": "Hello", "clientMessageId": "v1",
        "sender": "agent", "senderId": ada.id, "senderModel": "User",
    });
    let ack = vic.socket.ack("message:send", data).await;
    let message = ack["message"].clone();
    assert_eq!((&message["seq"], &message["clientMessageId"]), (&json!(2), &json!("v1")));
    assert_eq!((&message["sender"], &message["senderId"]["_id"]), (&json!("visitor"), &json!(vic.id)));
    for socket in [&mut second_tab.socket, &mut adas] {
        assert_eq!(socket.next("message:new").await["message"], message);
    }
    // Who sends without an id gets what the others get.
    let data = json!({ "conversationId": id, "content": "Are you there?" });
    vic.socket.send_text(json!({ "event": "message:send", "data": data }).to_string()).await;
    for socket in [&mut vic.socket, &mut second_tab.socket, &mut adas] {
        assert_eq!(socket.next("message:new").await["message"]["seq"], 3);
    }
}

#[tokio::test]
async fn who_watches_unassigned_conversations_sees_their_messages() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (mut sues, mut adas) = (chat.agent_socket(&sue).await, chat.agent_socket(&ada).await);
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    vic.socket.ack("message:send", json!({ "conversationId": id, "content": "Anybody?" })).await;
    sues.next("message:new").await;
    adas.next("message:new").await;
}

#[tokio::test]
async fn a_retry_gives_the_stored_message_and_no_second_push() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let mut adas = chat.agent_socket(&ada).await;
    let data =
        |content: &str| json!({ "conversationId": id, "content": content, "clientMessageId": "v1" });
    let first = vic.socket.ack("message:send", data("Hello")).await;
    let over_http = chat.post("/api/messages", data("Other")).by(&vic.token).await.expect(201);
    let again = vic.socket.ack("message:send", data("Hello")).await;
    assert_eq!(first, again);
    assert_eq!(first["message"], over_http);
    adas.next("message:new").await;
    let done = json!({ "conversationId": id, "content": "Done" });
    vic.socket.ack("message:send", done).await;
    assert_eq!(adas.next("message:new").await["message"]["content"], "Done");
}

#[tokio::test]
async fn one_who_waits_for_each_ack_keeps_its_order() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    for number in 2..=12 {
        let data = json!({ "conversationId": id, "content": format!("{number}") });
        assert_eq!(vic.socket.ack("message:send", data).await["message"]["seq"], number);
    }
}

#[tokio::test]
async fn frames_in_flight_together_are_all_stored_once() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    for number in 0..10 {
        let data = json!({
            "conversationId": id, "content": format!("{number}"), "clientMessageId": format!("{number}"),
        });
        vic.socket.send("message:send", data).await;
    }
    let mut numbers = Vec::new();
    for _ in 0..10 {
        numbers.push(vic.socket.next("ack").await["message"]["seq"].as_i64().unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (2..=11).collect::<Vec<i64>>());
}

#[tokio::test]
async fn bad_messages_are_refused() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    for (field, value) in [
        ("content", json!("")),
        ("content", json!("x".repeat(8001))),
        ("content", json!(["x"])),
        ("type", json!("system")),
        ("fileUrl", json!("ftp://x")),
        ("clientMessageId", json!("")),
        ("clientMessageId", json!("x".repeat(65))),
    ] {
        let mut data = json!({ "conversationId": id, "content": "Hello" });
        data[field] = value;
        let error = vic.socket.refused("message:send", data, "validation_failed").await;
        assert_eq!(error["errors"][0]["path"], field);
    }
    let mut adas = chat.agent_socket(&ada).await;
    let unknown = json!({ "conversationId": NOBODY, "content": "Hello" });
    adas.refused("message:send", unknown, "not_found").await;
}

#[tokio::test]
async fn delivery_is_told_to_the_senders_side_and_only_moves_forward() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let mut adas = chat.agent_socket(&ada).await;
    for content in ["Two", "Three"] {
        adas.ack("message:send", json!({ "conversationId": id, "content": content })).await;
    }
    let delivered = |up_to: i64| json!({ "conversationId": id, "upTo": up_to });
    vic.socket.ack("message:delivered", delivered(3)).await;
    let pushed = adas.next("message:delivered").await;
    assert_eq!((&pushed["conversationId"], &pushed["upTo"]), (&json!(id), &json!(3)));
    assert!(pushed["deliveredAt"].is_string());
    let back = vic.socket.ack("message:delivered", delivered(2)).await;
    assert_eq!(back["upTo"], 3);
    vic.socket.ack("message:delivered", delivered(999)).await;
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(each(&list["messages"], "status"), ["sent", "delivered", "delivered"]);
    assert_eq!(list["messages"][2]["deliveredAt"], pushed["deliveredAt"]);
    adas.pushed_so_far().await;
    vic.socket.pushed_so_far().await;
    assert_eq!(adas.waiting("message:delivered"), 0);
    assert_eq!(vic.socket.waiting("message:delivered"), 0, "the sender's side alone is told");
    for data in [
        delivered(0),
        delivered(-1),
        json!({ "conversationId": id }),
        json!({ "conversationId": id, "upTo": "3" }),
    ] {
        vic.socket.refused("message:delivered", data, "validation_failed").await;
    }
}

#[tokio::test]
async fn reading_is_told_to_all_and_what_was_read_was_delivered() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let mut adas = chat.agent_socket(&ada).await;
    let mut second_tab = chat.visitor_with(&vic.session, "Vic").await.socket;
    let sent = adas.ack("message:send", json!({ "conversationId": id, "content": "Two" })).await;
    let message = text(&sent["message"]["_id"]);
    vic.socket.ack("message:read", json!({ "conversationId": id, "messageId": message })).await;
    for socket in [&mut adas, &mut second_tab] {
        let pushed = socket.next("message:read").await;
        assert_eq!((&pushed["messageId"], &pushed["upTo"]), (&json!(message), &json!(2)));
        assert!(pushed["readAt"].is_string());
        assert_eq!((&pushed["sender"], &pushed["unreadCount"]), (&json!("visitor"), &json!(1)));
    }
    vic.socket.pushed_so_far().await;
    assert_eq!(vic.socket.waiting("message:read"), 0, "its ack was all");
    adas.ack("message:read", json!({ "conversationId": id, "upTo": 1 })).await;
    let read = vic.socket.next("message:read").await;
    let what = (&read["upTo"], &read["sender"], &read["unreadCount"]);
    assert_eq!(what, (&json!(1), &json!("agent"), &json!(0)));
    // Who was away meanwhile finds both marks.
    let joined = vic.socket.ack("conversation:join", json!({ "conversationId": id })).await;
    let back = vic.socket.ack("visitor:connect", json!({ "sessionId": vic.session })).await;
    for marks in [&joined["marks"], &back["marks"]] {
        assert_eq!(
            (&marks["visitor"]["read"]["upTo"], &marks["agent"]["read"]["upTo"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(marks["visitor"]["delivered"]["upTo"], 2, "what was read was delivered");
        assert!(marks["agent"]["read"]["at"].is_string());
    }
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(each(&list["messages"], "isRead"), [true, true]);
    assert_eq!(list["messages"][1]["deliveredAt"], list["messages"][1]["readAt"]);
    let again = vic.socket.ack("message:read", json!({ "conversationId": id, "upTo": 1 })).await;
    assert_eq!(again["upTo"], 2, "a mark never moves back");
}

#[tokio::test]
async fn one_side_cannot_mark_its_own_messages() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let marked = vic.socket.ack("message:read", json!({ "conversationId": id, "upTo": 1 })).await;
    assert_eq!((&marked["upTo"], &marked["at"]), (&json!(0), &Value::Null));
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(list["messages"][0]["status"], "sent");
}

#[tokio::test]
async fn bad_marks_are_refused() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let (mut wim, other) = chat.held_by(&ada, "Wim").await;
    let theirs =
        wim.socket.ack("message:send", json!({ "conversationId": other, "content": "x" })).await;
    let theirs = theirs["message"]["_id"].clone();
    for data in [
        json!({ "conversationId": id }),
        json!({ "conversationId": id, "upTo": 0 }),
        json!({ "conversationId": id, "messageId": "42" }),
    ] {
        vic.socket.refused("message:read", data, "validation_failed").await;
    }
    for message in [theirs, json!(NOBODY)] {
        let data = json!({ "conversationId": id, "messageId": message });
        vic.socket.refused("message:read", data, "not_found").await;
    }
}

#[tokio::test]
async fn a_visitors_message_reopens_what_was_resolved_and_an_agents_does_not() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    let resolve = || chat.put(&format!("/api/conversations/{id}/resolve"), json!({})).by(&ada.token);
    let write = json!({ "conversationId": id, "content": "More" });
    resolve().await.expect(200);
    vic.socket.next("conversation:updated").await;
    chat.post("/api/messages", write.clone()).by(&ada.token).await.expect(201);
    let one = chat.get(&format!("/api/conversations/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(one["status"], "resolved");
    vic.socket.ack("message:send", write.clone()).await;
    let reopened = vic.socket.next("conversation:updated").await["conversation"].clone();
    assert_eq!(reopened["status"], "pending", "nobody held it");
    chat.put(&format!("/api/conversations/{id}/assign"), json!({})).by(&ada.token).await.expect(200);
    resolve().await.expect(200);
    vic.socket.ack("message:send", write).await;
    let one = chat.get(&format!("/api/conversations/{id}")).by(&ada.token).await.expect(200);
    assert_eq!((&one["status"], &one["resolvedAt"]), (&json!("active"), &Value::Null));
}
