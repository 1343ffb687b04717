//! `/api/analytics`: true figures of the stored data.

use serde_json::{Value, json};

use crate::support::Chat;

#[tokio::test]
async fn without_data_numbers_are_zero_and_averages_null() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let overview = chat.get("/api/analytics/overview").by(&ada.token).await.expect(200);
    assert_eq!(
        overview,
        json!({
            "totalConversations": 0, "activeChats": 0, "pendingChats": 0, "resolvedChats": 0,
            "closedChats": 0, "avgResponseTime": "0s", "avgResponseSeconds": null,
            "avgResolutionSeconds": null, "avgRating": "0.0", "ratedConversations": 0,
        })
    );
    let agents = chat.get("/api/analytics/agents").by(&ada.token).await.expect(200);
    assert_eq!(
        agents,
        json!([{
            "id": ada.id, "name": "Ada", "email": ada.email, "status": "offline",
            "assignedConversations": 0, "resolvedConversations": 0, "avgResponseSeconds": null,
            "avgRating": "0.0", "messagesSent": 0,
        }])
    );
}

#[tokio::test]
async fn the_overview_counts_each_status_and_averages_what_there_is() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_v1, _pending) = chat.conversation("V1", "Hello").await;
    let (_v2, _active) = chat.held_by(&ada, "V2").await;
    let (_v3, resolved) = chat.held_by(&ada, "V3").await;
    let (_v4, closed) = chat.held_by(&ada, "V4").await;
    let put = |id: &str, action: &str, body: Value| {
        chat.put(&format!("/api/conversations/{id}/{action}"), body).by(&ada.token)
    };
    for id in [&resolved, &closed] {
        let body = json!({ "conversationId": id, "content": "Hi" });
        chat.post("/api/messages", body).by(&ada.token).await.expect(201);
        put(id, "resolve", json!({})).await.expect(200);
    }
    put(&closed, "close", json!({})).await.expect(200);
    put(&resolved, "rate", json!({ "rating": 5 })).await.expect(200);
    put(&closed, "rate", json!({ "rating": 4 })).await.expect(200);
    let overview = chat.get("/api/analytics/overview").by(&ada.token).await.expect(200);
    for (field, count) in [
        ("totalConversations", 4),
        ("pendingChats", 1),
        ("activeChats", 1),
        ("resolvedChats", 1),
        ("closedChats", 1),
        ("ratedConversations", 2),
    ] {
        assert_eq!(overview[field], count, "{field} in {overview}");
    }
    assert_eq!(overview["avgRating"], "4.5");
    let seconds = overview["avgResponseSeconds"].as_f64().unwrap();
    assert!(seconds > 0.0 && seconds < 60.0, "{overview}");
    assert!(overview["avgResolutionSeconds"].as_f64().unwrap() >= seconds, "{overview}");
    assert!(overview["avgResponseTime"].as_str().unwrap().ends_with('s'));
}

#[tokio::test]
async fn the_response_time_is_from_the_visitors_first_message_to_the_first_answer() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut vic = chat.visitor("Vic").await;
    let started = vic.socket.ack("conversation:start", json!({})).await;
    let id = started["conversation"]["_id"].clone();
    let greet = json!({ "conversationId": id, "content": "Can I help?" });
    chat.post("/api/messages", greet.clone()).by(&ada.token).await.expect(201);
    let overview = chat.get("/api/analytics/overview").by(&ada.token).await.expect(200);
    assert_eq!(overview["avgResponseSeconds"], json!(null), "a greeting answers nothing");
    vic.socket.ack("message:send", json!({ "conversationId": id, "content": "Yes" })).await;
    chat.post("/api/messages", greet).by(&ada.token).await.expect(201);
    let path = format!("/api/conversations/{}", id.as_str().unwrap());
    let one = chat.get(&path).by(&ada.token).await.expect(200);
    assert!(one["firstResponseAt"].is_string());
    let overview = chat.get("/api/analytics/overview").by(&ada.token).await.expect(200);
    assert!(overview["avgResponseSeconds"].is_number());
}

#[tokio::test]
async fn charts_have_a_row_for_every_day() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    vic.socket.ack("message:send", json!({ "conversationId": id, "content": "Hello?" })).await;
    for (query, days) in [
        ("", 7),
        ("?period=7days", 7),
        ("?period=30days&tz=Europe/Berlin", 30),
        ("?period=90days&tz=America/Los_Angeles", 90),
    ] {
        let charts = chat.get(&format!("/api/analytics/charts{query}")).by(&ada.token).await.expect(200);
        for (series, count) in [("conversations", 1), ("messages", 2)] {
            let rows = charts[series].as_array().unwrap();
            assert_eq!(rows.len(), days, "{query}");
            assert_eq!(rows.last().unwrap()["count"], count, "{query} {series}");
            assert!(rows[..days - 1].iter().all(|row| row["count"] == 0), "{query} {series}");
            assert!(rows.iter().all(|row| row["_id"].as_str().unwrap().len() == 10), "{query}");
        }
    }
}

#[tokio::test]
async fn a_bad_period_or_zone_is_refused() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let charts = |query: &str| chat.get(&format!("/api/analytics/charts?{query}")).by(&ada.token);
    charts("period=1year").await.invalid("period");
    charts("tz=Mars/Olympus").await.invalid("tz");
    charts("tz=../../etc/passwd").await.invalid("tz");
}

#[tokio::test]
async fn each_agent_has_its_figures() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    let body = json!({ "conversationId": id, "content": "Hi" });
    chat.post("/api/messages", body.clone()).by(&ada.token).await.expect(201);
    chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    chat.put(&format!("/api/conversations/{id}/resolve"), json!({})).by(&ada.token).await.expect(200);
    chat.put(&format!("/api/conversations/{id}/rate"), json!({ "rating": 3 })).await.expect(200);
    let agents = chat.get("/api/analytics/agents").by(&sue.token).await.expect(200);
    let row = |name: &str| agents.as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
    let figures = |name: &str| {
        let row = row(name);
        [
            &row["assignedConversations"],
            &row["resolvedConversations"],
            &row["messagesSent"],
            &row["avgRating"],
        ]
        .map(Clone::clone)
    };
    assert_eq!(figures("Ada"), [json!(1), json!(1), json!(2), json!("3.0")]);
    assert_eq!(figures("Sue"), [json!(0), json!(0), json!(0), json!("0.0")]);
    assert!(row("Ada")["avgResponseSeconds"].is_number());
}

#[tokio::test]
async fn figures_are_the_agents() {
    let chat = Chat::start().await;
    chat.register("Ada").await;
    let vic = chat.visitor("Vic").await;
    for route in ["overview", "charts", "agents"] {
        let path = format!("/api/analytics/{route}");
        chat.get(&path).await.refused(401, "unauthorized");
        chat.get(&path).by(&vic.token).await.refused(403, "forbidden");
    }
}
