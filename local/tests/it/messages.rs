//! `/api/messages`.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Chat, NOBODY, each, text};

#[tokio::test]
async fn a_sent_message_is_stored_answered_and_pushed() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let mut adas = chat.agent_socket(&ada).await;
    let body = json!({ "conversationId": id, "content": "  Hello, Vic \n" });
    let message = chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    let mut fields: Vec<&String> = message.as_object().unwrap().keys().collect();
    fields.sort_unstable();
    let mut documented = [
        "_id",
        "conversation",
        "sender",
        "senderModel",
        "senderId",
        "content",
        "type",
        "fileUrl",
        "clientMessageId",
        "seq",
        "status",
        "deliveredAt",
        "isRead",
        "readAt",
        "createdAt",
    ];
    documented.sort_unstable();
    assert_eq!(fields, documented);
    assert_eq!((&message["content"], &message["seq"]), (&json!("  Hello, Vic \n"), &json!(2)));
    assert_eq!((&message["sender"], &message["senderModel"]), (&json!("agent"), &json!("User")));
    let author = json!({ "_id": ada.id, "name": "Ada", "email": "ada@example.com" });
    assert_eq!((&message["senderId"], &message["status"]), (&author, &json!("sent")));
    assert_eq!(vic.socket.next("message:new").await["message"], message);
    assert_eq!(adas.next("message:new").await["message"], message);
}

#[tokio::test]
async fn a_visitor_sends_over_http_as_itself() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.held_by(&ada, "Vic").await;
    let mut adas = chat.agent_socket(&ada).await;
    let body =
        json!({ "conversationId": id, "content": "Hello", "sender": "agent", "senderId": ada.id });
    let message = chat.post("/api/messages", body).by(&vic.token).await.expect(201);
    assert_eq!((&message["sender"], &message["senderId"]["_id"]), (&json!("visitor"), &json!(vic.id)));
    assert_eq!(adas.next("message:new").await["message"]["_id"], message["_id"]);
}

#[tokio::test]
async fn the_same_client_message_id_gives_the_stored_message_and_one_push() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let body =
        |content: &str| json!({ "conversationId": id, "content": content, "clientMessageId": "m1" });
    let sends = (0..8)
        .map(|_| async { chat.post("/api/messages", body("Once")).by(&ada.token).await.expect(201) });
    let answers = join_all(sends).await;
    let later = chat.post("/api/messages", body("Something else")).by(&ada.token).await.expect(201);
    assert!(answers.iter().all(|answer| answer["_id"] == later["_id"] && answer["seq"] == 2));
    assert_eq!(later["content"], "Once");
    vic.socket.next("message:new").await;
    vic.socket.pushed_so_far().await;
    assert_eq!(vic.socket.waiting("message:new"), 0);
    chat.put(&format!("/api/conversations/{id}/close"), json!({})).by(&ada.token).await.expect(200);
    let closed = chat.post("/api/messages", body("Once")).by(&ada.token).await.expect(201);
    assert_eq!(closed["_id"], later["_id"], "what was stored stays answered");
}

#[tokio::test]
async fn two_senders_may_choose_the_same_client_message_id() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.held_by(&ada, "Vic").await;
    let body = json!({ "conversationId": id, "content": "Hello", "clientMessageId": "m1" });
    let one = chat.post("/api/messages", body.clone()).by(&ada.token).await.expect(201);
    let two = chat.post("/api/messages", body).by(&vic.token).await.expect(201);
    assert_eq!((&one["seq"], &two["seq"]), (&json!(2), &json!(3)));
}

#[tokio::test]
async fn messages_sent_at_once_get_numbers_without_gap_or_repeat() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.held_by(&ada, "Vic").await;
    let sends = (0..20).map(|number| {
        let token = if number % 2 == 0 { &ada.token } else { &vic.token };
        let body = json!({ "conversationId": id, "content": format!("{number}") });
        async { chat.post("/api/messages", body).by(token).await.expect(201) }
    });
    let mut numbers: Vec<i64> =
        join_all(sends).await.iter().map(|message| message["seq"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (2..=21).collect::<Vec<i64>>());
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    let stored: Vec<i64> =
        each(&list["messages"], "seq").iter().map(|seq| seq.as_i64().unwrap()).collect();
    assert_eq!(stored, (1..=21).collect::<Vec<i64>>());
}

#[tokio::test]
async fn bad_messages_are_refused_and_nothing_is_stored() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    let good = json!({ "conversationId": id, "content": "Hello" });
    for (field, value) in [
        ("content", json!(" \n ")),
        ("content", json!("x".repeat(8001))),
        ("content", json!({ "$gt": "" })),
        ("conversationId", json!("42")),
        ("conversationId", json!({ "$ne": null })),
        ("type", json!("system")),
        ("fileUrl", json!("javascript:alert(1)")),
        ("clientMessageId", json!("")),
        ("clientMessageId", json!("x".repeat(65))),
        ("clientMessageId", json!({ "$ne": 1 })),
    ] {
        let mut body = good.clone();
        body[field] = value;
        chat.post("/api/messages", body).by(&ada.token).await.invalid(field);
    }
    chat.post("/api/messages", json!({ "content": "Hello" }))
        .by(&ada.token)
        .await
        .invalid("conversationId");
    let mut unknown = good.clone();
    unknown["conversationId"] = json!(NOBODY);
    chat.post("/api/messages", unknown).by(&ada.token).await.refused(404, "not_found");
    chat.post("/api/messages", good).await.refused(401, "unauthorized");
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(list["total"], 1);
}

#[tokio::test]
async fn texts_come_back_as_they_were_sent() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    let longest = "🦀".repeat(6144);
    for content in ["$set", "$$ROOT", "{\"$ne\":1}", "a\u{0}b", "<script>", "مرحبا", &longest] {
        let body = json!({ "conversationId": id, "content": content });
        let message = chat.post("/api/messages", body).by(&ada.token).await.expect(201);
        assert_eq!(message["content"], content);
    }
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(list["messages"][1]["content"], "$set");
    let file = json!({
        "conversationId": id, "content": "invoice.pdf", "type": "file",
        "fileUrl": "https://files.example/invoice.pdf",
    });
    let message = chat.post("/api/messages", file).by(&ada.token).await.expect(201);
    let fields = (&message["type"], &message["fileUrl"]);
    assert_eq!(fields, (&json!("file"), &json!("https://files.example/invoice.pdf")));
}

#[tokio::test]
async fn page_one_is_the_newest_and_within_a_page_the_oldest_comes_first() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    for number in 2..=5 {
        let body = json!({ "conversationId": id, "content": format!("{number}") });
        chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    }
    let list = |query: &str| chat.get(&format!("/api/messages/{id}?{query}")).by(&ada.token);
    for (query, expected) in [
        ("limit=2", vec![4, 5]),
        ("limit=2&page=2", vec![2, 3]),
        ("limit=2&page=3", vec![1]),
        ("limit=2&page=4", vec![]),
        ("after=3", vec![4, 5]),
        ("after=0&limit=2", vec![1, 2]),
        ("before=3", vec![1, 2]),
        ("before=5&limit=2", vec![3, 4]),
        ("after=9", vec![]),
    ] {
        let page = list(query).await.expect(200);
        let numbers: Vec<i64> =
            each(&page["messages"], "seq").iter().map(|seq| seq.as_i64().unwrap()).collect();
        assert_eq!(numbers, expected, "{query}");
        assert_eq!(page["total"], 5, "{query}");
    }
    let page = list("limit=2&page=2").await.expect(200);
    assert_eq!((&page["totalPages"], &page["currentPage"]), (&json!(3), &json!(2)));
    list("limit=0").await.invalid("limit");
    list("page=0").await.invalid("page");
    let between = list("after=1&before=4&limit=5").await.expect(200);
    assert_eq!(each(&between["messages"], "seq"), [2, 3]);
    list("after=x").await.refused(400, "bad_request");
}

#[tokio::test]
async fn messages_are_read_by_agents_and_their_own_visitor() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.conversation("Vic", "Hello").await;
    let (wim, _) = chat.conversation("Wim", "Hello").await;
    let path = format!("/api/messages/{id}");
    let list = chat.get(&path).by(&vic.token).await.expect(200);
    assert_eq!(list["messages"][0]["senderId"]["name"], "Vic");
    chat.get(&path).by(&wim.token).await.refused(404, "not_found");
    chat.get(&path).await.refused(401, "unauthorized");
    chat.get(&format!("/api/messages/{NOBODY}")).by(&ada.token).await.refused(404, "not_found");
    chat.get("/api/messages/42").by(&ada.token).await.refused(400, "bad_request");
}

#[tokio::test]
async fn a_message_is_marked_as_read_and_the_mark_never_moves_back() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    for content in ["Two", "Three"] {
        vic.socket.ack("message:send", json!({ "conversationId": id, "content": content })).await;
    }
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    let ids: Vec<String> = each(&list["messages"], "_id").into_iter().map(text).collect();
    let read = |id: &str| chat.put(&format!("/api/messages/{id}/read"), json!({})).by(&ada.token);
    let second = read(&ids[1]).await.expect(200);
    assert_eq!((&second["status"], &second["isRead"]), (&json!("read"), &json!(true)));
    let pushed = vic.socket.next("message:read").await;
    assert_eq!((&pushed["messageId"], &pushed["upTo"]), (&json!(ids[1]), &json!(2)));
    assert_eq!(pushed["readAt"], second["readAt"]);
    let first = read(&ids[0]).await.expect(200);
    assert_eq!(first["readAt"], second["readAt"], "read with the second one");
    read(&ids[2]).await.expect(200);
    assert_eq!(vic.socket.next("message:read").await["upTo"], 3);
    let after = chat.get(&format!("/api/messages/{id}")).by(&vic.token).await.expect(200);
    assert_eq!(after["messages"][1]["readAt"], second["readAt"], "a time once told stays");
    vic.socket.pushed_so_far().await;
    assert_eq!(vic.socket.waiting("message:read"), 0);
}

#[tokio::test]
async fn reading_asks_for_somebody_who_may_see_the_message() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    let (wim, _) = chat.conversation("Wim", "Hello").await;
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    let path = format!("/api/messages/{}/read", text(&list["messages"][0]["_id"]));
    chat.put(&path, json!({})).await.refused(401, "unauthorized");
    chat.put(&path, json!({})).by(&wim.token).await.refused(404, "not_found");
    let unknown = format!("/api/messages/{NOBODY}/read");
    chat.put(&unknown, json!({})).by(&ada.token).await.refused(404, "not_found");
    chat.put("/api/messages/42/read", json!({})).by(&ada.token).await.refused(400, "bad_request");
}

#[tokio::test]
async fn read_all_marks_what_the_visitor_sent() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    vic.socket.ack("message:send", json!({ "conversationId": id, "content": "Two" })).await;
    let body = json!({ "conversationId": id, "content": "Three" });
    chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    let unread = || async {
        let one = chat.get(&format!("/api/conversations/{id}")).by(&ada.token).await.expect(200);
        one["unreadCount"].clone()
    };
    assert_eq!(unread().await, 2);
    let path = format!("/api/messages/conversation/{id}/read-all");
    let read_all = |token: String| {
        let call = chat.put(&path, Value::Null).by(&token);
        async move { call.await }
    };
    let answer = chat.put(&path, json!({})).by(&ada.token).await.expect(200);
    assert_eq!(answer["modifiedCount"], 2);
    assert_eq!(vic.socket.next("message:read").await["upTo"], 2);
    assert_eq!(unread().await, 0);
    let again = chat.put(&path, json!({})).by(&ada.token).await.expect(200);
    assert_eq!(again["modifiedCount"], 0);
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(each(&list["messages"], "status"), ["read", "read", "sent"]);
    read_all(vic.token.clone()).await.refused(403, "forbidden");
    chat.put(&path, json!({})).await.refused(401, "unauthorized");
    let unknown = format!("/api/messages/conversation/{NOBODY}/read-all");
    chat.put(&unknown, json!({})).by(&ada.token).await.refused(404, "not_found");
    let malformed = "/api/messages/conversation/42/read-all";
    chat.put(malformed, json!({})).by(&ada.token).await.refused(400, "bad_request");
}
