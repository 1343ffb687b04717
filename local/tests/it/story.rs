//! The whole story, as a company lives it.

use serde_json::json;

use crate::support::{Chat, each, text};

#[tokio::test]
async fn a_visitor_and_two_agents_from_the_first_hello_to_the_figures() {
    let chat = Chat::start().await;

    // Ada founds the team, Bob joins it; both log in and connect.
    chat.register("Ada").await;
    let registered = chat.register("Bob").await;
    let mut bob = registered.clone();
    let login = json!({ "email": "bob@example.com", "password": "correct horse" });
    bob.token = text(&chat.post("/api/auth/login", login).await.expect(200)["token"]);
    let login = json!({ "email": "ada@example.com", "password": "correct horse" });
    let ada = chat.post("/api/auth/login", login).await.expect(200);
    assert_eq!(ada["user"]["role"], "super_admin");
    let (ada_id, ada_token) = (text(&ada["user"]["id"]), text(&ada["token"]));
    let mut ada = chat.socket().await;
    let wishes = json!({ "token": ada_token, "watch": "all", "visitors": true });
    ada.ack("agent:connect", wishes).await;
    let mut bobs = chat.agent_socket(&bob).await;
    assert_eq!(ada.next("agent:online").await["userId"], ada_id);
    assert_eq!(ada.next("agent:online").await["userId"], bob.id);

    // Vic visits and asks.
    let mut vic = chat.visitor("Vic").await;
    ada.visitor_when(&vic.id, |visitor| visitor["isOnline"] == true).await;
    let started = vic.socket.ack("conversation:start", json!({ "message": "Is anybody there?" })).await;
    let id = text(&started["conversation"]["_id"]);
    assert_eq!(started["message"]["seq"], 1);
    for agent in [&mut ada, &mut bobs] {
        let new = agent.next("conversation:new").await;
        assert_eq!(new["conversation"]["_id"], id);
        assert_eq!(new["conversation"]["lastMessage"], "Is anybody there?");
        assert_eq!(new["conversation"]["unreadCount"], 1);
    }

    // Bob takes it; everybody sees that.
    let path = |action: &str| format!("/api/conversations/{id}/{action}");
    chat.put(&path("assign"), json!({})).by(&bob.token).await.expect(200);
    for socket in [&mut ada, &mut bobs, &mut vic.socket] {
        let updated = socket.next("conversation:updated").await["conversation"].clone();
        assert_eq!(
            (&updated["status"], &updated["assignedAgent"]["name"]),
            (&json!("active"), &json!("Bob"))
        );
    }

    // Both sides type, write, receive and read.
    bobs.ack("typing:start", json!({ "conversationId": id })).await;
    let typing = vic.socket.next("typing:start").await;
    assert_eq!((&typing["userName"], &typing["sender"]), (&json!("Bob"), &json!("agent")));
    let answer = json!({ "conversationId": id, "content": "Bob here.", "clientMessageId": "b1" });
    let sent = bobs.ack("message:send", answer).await;
    assert_eq!((&sent["message"]["seq"], &sent["message"]["status"]), (&json!(2), &json!("sent")));
    bobs.ack("typing:stop", json!({ "conversationId": id })).await;
    vic.socket.next("typing:stop").await;
    let got = vic.socket.next("message:new").await["message"].clone();
    assert_eq!((&got["content"], &got["senderId"]["name"]), (&json!("Bob here."), &json!("Bob")));
    vic.socket.ack("message:delivered", json!({ "conversationId": id, "upTo": 2 })).await;
    assert_eq!(bobs.next("message:delivered").await["upTo"], 2);
    vic.socket.ack("message:read", json!({ "conversationId": id, "messageId": got["_id"] })).await;
    assert_eq!(bobs.next("message:read").await["messageId"], got["_id"]);
    let question = json!({ "conversationId": id, "content": "Where is my parcel?" });
    vic.socket.ack("message:send", question).await;
    assert_eq!(bobs.next("message:new").await["message"]["content"], "Where is my parcel?");
    let read = chat
        .put(&format!("/api/messages/conversation/{id}/read-all"), json!({}))
        .by(&bob.token)
        .await
        .expect(200);
    assert_eq!(read["modifiedCount"], 2);
    assert_eq!(vic.socket.next("message:read").await["upTo"], 3);

    // Bob hands on to Ada, who resolves it.
    chat.put(&path("transfer"), json!({ "agentId": ada_id })).by(&bob.token).await.expect(200);
    for socket in [&mut bobs, &mut vic.socket] {
        let updated = socket.next("conversation:updated").await["conversation"].clone();
        assert_eq!(updated["assignedAgent"]["name"], "Ada");
    }
    chat.put(&path("resolve"), json!({})).by(&ada_token).await.expect(200);
    assert_eq!(vic.socket.next("conversation:updated").await["conversation"]["status"], "resolved");

    // Vic writes again, which reopens it; then Ada closes it for good.
    let more = json!({ "conversationId": id, "content": "One more thing" });
    vic.socket.ack("message:send", more.clone()).await;
    let reopened = vic.socket.next("conversation:updated").await["conversation"].clone();
    assert_eq!((&reopened["status"], &reopened["resolvedAt"]), (&json!("active"), &json!(null)));
    chat.put(&path("close"), json!({})).by(&ada_token).await.expect(200);
    assert_eq!(vic.socket.next("conversation:updated").await["conversation"]["status"], "closed");
    vic.socket.refused("message:send", more, "conflict").await;
    chat.put(&path("rate"), json!({ "rating": 5, "comment": "Quick!" })).await.expect(200);

    // The figures show it.
    let messages = chat.get(&format!("/api/messages/{id}")).by(&bob.token).await.expect(200);
    assert_eq!(each(&messages["messages"], "seq"), [1, 2, 3, 4]);
    let overview = chat.get("/api/analytics/overview").by(&bob.token).await.expect(200);
    assert_eq!((&overview["totalConversations"], &overview["closedChats"]), (&json!(1), &json!(1)));
    assert_eq!((&overview["avgRating"], &overview["ratedConversations"]), (&json!("5.0"), &json!(1)));
    assert!(overview["avgResponseSeconds"].as_f64().unwrap() > 0.0);

    // Everybody goes.
    vic.socket.close().await;
    ada.visitor_when(&vic.id, |visitor| visitor["isOnline"] == false).await;
    bobs.close().await;
    assert_eq!(ada.next("agent:offline").await["userId"], bob.id);
    let agents = chat.get("/api/analytics/agents").by(&ada_token).await.expect(200);
    let row = agents.as_array().unwrap().iter().find(|row| row["name"] == "Bob").unwrap();
    assert_eq!((&row["messagesSent"], &row["status"]), (&json!(1), &json!("offline")));
}
