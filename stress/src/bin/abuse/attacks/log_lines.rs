//! Texts that would be lines, colours or fields of their own in a log.

use serde_json::json;
use stress::replica_set::Failure;

use super::attacker::{Attacker, call};
use super::raw::exchange;
use super::seen::Seen;

/// What all of these texts have, and no line of the log may.
pub const FORGED: &str = "forged-by-a-client";

/// Sends such texts wherever a client can put one.
///
/// # Errors
/// When there can be no client.
pub async fn log_lines(attacker: &Attacker) -> Result<Seen, Failure> {
    let (http, mut seen) = (attacker.http()?, Seen::default());
    let texts = [
        format!("a\n2026-01-01T00:00:00Z ERROR {FORGED}"),
        format!("a\r\n{{\"level\":\"ERROR\",\"message\":\"{FORGED}\"}}"),
        format!("\u{1b}[31m{FORGED}\u{1b}[0m"),
        format!("a\",\"{FORGED}\":\"\u{2028}{FORGED}"),
        FORGED.to_owned(),
    ];
    for text in texts.iter().cycle() {
        if !attacker.goes_on() {
            break;
        }
        by_frames(attacker, text, &mut seen).await;
        let body = json!({ "name": text, "email": format!("{text}@example.com"), "password": text });
        for path in ["/api/auth/login", "/api/auth/register"] {
            let (status, _) = call(&mut seen, http.post(attacker.target.url(path)).json(&body)).await;
            seen.status(status);
        }
        for request in requests() {
            seen.sent += 1;
            let status = exchange(attacker, &request).await;
            seen.status(status);
        }
        attacker.pause().await;
    }
    Ok(seen)
}

/// As an event, an id, a name, a page and a message; each is refused or taken.
async fn by_frames(attacker: &Attacker, text: &str, seen: &mut Seen) {
    let Ok(mut socket) = attacker.open().await else {
        seen.refused += 1;
        return;
    };
    let session = format!("the-session-of-the-forger-{}", attacker.from);
    let events = [
        ("visitor:connect", json!({ "sessionId": session, "name": text, "currentPage": text })),
        ("visitor:connect", json!({ "sessionId": session })),
        ("visitor:page", json!({ "url": format!("/{text}"), "title": text })),
        ("conversation:start", json!({ "message": text, "unlessOpen": true })),
        (text, json!({ "text": text })),
    ];
    for (event, data) in events {
        if !seen.answer(&socket.ask(event, data).await) {
            return;
        }
    }
    let frame = json!({ "action": text, "event": text, "id": text, "data": text }).to_string();
    for frame in [frame, text.to_owned()] {
        seen.sent += 1;
        match (socket.send(frame).await, socket.receive().await) {
            (Ok(()), Ok(frame)) => seen.frame(&frame),
            _ => seen.closed += 1,
        }
    }
}

/// Requests with it as a method, in a path and a query, and in headers; as it is, and with what no header
/// may have.
fn requests() -> Vec<String> {
    let request = |line: &str, headers: &str| {
        format!("{line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n")
    };
    let header = |name: &str| format!("{name}: {FORGED}\r\n");
    let named = ["User-Agent", "X-Forwarded-For", "Origin", "Referer", "X-Amzn-Trace-Id", "Traceparent"];
    let named: String = named.iter().map(|name| header(name)).collect();
    vec![
        request(&format!("{FORGED} /health"), ""),
        request(&format!("GET /{FORGED}%0A%1B[31m{FORGED}"), ""),
        request(&format!("GET /api/conversations/%0d%0a{FORGED}?q=%0a{FORGED}"), ""),
        request(&format!("GET /health?deep={FORGED}%0a"), &named),
        request("GET /api/auth/profile", &format!("Authorization: Bearer {FORGED}\r\n")),
        request("GET /api/auth/profile", &format!("Authorization: \u{1b}[31m{FORGED}\r\n")),
        request("GET /health", &format!("X-{FORGED}: a\r\n b{FORGED}\r\n")),
        format!("GET /health HTTP/1.1\r\nHost: {FORGED}\u{1b}\r\nConnection: close\r\n\r\n"),
    ]
}
