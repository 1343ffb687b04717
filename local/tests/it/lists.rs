//! Lists of conversations by more than their status, and in the order of who waits; who holds how many.

use mongodb::bson::doc;
use serde_json::{Value, json};
use shared::Id;
use shared::documents::conversation::{Conversation, Priority};

use crate::support::{Agent, Chat, each, text};

async fn change(chat: &Chat, agent: &Agent, id: &str, body: Value) {
    chat.put(&format!("/api/conversations/{id}"), body).by(&agent.token).await.expect(200);
}

async fn act(chat: &Chat, agent: &Agent, id: &str, action: &str) {
    let path = format!("/api/conversations/{id}/{action}");
    chat.put(&path, json!({})).by(&agent.token).await.expect(200);
}

/// The ids of a list, page after page.
async fn all(chat: &Chat, token: &str, query: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/conversations?limit=2{query}{cursor}");
        let page = chat.get(&path).by(token).await.expect(200);
        assert!(page["isComplete"].is_null() || page["isComplete"] == true);
        if cursor.is_empty() {
            assert_eq!(page["totalIsExact"], true);
        }
        ids.extend(each(&page["conversations"], "_id").into_iter().map(text));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

#[tokio::test]
async fn a_list_is_of_one_visitor_one_tag_or_one_priority() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (mut vic, old) = chat.held_by(&ada, "Vic").await;
    act(&chat, &ada, &old, "close").await;
    let started = vic.socket.ack("conversation:start", json!({ "message": "Again" })).await;
    let new = text(&started["conversation"]["_id"]);
    let (wim, other) = chat.held_by(&ada, "Wim").await;
    change(&chat, &ada, &old, json!({ "tags": ["vip", "parcel"], "priority": "high" })).await;
    change(&chat, &ada, &other, json!({ "tags": ["vip"], "priority": "low" })).await;
    let of = |name: &str| format!("&visitor={}", if name == "Vic" { &vic.id } else { &wim.id });
    for (query, expected) in [
        (of("Vic"), vec![&new, &old]),
        (of("Vic") + "&status=closed", vec![&old]),
        (of("Vic") + "&status=closed&tag=vip&priority=high&assignedTo=" + &ada.id, vec![&old]),
        (of("Vic") + "&assignedTo=none", vec![&new]),
        (of("Wim"), vec![&other]),
        ("&tag=vip".to_owned(), vec![&other, &old]),
        ("&tag=%20vip%20&status=active".to_owned(), vec![&other]),
        ("&tag=vi".to_owned(), vec![]),
        ("&tag=.*".to_owned(), vec![]),
        ("&priority=high".to_owned(), vec![&old]),
        ("&priority=medium&status=pending".to_owned(), vec![&new]),
        ("&priority=low&assignedTo=none".to_owned(), vec![]),
        ("&q=vic&tag=vip".to_owned(), vec![&old]),
        ("&q=vic&sort=waiting".to_owned(), vec![&new]),
        ("&visitor=&tag=&priority=&sort=".to_owned(), vec![&other, &new, &old]),
    ] {
        assert_eq!(
            all(&chat, &sue.token, &query).await,
            expected.into_iter().cloned().collect::<Vec<_>>(),
            "{query}"
        );
    }
    // A visitor finds no more by asking for somebody else's.
    assert_eq!(all(&chat, &vic.token, &of("Wim")).await, Vec::<String>::new());
    assert_eq!(all(&chat, &vic.token, "&tag=vip").await, std::slice::from_ref(&old));
    assert_eq!(all(&chat, &vic.token, "&status=closed").await, [old]);
    for (query, path) in
        [("visitor=vic", "visitor"), ("priority=urgent", "priority"), ("sort=oldest", "sort")]
    {
        chat.get(&format!("/api/conversations?{query}")).by(&sue.token).await.invalid(path);
    }
}

#[tokio::test]
async fn who_waits_longest_comes_first_and_who_does_not_wait_not_at_all() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut visitors = Vec::new();
    let mut ids = Vec::new();
    for number in 0..5 {
        let (visitor, id) = chat.conversation(&format!("Vic{number}"), "Hello").await;
        visitors.push(visitor);
        ids.push(id);
    }
    let waiting = |query: &'static str| all(&chat, &sue.token, query);
    assert_eq!(waiting("&sort=waiting").await, ids);
    // To write again is not to wait anew.
    let again = json!({ "conversationId": ids[0], "content": "Anybody?" });
    visitors[0].socket.ack("message:send", again).await;
    assert_eq!(waiting("&sort=waiting").await, ids);
    act(&chat, &ada, &ids[3], "assign").await;
    act(&chat, &ada, &ids[4], "resolve").await;
    let answer = json!({ "conversationId": ids[1], "content": "Yes?" });
    chat.post("/api/messages", answer).by(&ada.token).await.expect(201);
    assert_eq!(waiting("&sort=waiting").await, [ids[0].clone(), ids[2].clone(), ids[3].clone()]);
    assert_eq!(waiting("&sort=waiting&assignedTo=none").await, [ids[0].clone(), ids[2].clone()]);
    assert_eq!(waiting("&sort=waiting&status=active").await, [ids[3].clone()]);
    assert_eq!(waiting("&sort=waiting&priority=high").await, Vec::<String>::new());
    let once_more = json!({ "conversationId": ids[1], "content": "Thanks, but" });
    visitors[1].socket.ack("message:send", once_more).await;
    let last = [0, 2, 3, 1].map(|number: usize| ids[number].clone());
    assert_eq!(waiting("&sort=waiting").await, last);
    let page =
        chat.get("/api/conversations?sort=waiting&limit=1&page=2").by(&sue.token).await.expect(200);
    assert_eq!((each(&page["conversations"], "_id"), &page["total"]), (vec![&json!(ids[2])], &json!(4)));
    assert_eq!(all(&chat, &visitors[2].token, "&sort=waiting").await, [ids[2].clone()]);
    assert_eq!(all(&chat, &visitors[4].token, "&sort=waiting").await, Vec::<String>::new());
}

#[tokio::test]
async fn agents_see_each_other_and_how_much_each_has_to_do() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let bob = chat.register("Bob").await;
    let mut held = Vec::new();
    for number in 0..4 {
        held.push(chat.held_by(&ada, &format!("Vic{number}")).await);
    }
    act(&chat, &ada, &held[0].1, "resolve").await;
    act(&chat, &ada, &held[1].1, "close").await;
    chat.conversation("Wim", "Hello").await;
    let _adas = chat.agent_socket(&ada).await;
    let path = format!("/api/auth/users/{}", bob.id);
    let off = chat.register("Oscar").await;
    chat.put(&format!("/api/auth/users/{}", off.id), json!({ "active": false }))
        .by(&sue.token)
        .await
        .expect(200);
    chat.put(&path, json!({ "department": "Sales" })).by(&sue.token).await.expect(200);
    let list = chat.get("/api/auth/users?limit=100").by(&bob.token).await.expect(200);
    let rows = list["users"].as_array().unwrap();
    let of_ada = rows.iter().find(|row| row["id"] == json!(ada.id)).unwrap();
    let all_of_it = json!({
        "id": ada.id, "name": "Ada", "role": "agent", "status": "online", "avatar": null,
        "openConversations": 2,
    });
    assert_eq!(of_ada, &all_of_it);
    assert_eq!(each(&list["users"], "name"), ["Bob", "Ada", "Sue"], "not who is switched off");
    assert_eq!(each(&list["users"], "openConversations"), [0, 2, 0]);
    chat.get("/api/auth/users?active=false").by(&bob.token).await.refused(403, "forbidden");
    let seen = chat.get("/api/auth/users?limit=2").by(&sue.token).await.expect(200);
    assert_eq!(each(&seen["users"], "name"), ["Oscar", "Bob"]);
    assert_eq!(each(&seen["users"], "active"), [false, true]);
    assert_eq!(each(&seen["users"], "department"), [&Value::Null, &json!("Sales")]);
    assert_eq!(seen["users"][1]["email"], "bob@example.com");
}

#[tokio::test]
async fn a_list_is_counted_to_a_thousand_and_looked_through_to_ten_thousand() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let many = (0..10_001).map(|_| {
        let conversation = Conversation::begin(Id::sequential(), None).unwrap();
        Conversation { tags: vec!["vip".to_owned()], ..conversation }
    });
    chat.app.db.of::<Conversation>().insert_many(many).await.unwrap();
    let page = async |query: &str| {
        let path = format!("/api/conversations?limit=1&{query}");
        chat.get(&path).by(&ada.token).await.expect(200)
    };
    let look = async |query: &str, is_complete| {
        let first = page(query).await;
        assert_eq!((&first["total"], &first["totalIsExact"]), (&json!(1000), &json!(false)), "{query}");
        assert_eq!(first.get("isComplete").and_then(Value::as_bool), is_complete, "{query}");
        let next = page(&format!("{query}&cursor={}", text(&first["nextCursor"]))).await;
        assert_eq!((&next["total"], &next["totalPages"]), (&Value::Null, &Value::Null), "{query}");
        assert_ne!(first["conversations"][0], next["conversations"][0], "{query}");
    };
    for (query, is_complete) in [
        ("", None),
        ("status=pending", None),
        ("tag=vip", None),
        ("q=vip", Some(false)),
        ("tag=vip&status=pending", Some(false)),
        ("priority=medium", Some(false)),
    ] {
        look(query, is_complete).await;
    }
    assert_eq!(page("priority=high").await["conversations"], json!([]));
    let high = doc! { "$set": { "priority": Priority::High } };
    chat.app.db.of::<Conversation>().update_many(doc! {}, high).await.unwrap();
    look("priority=high", None).await;
    look("priority=high&status=pending", Some(false)).await;
    assert_eq!(page("priority=medium").await["conversations"], json!([]));
}
