//! `/api/visitors`.

use serde_json::{Value, json};

use crate::support::{Chat, NOBODY, each, text};

#[tokio::test]
async fn a_list_shows_the_last_seen_first() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, wim) = (chat.visitor("Vic").await, chat.visitor("Wim").await);
    let list = chat.get("/api/visitors").by(&ada.token).await.expect(200);
    assert_eq!(each(&list["visitors"], "_id"), [&wim.id, &vic.id]);
    assert_eq!((&list["total"], &list["nextCursor"]), (&json!(2), &json!(null)));
    let mut fields: Vec<&String> = list["visitors"][0].as_object().unwrap().keys().collect();
    fields.sort_unstable();
    let mut documented = [
        "_id",
        "name",
        "email",
        "ipAddress",
        "userAgent",
        "browser",
        "os",
        "country",
        "city",
        "currentPage",
        "pageViews",
        "referrer",
        "visitCount",
        "totalTimeOnSite",
        "isOnline",
        "lastSeen",
        "createdAt",
        "verified",
        "externalId",
        "ban",
    ];
    documented.sort_unstable();
    assert_eq!(fields, documented);
}

#[tokio::test]
async fn a_list_is_filtered_by_presence_and_words() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.watching_visitors(&ada).await;
    let (vic, wim) = (chat.visitor("Victor Hugo").await, chat.visitor("Wim").await);
    vic.socket.close().await;
    adas.visitor_when(&vic.id, |visitor| visitor["isOnline"] == false).await;
    for (query, expected) in [
        ("online=true", vec![&wim.id]),
        ("online=false", vec![&vic.id]),
        ("q=hug", vec![&vic.id]),
        ("q=vict%20hugo", vec![&vic.id]),
        ("q=ugo", vec![]),
        ("online=true&q=wim", vec![&wim.id]),
    ] {
        let list = chat.get(&format!("/api/visitors?{query}")).by(&ada.token).await.expect(200);
        assert_eq!(each(&list["visitors"], "_id"), expected, "{query}");
    }
    chat.get("/api/visitors?online=maybe").by(&ada.token).await.refused(400, "bad_request");
    chat.get("/api/visitors").await.refused(401, "unauthorized");
}

#[tokio::test]
async fn pages_and_cursors_show_every_visitor_once() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        ids.insert(0, chat.visitor(name).await.id);
    }
    let first = chat.get("/api/visitors?limit=2").by(&ada.token).await.expect(200);
    assert_eq!(each(&first["visitors"], "_id"), [&ids[0], &ids[1]]);
    assert_eq!((&first["totalPages"], &first["currentPage"]), (&json!(2), &json!(1)));
    let next = format!("/api/visitors?limit=2&cursor={}", text(&first["nextCursor"]));
    let second = chat.get(&next).by(&ada.token).await.expect(200);
    assert_eq!(each(&second["visitors"], "_id"), [&ids[2]]);
    assert_eq!(second["nextCursor"], json!(null));
    let page = chat.get("/api/visitors?limit=2&page=2").by(&ada.token).await.expect(200);
    assert_eq!(each(&page["visitors"], "_id"), [&ids[2]]);
}

#[tokio::test]
async fn a_visitor_sees_itself_and_nobody_else() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, wim) = (chat.visitor("Vic").await, chat.visitor("Wim").await);
    let list = chat.get("/api/visitors").by(&vic.token).await.expect(200);
    assert_eq!(each(&list["visitors"], "_id"), [&vic.id]);
    let one = |id: &str, token: &str| chat.get(&format!("/api/visitors/{id}")).by(token);
    assert_eq!(one(&vic.id, &vic.token).await.expect(200)["name"], "Vic");
    one(&wim.id, &vic.token).await.refused(404, "not_found");
    assert_eq!(one(&wim.id, &ada.token).await.expect(200)["name"], "Wim");
    one(NOBODY, &ada.token).await.refused(404, "not_found");
    one("42", &ada.token).await.refused(400, "bad_request");
    chat.get(&format!("/api/visitors/{}", vic.id)).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn an_agent_writes_name_email_country_and_city_and_nothing_else() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    let body = json!({
        "name": "Victor", "email": "VIC@example.com", "country": "FR", "city": "Paris",
        "visitCount": 99, "isOnline": false, "sessionHash": "x", "ipAddress": "6.6.6.6",
    });
    let path = format!("/api/visitors/{}", vic.id);
    let changed = chat.put(&path, body).by(&ada.token).await.expect(200);
    assert_eq!((&changed["name"], &changed["email"]), (&json!("Victor"), &json!("vic@example.com")));
    assert_eq!((&changed["country"], &changed["city"]), (&json!("FR"), &json!("Paris")));
    assert_eq!((&changed["visitCount"], &changed["isOnline"]), (&json!(1), &json!(true)));
    assert_eq!(adas.next("visitor:updated").await["visitor"]["name"], "Victor");
    let emptied =
        chat.put(&path, json!({ "city": null, "country": "" })).by(&ada.token).await.expect(200);
    assert_eq!(
        (&emptied["name"], &emptied["city"], &emptied["country"]),
        (&json!("Victor"), &Value::Null, &Value::Null)
    );
    let found = chat.get("/api/visitors?q=victor").by(&ada.token).await.expect(200);
    assert_eq!(each(&found["visitors"], "_id"), [&vic.id]);
    // The open connection goes by the new name at once.
    vic.socket.ack("typing:start", json!({ "conversationId": id })).await;
    assert_eq!(adas.next("typing:start").await["userName"], "Victor");
}

#[tokio::test]
async fn bad_changes_of_a_visitor_are_refused() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let vic = chat.visitor("Vic").await;
    let path = format!("/api/visitors/{}", vic.id);
    for (field, value) in [
        ("name", json!("x".repeat(101))),
        ("name", json!({ "$ne": 1 })),
        ("email", json!("nope")),
        ("country", json!("two\nlines")),
    ] {
        chat.put(&path, json!({ field: value })).by(&ada.token).await.invalid(field);
    }
    chat.put(&path, json!({ "name": "x" })).by(&vic.token).await.refused(403, "forbidden");
    chat.put(&path, json!({ "name": "x" })).await.refused(401, "unauthorized");
    let unknown = format!("/api/visitors/{NOBODY}");
    chat.put(&unknown, json!({ "name": "x" })).by(&ada.token).await.refused(404, "not_found");
    chat.put("/api/visitors/42", json!({})).by(&ada.token).await.refused(400, "bad_request");
}
