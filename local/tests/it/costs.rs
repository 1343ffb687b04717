//! What a million messages cost on AWS: counted in chats over real sockets, and held against
//! `docs/costs.md`.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Agent, Chat, Socket, text};

/// The chats that are counted, on so many sites side by side, and those of a million messages.
const CHATS: u32 = 200;
const SITES: u32 = 5;
const MILLION: f64 = 100_000.0;
/// The minutes that a chat is open, and those of a month.
const MINUTES_OF_CHAT: f64 = 15.0;
const MINUTES_OF_MONTH: f64 = 43_800.0;
/// List prices of us-east-1 on arm64, in dollars, the free tier aside.
const MILLION_FRAMES: f64 = 1.00;
const MILLION_MINUTES: f64 = 0.25;
const MILLION_CALLS: f64 = 1.00;
const MILLION_INVOCATIONS: f64 = 0.20;
const GB_SECOND: f64 = 0.000_013_333_4;
const GB_OF_LOGS: f64 = 0.50;
const GB_OUT: f64 = 0.09;
/// An invocation's memory in GB and its time in seconds.
const MEMORY: f64 = 0.5;
const SECONDS: f64 = 0.012;
/// The bytes that a function and its gateway log of a frame and of a call, with the 26 of CloudWatch for
/// each line.
const LOGGED_OF_FRAME: f64 = 385.0;
const LOGGED_OF_CALL: f64 = 520.0;
/// The bytes of the headers of an answer.
const HEADERS: f64 = 300.0;

/// What AWS counts.
#[derive(Clone, Copy, Debug, Default)]
struct Usage {
    frames: f64,
    minutes: f64,
    calls: f64,
    invocations: f64,
    bytes_out: f64,
}

impl Usage {
    fn and(self, other: Self) -> Self {
        Self {
            frames: self.frames + other.frames,
            minutes: self.minutes + other.minutes,
            calls: self.calls + other.calls,
            invocations: self.invocations + other.invocations,
            bytes_out: self.bytes_out + other.bytes_out,
        }
    }

    /// That of a call which is answered with this.
    fn call(answer: &Value) -> Self {
        let bytes_out = answer.to_string().len() as f64 + HEADERS;
        Self { calls: 1.0, invocations: 1.0, bytes_out, ..Self::default() }
    }

    /// That of a socket, which is opened and closed.
    fn of(socket: &Socket) -> Self {
        let (sent, received, bytes) = socket.traffic;
        let (frames, bytes_out) = ((sent + received) as f64, bytes as f64);
        Self { frames, invocations: sent as f64 + 2.0, bytes_out, ..Self::default() }
    }

    /// The lines of the bill in dollars for a million messages.
    fn bill(self, minutes: f64) -> [(&'static str, String, f64); 7] {
        let scaled = |count: f64| count / f64::from(CHATS) * MILLION / 1_000_000.0;
        let (frames, calls, invocations) =
            (scaled(self.frames), scaled(self.calls), scaled(self.invocations));
        let minutes = (self.minutes * MILLION / f64::from(CHATS) + minutes) / 1_000_000.0;
        let gb_seconds = invocations * 1_000_000.0 * SECONDS * MEMORY;
        let logged = (invocations - calls) * LOGGED_OF_FRAME + calls * LOGGED_OF_CALL;
        let (logs, out) = (logged / 1000.0, scaled(self.bytes_out) / 1000.0);
        [
            ("WebSocket messages", format!("{frames:.2} million"), frames * MILLION_FRAMES),
            ("connection minutes", format!("{minutes:.2} million"), minutes * MILLION_MINUTES),
            ("HTTP calls", format!("{calls:.2} million"), calls * MILLION_CALLS),
            ("Lambda calls", format!("{invocations:.2} million"), invocations * MILLION_INVOCATIONS),
            ("Lambda time", format!("{gb_seconds:.0} GB seconds"), gb_seconds * GB_SECOND),
            ("logs", format!("{logs:.2} GB"), logs * GB_OF_LOGS),
            ("what leaves AWS", format!("{out:.2} GB"), out * GB_OUT),
        ]
    }
}

/// The agent who answers, and one more who is only there.
struct Team {
    chat: Chat,
    ada: Agent,
    adas: Socket,
    bobs: Socket,
}

impl Team {
    async fn put(&self, id: &str, action: &str) -> Usage {
        let path = format!("/api/conversations/{id}/{action}");
        Usage::call(&self.chat.put(&path, json!({})).by(&self.ada.token).await.expect(200))
    }

    /// One side has read what the other one wrote, and writes, as the clients do: nobody waits for what
    /// comes of marks and typing.
    async fn turn(&mut self, visitor: &mut Socket, id: &str, seq: &mut i64, turn: Turn) {
        let (writer, reader) = match turn.by_agent {
            true => (&mut self.adas, visitor),
            false => (visitor, &mut self.adas),
        };
        writer.tell_quietly("message:read", json!({ "conversationId": id, "upTo": *seq })).await;
        reader.next("message:read").await;
        for number in 0..turn.messages {
            if number == 0 {
                writer.tell_quietly("typing:start", json!({ "conversationId": id })).await;
                reader.next("typing:start").await;
            }
            let data = json!({
                "conversationId": id, "content": "Hello", "clientMessageId": seq.to_string(),
            });
            writer.ack("message:send", data).await;
            *seq = reader.next("message:new").await["message"]["seq"].as_i64().unwrap();
        }
    }

    /// The agent opens a conversation in the dashboard; the calls that this takes.
    async fn open(&mut self, id: &str, visitor: &str) -> Usage {
        self.adas.ack("conversation:join", json!({ "conversationId": id })).await;
        let paths = [
            format!("/api/conversations/{id}/events"),
            format!("/api/visitors/{visitor}"),
            format!("/api/conversations?visitor={visitor}"),
        ];
        let mut usage = Usage::default();
        for path in &paths {
            let answer = self.chat.get(path).by(&self.ada.token).await.expect(200);
            usage = usage.and(Usage::call(&answer));
        }
        usage
    }
}

#[derive(Clone, Copy)]
struct Turn {
    by_agent: bool,
    messages: u32,
}

/// A chat of ten messages; what the visitor's sockets and the calls cost.
async fn chat_once(team: &mut Team, number: u32) -> Usage {
    let session = format!("the-session-of-chat-{number}");
    let connect = json!({ "sessionId": session, "name": "Vic", "currentPage": "/prices" });
    let mut vic = team.chat.socket().await;
    let visitor = text(&vic.ack("visitor:connect", connect.clone()).await["visitorId"]);
    let start = json!({ "message": "Hello", "clientMessageId": "first" });
    let id = text(&vic.ack("conversation:start", start).await["conversation"]["_id"]);
    let second = json!({
        "conversationId": id, "content": "Anybody?", "clientMessageId": "second", "follows": "first",
    });
    vic.ack("message:send", second).await;
    for socket in [&mut team.adas, &mut team.bobs] {
        socket.next("conversation:new").await;
        socket.next("message:new").await;
    }
    let mut usage = team.open(&id, &visitor).await;
    usage = usage.and(team.put(&id, "assign").await);
    for socket in [&mut team.adas, &mut team.bobs, &mut vic] {
        socket.next("conversation:updated").await;
    }
    team.adas.next("conversation:event").await;
    let mut seq = 2;
    for (turn, messages) in [(0, 2), (1, 2), (2, 2), (3, 1), (4, 1)] {
        let turn = Turn { by_agent: turn % 2 == 0, messages };
        team.turn(&mut vic, &id, &mut seq, turn).await;
        if number.is_multiple_of(5) && seq == 6 {
            // On its way it comes to another page.
            usage = usage.and(Usage::of(&vic));
            vic.close().await;
            team.adas.next("visitor:offline").await;
            vic = team.chat.socket().await;
            let mut back = connect.clone();
            back["after"] = json!(seq);
            vic.ack("visitor:connect", back).await;
            team.adas.next("visitor:online").await;
        }
    }
    vic.tell_quietly("message:read", json!({ "conversationId": id, "upTo": seq })).await;
    team.adas.next("message:read").await;
    if number.is_multiple_of(5) {
        // Nothing was said for 9 minutes.
        vic.tell("ping", json!({})).await;
        vic.next("pong").await;
    }
    usage = usage.and(team.put(&id, "resolve").await);
    team.adas.next("conversation:event").await;
    let rate = json!({ "rating": 5 });
    let rated = team.chat.put(&format!("/api/conversations/{id}/rate"), rate).await.expect(200);
    team.adas.next("conversation:event").await;
    for _ in 0..2 {
        team.adas.next("conversation:updated").await;
        vic.next("conversation:updated").await;
    }
    usage = usage.and(Usage::of(&vic)).and(Usage::call(&rated));
    vic.close().await;
    team.adas.next("visitor:offline").await;
    assert_eq!(seq, 10);
    usage.and(Usage { minutes: MINUTES_OF_CHAT, ..Usage::default() })
}

/// A visitor who only looks at pages, on a site that announces those.
async fn look_once(chat: &Chat, number: u32) -> Usage {
    let mut socket = chat.socket().await;
    let session = format!("the-session-of-looker-{number}");
    socket.ack("visitor:connect", json!({ "sessionId": session, "currentPage": "/" })).await;
    socket.tell_quietly("visitor:page", json!({ "url": "/prices" })).await;
    let usage = Usage::of(&socket);
    socket.close().await;
    usage.and(Usage { minutes: 2.0, ..Usage::default() })
}

/// Chats on a site of their own: what they and its agent cost, and what the further agent does.
async fn session(chats: u32) -> [Usage; 2] {
    let chat = Chat::start().await;
    let (ada, bob) = chat.team().await;
    // That they have come is pushed behind their acks, and is not to be counted.
    let mut adas = chat.agent_socket(&ada).await;
    adas.next("agent:online").await;
    let mut bobs = chat.agent_socket(&bob).await;
    for socket in [&mut adas, &mut bobs] {
        socket.next("agent:online").await;
        socket.traffic = (0, 0, 0);
    }
    let mut team = Team { chat, ada, adas, bobs };
    let mut usage = Usage::default();
    for number in 0..chats {
        usage = usage.and(chat_once(&mut team, number).await);
        if number.is_multiple_of(10) {
            usage = usage.and(look_once(&team.chat, number).await);
        }
    }
    let of_agent = |socket: &Socket| Usage { invocations: socket.traffic.0 as f64, ..Usage::of(socket) };
    [usage.and(of_agent(&team.adas)), of_agent(&team.bobs)]
}

#[tokio::test]
async fn a_million_messages_cost_what_the_documentation_says() {
    let sessions = join_all((0..SITES).map(|_| session(CHATS / SITES))).await;
    let [all, further] = sessions
        .into_iter()
        .fold([Usage::default(); 2], |sums, [all, further]| [sums[0].and(all), sums[1].and(further)]);
    let bill = all.bill(MINUTES_OF_MONTH);
    let further = further.bill(MINUTES_OF_MONTH);
    let (sum, more) = (total(&bill), total(&further));
    let rows = bill.iter().zip(&further).map(|((what, amount, dollars), (_, _, further))| {
        format!("| {what} | {amount} | ${dollars:.2} | ${further:.2} |\n")
    });
    let table =
        format!("{}| **together** | | **${sum:.2}** | **${more:.2}** |\n", rows.collect::<String>());
    assert!(sum <= 10.0 && more <= 0.5, "\n{table}");
    let documented = include_str!("../../../docs/costs.md");
    assert!(documented.contains(&table), "docs/costs.md should say:\n{table}");
}

fn total(bill: &[(&str, String, f64)]) -> f64 {
    bill.iter().map(|(_, _, dollars)| dollars).sum()
}
