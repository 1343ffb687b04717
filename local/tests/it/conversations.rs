//! `/api/conversations`.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Agent, Answer, Chat, NOBODY, each, text};

async fn act(chat: &Chat, agent: &Agent, id: &str, action: &str, body: Value) -> Answer {
    chat.put(&format!("/api/conversations/{id}/{action}"), body).by(&agent.token).await
}

#[tokio::test]
async fn a_list_shows_the_latest_message_first() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, first) = chat.conversation("Vic", "One").await;
    let (_wim, second) = chat.conversation("Wim", "Two").await;
    let list = chat.get("/api/conversations").by(&ada.token).await.expect(200);
    assert_eq!(each(&list["conversations"], "_id"), [&second, &first]);
    vic.socket.ack("message:send", json!({ "conversationId": first, "content": "Three" })).await;
    let list = chat.get("/api/conversations").by(&ada.token).await.expect(200);
    assert_eq!(each(&list["conversations"], "lastMessage"), ["Three", "Two"]);
    assert_eq!(
        (&list["total"], &list["totalPages"], &list["currentPage"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(list["nextCursor"], json!(null));
}

#[tokio::test]
async fn a_listed_conversation_has_the_documented_fields() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    chat.held_by(&ada, "Vic").await;
    let list = chat.get("/api/conversations").by(&ada.token).await.expect(200);
    let row = list["conversations"][0].as_object().unwrap();
    let mut documented = [
        "_id",
        "visitor",
        "assignedAgent",
        "status",
        "priority",
        "tags",
        "notes",
        "rating",
        "ratingComment",
        "messageCount",
        "unreadCount",
        "lastMessage",
        "lastMessageAt",
        "firstResponseAt",
        "resolvedAt",
        "closedAt",
        "createdAt",
        "version",
        "waitingSince",
    ];
    documented.sort_unstable();
    assert_eq!(row.keys().collect::<Vec<_>>(), documented);
    let mut visitor: Vec<&String> = row["visitor"].as_object().unwrap().keys().collect();
    visitor.sort_unstable();
    let brief = ["_id", "browser", "city", "country", "currentPage", "email", "isOnline", "name", "os"];
    assert_eq!(visitor, brief);
    assert_eq!(row["assignedAgent"]["email"], "ada@example.com");
    assert!(text(&row["createdAt"]).ends_with('Z'));
}

#[tokio::test]
async fn a_list_is_filtered_by_status_and_holder() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (_vic, free) = chat.conversation("Vic", "Hello").await;
    let (_wim, held) = chat.held_by(&ada, "Wim").await;
    for (query, expected) in [
        ("", vec![&held, &free]),
        ("?status=all", vec![&held, &free]),
        ("?status=pending", vec![&free]),
        ("?status=active", vec![&held]),
        ("?status=closed", vec![]),
        ("?assignedTo=none", vec![&free]),
        ("?assignedTo=me", vec![]),
        (&format!("?assignedTo={}", ada.id), vec![&held]),
    ] {
        let list = chat.get(&format!("/api/conversations{query}")).by(&sue.token).await.expect(200);
        assert_eq!(each(&list["conversations"], "_id"), expected, "{query}");
        assert_eq!(list["total"], expected.len(), "{query}");
    }
    let mine = chat.get("/api/conversations?assignedTo=me").by(&ada.token).await.expect(200);
    assert_eq!(each(&mine["conversations"], "_id"), [&held]);
}

#[tokio::test]
async fn a_list_is_searched_by_the_visitors_name_and_email_and_by_tag() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, first) = chat.conversation("Victor Hugo", "Bonjour").await;
    let (_wim, second) = chat.conversation("Wim", "Hoi").await;
    let email = json!({ "email": "hugo@pantheon.example" });
    chat.put(&format!("/api/visitors/{}", vic.id), email).by(&ada.token).await.expect(200);
    act(&chat, &ada, &second, "", json!({})).await.refused(404, "not_found");
    let tags = json!({ "tags": ["vip"] });
    chat.put(&format!("/api/conversations/{second}"), tags).by(&ada.token).await.expect(200);
    for (q, expected) in [
        ("vict", vec![&first]),
        ("hug%20vic", vec![&first]),
        ("pantheon", vec![&first]),
        ("vip", vec![&second]),
        ("nobody", vec![]),
        (".*", vec![]),
    ] {
        let list = chat.get(&format!("/api/conversations?q={q}")).by(&ada.token).await.expect(200);
        assert_eq!(each(&list["conversations"], "_id"), expected, "{q}");
    }
}

#[tokio::test]
async fn pages_and_cursors_show_every_conversation_once() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut vic = chat.visitor("Vic").await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let data = json!({ "message": format!("{number}") });
        let started = vic.socket.ack("conversation:start", data).await;
        ids.insert(0, text(&started["conversation"]["_id"]));
    }
    let page = |query: String| chat.get(&format!("/api/conversations?limit=2{query}")).by(&ada.token);
    let second = page("&page=2".to_owned()).await.expect(200);
    assert_eq!(each(&second["conversations"], "_id"), [&ids[2], &ids[3]]);
    assert_eq!((&second["totalPages"], &second["currentPage"]), (&json!(3), &json!(2)));
    let beyond = page("&page=9".to_owned()).await.expect(200);
    assert_eq!((&beyond["conversations"], &beyond["total"]), (&json!([]), &json!(5)));
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = page(cursor).await.expect(200);
        seen.extend(each(&part["conversations"], "_id").into_iter().map(text));
        match part["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn a_bad_query_is_refused() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    for (query, path) in [
        ("status=open", "status"),
        ("assignedTo=bob", "assignedTo"),
        ("page=0", "page"),
        ("limit=0", "limit"),
        ("cursor=xyz", "cursor"),
    ] {
        chat.get(&format!("/api/conversations?{query}")).by(&ada.token).await.invalid(path);
    }
    for query in ["page=-1", "page=one", "limit=99999999999999999999"] {
        let answer = chat.get(&format!("/api/conversations?{query}")).by(&ada.token).await;
        answer.refused(400, "bad_request");
    }
}

#[tokio::test]
async fn a_visitor_lists_and_reads_its_own_without_the_notes() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.conversation("Vic", "Hello").await;
    let (wim, _) = chat.conversation("Wim", "Hello").await;
    let notes = json!({ "notes": "A difficult one" });
    chat.put(&format!("/api/conversations/{id}"), notes).by(&ada.token).await.expect(200);
    let list = chat.get("/api/conversations").by(&vic.token).await.expect(200);
    assert_eq!(each(&list["conversations"], "_id"), [&id]);
    assert!(list["conversations"][0].get("notes").is_none());
    let one = chat.get(&format!("/api/conversations/{id}")).by(&vic.token).await.expect(200);
    assert!(one.get("notes").is_none());
    let path = format!("/api/conversations/{id}");
    chat.get(&path).by(&wim.token).await.refused(404, "not_found");
    assert_eq!(chat.get(&path).by(&ada.token).await.expect(200)["notes"], "A difficult one");
}

#[tokio::test]
async fn the_details_show_the_whole_visitor() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.conversation("Vic", "Hello").await;
    let one = chat.get(&format!("/api/conversations/{id}")).by(&ada.token).await.expect(200);
    assert_eq!((&one["visitor"]["_id"], &one["visitor"]["visitCount"]), (&json!(vic.id), &json!(1)));
    assert!(one["visitor"].get("sessionHash").is_none());
    assert!(!one.to_string().contains(&vic.session));
}

#[tokio::test]
async fn unknown_and_malformed_ids_are_told_apart() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let get = |id: &str| chat.get(&format!("/api/conversations/{id}")).by(&ada.token);
    get(NOBODY).await.refused(404, "not_found");
    get("42").await.refused(400, "bad_request");
    for action in ["assign", "resolve", "close"] {
        act(&chat, &ada, NOBODY, action, json!({})).await.refused(404, "not_found");
        act(&chat, &ada, "42", action, json!({})).await.refused(400, "bad_request");
    }
    let to = json!({ "agentId": ada.id });
    act(&chat, &ada, NOBODY, "transfer", to.clone()).await.refused(404, "not_found");
    act(&chat, &ada, "42", "transfer", to).await.refused(400, "bad_request");
    let rating = json!({ "rating": 5 });
    act(&chat, &ada, NOBODY, "rate", rating.clone()).await.refused(404, "not_found");
    act(&chat, &ada, "42", "rate", rating).await.refused(400, "bad_request");
    let notes = json!({ "notes": "x" });
    chat.put(&format!("/api/conversations/{NOBODY}"), notes)
        .by(&ada.token)
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn only_agents_move_conversations() {
    let chat = Chat::start().await;
    chat.register("Ada").await;
    let (vic, id) = chat.conversation("Vic", "Hello").await;
    for action in ["", "/assign", "/transfer", "/resolve", "/close"] {
        let path = format!("/api/conversations/{id}{action}");
        chat.put(&path, json!({})).await.refused(401, "unauthorized");
        chat.put(&path, json!({})).by(&vic.token).await.refused(403, "forbidden");
    }
    chat.get("/api/conversations").await.refused(401, "unauthorized");
    chat.get(&format!("/api/conversations/{id}")).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn notes_tags_and_priority_are_written_and_told() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    let mut sues = chat.agent_socket(&sue).await;
    let body = json!({
        "notes": "Call back", "tags": [" vip ", "vip", "parcel"], "priority": "high",
        "status": "closed", "rating": 5,
    });
    let path = format!("/api/conversations/{id}");
    let answer = chat.put(&path, body).by(&ada.token).await.expect(200);
    assert_eq!((&answer["notes"], &answer["priority"]), (&json!("Call back"), &json!("high")));
    assert_eq!(answer["tags"], json!(["vip", "parcel"]));
    assert_eq!((&answer["status"], &answer["rating"]), (&json!("pending"), &json!(null)), "protected");
    assert_eq!(sues.next("conversation:updated").await["conversation"]["notes"], "Call back");
    let pushed = vic.socket.next("conversation:updated").await["conversation"].clone();
    assert_eq!((&pushed["priority"], pushed.get("notes")), (&json!("high"), None));
    let kept = chat.put(&path, json!({ "priority": "low" })).by(&ada.token).await.expect(200);
    assert_eq!((&kept["notes"], &kept["priority"]), (&json!("Call back"), &json!("low")));
}

#[tokio::test]
async fn bad_notes_tags_and_priorities_change_nothing() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    let path = format!("/api/conversations/{id}");
    for (body, field) in [
        (json!({ "notes": "x".repeat(5001) }), "notes"),
        (json!({ "notes": "\u{1}".repeat(2731) }), "notes"),
        (json!({ "tags": vec!["x"; 21] }), "tags"),
        (json!({ "tags": ["ok", ""] }), "tags[1]"),
        (json!({ "tags": "vip" }), "tags"),
        (json!({ "priority": "urgent" }), "priority"),
    ] {
        chat.put(&path, body).by(&ada.token).await.invalid(field);
    }
    let one = chat.get(&path).by(&ada.token).await.expect(200);
    assert_eq!(
        (&one["notes"], &one["tags"], &one["priority"]),
        (&json!(""), &json!([]), &json!("medium"))
    );
}

#[tokio::test]
async fn an_agent_takes_a_pending_conversation() {
    let chat = Chat::start().await;
    let (_sue, ada) = chat.team().await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    let answer = act(&chat, &ada, &id, "assign", json!({})).await.expect(200);
    assert_eq!((&answer["status"], &answer["assignedAgent"]["_id"]), (&json!("active"), &json!(ada.id)));
    let pushed = vic.socket.next("conversation:updated").await["conversation"].clone();
    assert_eq!(pushed["assignedAgent"]["name"], "Ada");
    act(&chat, &ada, &id, "assign", json!({})).await.expect(200);
}

#[tokio::test]
async fn of_agents_who_take_a_conversation_at_once_one_wins() {
    let chat = Chat::start().await;
    let sue = chat.register("Sue").await;
    let mut team = vec![sue];
    for name in ["Ada", "Bob", "Cy", "Dee"] {
        team.push(chat.register(name).await);
    }
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    let answers = join_all(team.iter().map(|agent| act(&chat, agent, &id, "assign", json!({})))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409]);
    let winner = team.iter().zip(&answers).find(|(_, answer)| answer.status == 200).unwrap().0;
    let one = chat.get(&format!("/api/conversations/{id}")).by(&winner.token).await.expect(200);
    assert_eq!(one["assignedAgent"]["_id"], winner.id);
}

#[tokio::test]
async fn agents_assign_to_others_what_is_their_own_and_admins_any() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let bob = chat.register("Bob").await;
    let adam = chat.admin(&sue, "Adam").await;
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    let to = |agent: &Agent| json!({ "agentId": agent.id });
    act(&chat, &ada, &id, "assign", to(&bob)).await.refused(403, "forbidden");
    act(&chat, &adam, &id, "assign", to(&ada)).await.expect(200);
    act(&chat, &bob, &id, "assign", to(&bob)).await.refused(409, "conflict");
    act(&chat, &bob, &id, "assign", to(&adam)).await.refused(403, "forbidden");
    let answer = act(&chat, &ada, &id, "assign", to(&bob)).await.expect(200);
    assert_eq!(answer["assignedAgent"]["name"], "Bob");
    act(&chat, &ada, &id, "assign", json!({ "agentId": NOBODY })).await.refused(404, "not_found");
    act(&chat, &ada, &id, "assign", json!({ "agentId": 7 })).await.invalid("agentId");
}

#[tokio::test]
async fn a_transfer_is_told_to_the_old_and_the_new_agent() {
    let chat = Chat::start().await;
    let (_sue, ada) = chat.team().await;
    let bob = chat.register("Bob").await;
    let cy = chat.register("Cy").await;
    let (mut adas, mut bobs, mut cys) =
        (chat.agent_socket(&ada).await, chat.agent_socket(&bob).await, chat.agent_socket(&cy).await);
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    for socket in [&mut adas, &mut bobs, &mut cys] {
        socket.next("conversation:updated").await;
    }
    let answer = act(&chat, &ada, &id, "transfer", json!({ "agentId": bob.id })).await.expect(200);
    assert_eq!((&answer["assignedAgent"]["name"], &answer["status"]), (&json!("Bob"), &json!("active")));
    for socket in [&mut adas, &mut bobs] {
        let pushed = socket.next("conversation:updated").await["conversation"].clone();
        assert_eq!(pushed["assignedAgent"]["name"], "Bob");
    }
    cys.pushed_so_far().await;
    assert_eq!(cys.waiting("conversation:updated"), 0, "it does not concern Cy any more");
}

#[tokio::test]
async fn a_transfer_needs_an_agent_and_a_holder() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let bob = chat.register("Bob").await;
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    let to = json!({ "agentId": bob.id });
    act(&chat, &ada, &id, "transfer", json!({})).await.invalid("agentId");
    act(&chat, &sue, &id, "transfer", to.clone()).await.refused(409, "conflict");
    act(&chat, &ada, &id, "assign", json!({})).await.expect(200);
    act(&chat, &ada, &id, "transfer", json!({ "agentId": NOBODY })).await.refused(404, "not_found");
    act(&chat, &bob, &id, "transfer", to.clone()).await.refused(403, "forbidden");
    act(&chat, &sue, &id, "transfer", to.clone()).await.expect(200);
    act(&chat, &sue, &id, "close", json!({})).await.expect(200);
    act(&chat, &sue, &id, "transfer", to).await.refused(409, "conflict");
}

#[tokio::test]
async fn resolving_sets_the_time_once_and_an_assignment_takes_it_back() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    vic.socket.next("conversation:updated").await;
    let first = act(&chat, &ada, &id, "resolve", json!({})).await.expect(200);
    assert_eq!(first["status"], "resolved");
    assert!(first["resolvedAt"].is_string());
    assert_eq!(vic.socket.next("conversation:updated").await["conversation"]["status"], "resolved");
    let again = act(&chat, &ada, &id, "resolve", json!({})).await.expect(200);
    assert_eq!(again["resolvedAt"], first["resolvedAt"]);
    let taken = act(&chat, &ada, &id, "assign", json!({})).await.expect(200);
    assert_eq!((&taken["status"], &taken["resolvedAt"]), (&json!("active"), &json!(null)));
}

#[tokio::test]
async fn a_closed_conversation_stays_closed() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let first = act(&chat, &ada, &id, "close", json!({})).await.expect(200);
    assert_eq!(first["status"], "closed");
    for action in ["assign", "resolve"] {
        act(&chat, &ada, &id, action, json!({})).await.refused(409, "conflict");
    }
    let again = act(&chat, &ada, &id, "close", json!({})).await.expect(200);
    assert_eq!(again["closedAt"], first["closedAt"]);
    let message = json!({ "conversationId": id, "content": "Hello?" });
    vic.socket.refused("message:send", message.clone(), "conflict").await;
    chat.post("/api/messages", message).by(&ada.token).await.refused(409, "conflict");
}

#[tokio::test]
async fn who_knows_the_id_rates_what_has_ended() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    let path = format!("/api/conversations/{id}");
    chat.put(&path, json!({ "notes": "secret" })).by(&ada.token).await.expect(200);
    let rate = |body: Value| chat.put(&format!("/api/conversations/{id}/rate"), body);
    rate(json!({ "rating": 4 })).await.refused(409, "conflict");
    act(&chat, &ada, &id, "resolve", json!({})).await.expect(200);
    let mut adas = chat.agent_socket(&ada).await;
    let rated = rate(json!({ "rating": 4, "comment": "Good" })).await.expect(200);
    assert_eq!((&rated["rating"], &rated["ratingComment"]), (&json!(4), &json!("Good")));
    assert!(rated.get("notes").is_none());
    assert_eq!(adas.next("conversation:updated").await["conversation"]["rating"], 4);
    act(&chat, &ada, &id, "close", json!({})).await.expect(200);
    assert_eq!(rate(json!({ "rating": 5 })).await.expect(200)["rating"], 5);
}

#[tokio::test]
async fn a_rating_is_a_whole_number_from_1_to_5() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    act(&chat, &ada, &id, "resolve", json!({})).await.expect(200);
    for rating in [json!(0), json!(6), json!(4.5), json!("5"), json!(null)] {
        let body = json!({ "rating": rating });
        chat.put(&format!("/api/conversations/{id}/rate"), body).await.invalid("rating");
    }
    let body = json!({ "rating": 5, "comment": "x".repeat(2001) });
    chat.put(&format!("/api/conversations/{id}/rate"), body).await.invalid("comment");
    chat.put(&format!("/api/conversations/{id}/rate"), json!({})).await.invalid("rating");
}
