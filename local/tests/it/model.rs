//! A conversation against a small model of it: operations of several people at random, one after the
//! other and at the same time.

use std::collections::HashMap;

use futures::future::join;
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{Agent, Chat, Socket, Visitor, text};

/// Who does something: the visitor on one of two connections, or one of two agents.
#[derive(Clone, Copy, Debug)]
enum Actor {
    Visitor(usize),
    Agent(usize),
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Socket,
    Http,
}

#[derive(Clone, Debug)]
enum Op {
    /// Sends under one of a few names, so that many sends are repeats; or without one.
    Send {
        by: Actor,
        way: Way,
        name: Option<u8>,
    },
    /// The same send on two ways at the same time.
    SendTwice {
        by: Actor,
        name: u8,
    },
    /// The visitor and an agent send at the same time.
    SendBoth,
    Mark {
        by: Actor,
        kind: &'static str,
        up_to: i64,
    },
    Take {
        agent: usize,
    },
    /// Both agents at the same time.
    TakeBoth,
    Resolve,
    Close,
    /// A close and a visitor's message at the same time.
    CloseWhileSending,
    /// A connection ends without a word, and its client comes back and asks for what came after.
    Reconnect {
        by: Actor,
        after: i64,
    },
    Read {
        by: Actor,
    },
}

fn actors() -> impl Strategy<Value = Actor> + Clone {
    prop_oneof![(0..2_usize).prop_map(Actor::Visitor), (0..2_usize).prop_map(Actor::Agent)]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let ways = prop_oneof![Just(Way::Socket), Just(Way::Http)];
    let names = prop::option::weighted(0.7, 0..4_u8);
    let kinds = prop_oneof![Just("message:delivered"), Just("message:read")];
    let op = prop_oneof![
        8 => (actors(), ways, names).prop_map(|(by, way, name)| Op::Send { by, way, name }),
        3 => (actors(), 0..8_u8).prop_map(|(by, name)| Op::SendTwice { by, name }),
        3 => Just(Op::SendBoth),
        5 => (actors(), kinds, -1..25_i64).prop_map(|(by, kind, up_to)| Op::Mark { by, kind, up_to }),
        2 => any::<bool>().prop_map(|second| Op::Take { agent: second.into() }),
        1 => Just(Op::TakeBoth),
        1 => Just(Op::Resolve),
        3 => (actors(), 0..10_i64).prop_map(|(by, after)| Op::Reconnect { by, after }),
        3 => actors().prop_map(|by| Op::Read { by }),
    ];
    let end = prop_oneof![Just(Op::Close), Just(Op::CloseWhileSending)];
    // A close in the middle of a tail of other operations.
    (prop::collection::vec(op.clone(), 1..30), end, prop::collection::vec(op, 0..8))
        .prop_map(|(before, end, after)| before.into_iter().chain([end]).chain(after).collect())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Pending,
    Active,
    Resolved,
    Closed,
}

/// What a conversation is, without anything that makes it fast or safe.
#[derive(Debug)]
struct Model {
    status: Status,
    holder: Option<usize>,
    /// Each message's sender, `None` for the visitor, and content.
    messages: Vec<(Option<usize>, String)>,
    /// The number of what was sent under a name.
    named: HashMap<(Option<usize>, u8), i64>,
    /// Of the visitor and of the agents: how far it was delivered, and read.
    marks: [[i64; 2]; 2],
}

impl Actor {
    /// Who sends: an agent, or the visitor.
    fn sender(self) -> Option<usize> {
        match self {
            Self::Visitor(_) => None,
            Self::Agent(agent) => Some(agent),
        }
    }
}

impl Model {
    fn new() -> Self {
        Self {
            status: Status::Pending,
            holder: None,
            messages: Vec::new(),
            named: HashMap::new(),
            marks: [[0; 2]; 2],
        }
    }

    /// The number that a message gets, or none.
    fn send(&mut self, sender: Option<usize>, name: Option<u8>, content: &str) -> Option<i64> {
        if let Some(sent) = name.and_then(|name| self.named.get(&(sender, name))) {
            return Some(*sent);
        }
        match (self.status, sender, self.holder) {
            (Status::Closed, ..) => return None,
            (Status::Resolved, None, Some(_)) => self.status = Status::Active,
            (Status::Resolved, None, None) => self.status = Status::Pending,
            _ => {}
        }
        self.messages.push((sender, content.to_owned()));
        let seq = i64::try_from(self.messages.len()).unwrap();
        self.named.extend(name.map(|name| ((sender, name), seq)));
        Some(seq)
    }

    /// Where the mark of a side is afterwards.
    fn mark(&mut self, by_agents: bool, kind: &str, up_to: i64) -> i64 {
        let of_others = |(seq, (sender, _)): &(i64, &(Option<usize>, String))| {
            *seq <= up_to && sender.is_some() != by_agents
        };
        let covered = (1..).zip(&self.messages).filter(of_others).last().map_or(0, |(seq, _)| seq);
        let [delivered, read] = &mut self.marks[usize::from(by_agents)];
        *delivered = covered.max(*delivered);
        if kind == "message:delivered" {
            return *delivered;
        }
        *read = covered.max(*read);
        *read
    }

    fn take(&mut self, agent: usize) -> bool {
        let may = self.status != Status::Closed && self.holder.is_none_or(|holder| holder == agent);
        if may {
            (self.status, self.holder) = (Status::Active, Some(agent));
        }
        may
    }

    /// The content and status of the messages after a number.
    fn after(&self, after: i64) -> Vec<(i64, String, &'static str)> {
        let status = |seq: i64, sender: Option<usize>| {
            let [delivered, read] = self.marks[usize::from(sender.is_none())];
            if read >= seq {
                "read"
            } else if delivered >= seq {
                "delivered"
            } else {
                "sent"
            }
        };
        let view = |(seq, (sender, content)): (i64, &(Option<usize>, String))| {
            (seq, content.clone(), status(seq, *sender))
        };
        (1..).zip(&self.messages).filter(|(seq, _)| *seq > after).map(view).collect()
    }
}

/// The people, and the conversation that they are in.
struct Play<'a> {
    chat: &'a Chat,
    id: String,
    model: Model,
    visitor: Visitor,
    /// The visitor's two and the agents' two.
    sockets: [[Socket; 2]; 2],
    agents: &'a [Agent; 2],
    contents: u32,
}

impl<'a> Play<'a> {
    async fn begin(chat: &'a Chat, agents: &'a [Agent; 2], name: &str) -> Self {
        let mut visitor = chat.visitor(name).await;
        let started = visitor.socket.ack("conversation:start", json!({})).await;
        let id = text(&started["conversation"]["_id"]);
        let again = async || chat.visitor_with(&visitor.session, name).await.socket;
        let sockets = [
            [again().await, again().await],
            [chat.agent_socket(&agents[0]).await, chat.agent_socket(&agents[1]).await],
        ];
        Self { chat, id, model: Model::new(), visitor, sockets, agents, contents: 0 }
    }

    fn socket(&mut self, actor: Actor) -> &mut Socket {
        match actor {
            Actor::Visitor(connection) => &mut self.sockets[0][connection],
            Actor::Agent(agent) => &mut self.sockets[1][agent],
        }
    }

    fn token(&self, actor: Actor) -> String {
        match actor {
            Actor::Visitor(_) => self.visitor.token.clone(),
            Actor::Agent(agent) => self.agents[agent].token.clone(),
        }
    }

    fn draft(&mut self, name: Option<u8>) -> (Value, String) {
        self.contents += 1;
        let content = self.contents.to_string();
        let mut draft = json!({ "conversationId": self.id, "content": content });
        if let Some(name) = name {
            draft["clientMessageId"] = json!(format!("name-{name}"));
        }
        (draft, content)
    }

    async fn put(&self, what: &str, agent: usize) -> u16 {
        let path = format!("/api/conversations/{}/{what}", self.id);
        self.chat.put(&path, json!({})).by(&self.agents[agent].token).await.status
    }

    /// Sends; the number that the message has, or none if the conversation is closed.
    async fn send(&mut self, by: Actor, way: Way, draft: Value) -> Option<i64> {
        let token = self.token(by);
        match way {
            Way::Http => post(self.chat, &token, draft).await,
            Way::Socket => push(self.socket(by), draft).await,
        }
    }

    /// Does an operation to both, and compares what they answer.
    async fn step(&mut self, op: Op) {
        match op {
            Op::Send { by, way, name } => {
                let (draft, content) = self.draft(name);
                let expected = self.model.send(by.sender(), name, &content);
                assert_eq!(self.send(by, way, draft).await, expected);
            }
            Op::SendTwice { by, name } => {
                let (draft, content) = self.draft(Some(name));
                let expected = self.model.send(by.sender(), Some(name), &content);
                let (chat, token) = (self.chat, self.token(by));
                let posting = post(chat, &token, draft.clone());
                let answers = join(posting, push(self.socket(by), draft)).await;
                assert_eq!(answers, (expected, expected));
            }
            Op::SendBoth => self.send_both().await,
            Op::Mark { by, kind, up_to } => self.mark(by, kind, up_to).await,
            Op::Take { agent } => {
                let expected = if self.model.take(agent) { 200 } else { 409 };
                assert_eq!(self.put("assign", agent).await, expected);
            }
            Op::TakeBoth => {
                let taken = join(self.put("assign", 0), self.put("assign", 1)).await;
                let winner = usize::from(taken.1 == 200);
                let expected = [self.model.take(winner), self.model.take(1 - winner)];
                let expected = expected.map(|taken| if taken { 200 } else { 409 });
                let (first, second) = if winner == 0 { (0, 1) } else { (1, 0) };
                assert_eq!(taken, (expected[first], expected[second]));
            }
            Op::Resolve => {
                let open = self.model.status != Status::Closed;
                if open {
                    self.model.status = Status::Resolved;
                }
                assert_eq!(self.put("resolve", 0).await, if open { 200 } else { 409 });
            }
            Op::Close => {
                assert_eq!(self.put("close", 0).await, 200);
                self.model.status = Status::Closed;
            }
            Op::CloseWhileSending => self.close_while_sending().await,
            Op::Reconnect { by, after } => self.reconnect(by, after).await,
            Op::Read { by } => {
                let path = format!("/api/messages/{}?after=0&limit=100", self.id);
                let list = self.chat.get(&path).by(&self.token(by)).await.expect(200);
                assert_eq!(views(&list["messages"]), self.model.after(0));
            }
        }
    }

    async fn send_both(&mut self) {
        let ((one, first), (two, second)) = (self.draft(None), self.draft(None));
        let (chat, token) = (self.chat, self.token(Actor::Agent(0)));
        let sending = push(self.socket(Actor::Visitor(0)), one);
        let (of_visitor, of_agent) = join(sending, post(chat, &token, two)).await;
        let mut sends = [(of_visitor, None, first), (of_agent, Some(0), second)];
        sends.sort_by_key(|(seq, ..)| *seq);
        for (seq, sender, content) in sends {
            assert_eq!(seq, self.model.send(sender, None, &content));
        }
    }

    async fn mark(&mut self, by: Actor, kind: &'static str, up_to: i64) {
        let data = json!({ "conversationId": self.id, "upTo": up_to });
        if up_to < 1 {
            self.socket(by).refused(kind, data, "validation_failed").await;
            return;
        }
        let expected = self.model.mark(by.sender().is_some(), kind, up_to);
        assert_eq!(self.socket(by).ack(kind, data).await["upTo"], expected);
    }

    async fn close_while_sending(&mut self) {
        let (draft, content) = self.draft(None);
        let token = self.token(Actor::Visitor(0));
        let (closed, sent) = join(self.put("close", 1), post(self.chat, &token, draft)).await;
        assert_eq!(closed, 200);
        if sent.is_some() {
            assert_eq!(sent, self.model.send(None, None, &content), "it came before the close");
        }
        self.model.status = Status::Closed;
    }

    async fn reconnect(&mut self, by: Actor, after: i64) {
        let new = match by {
            Actor::Visitor(_) => {
                let session = self.visitor.session.clone();
                self.chat.visitor_with(&session, "Vic").await.socket
            }
            Actor::Agent(agent) => self.chat.agent_socket(&self.agents[agent]).await,
        };
        drop(std::mem::replace(self.socket(by), new));
        let data = json!({ "conversationId": self.id, "after": after });
        let joined = self.socket(by).ack("conversation:join", data).await;
        assert_eq!(views(&joined["messages"]), self.model.after(after));
        assert_eq!(joined["hasMore"], false);
    }

    /// Compares everything that is left.
    async fn end(mut self) {
        self.step(Op::Read { by: Actor::Agent(0) }).await;
        let path = format!("/api/conversations/{}", self.id);
        let agent = &self.agents[0].token;
        let conversation = self.chat.get(&path).by(agent).await.expect(200);
        let status = format!("{:?}", self.model.status).to_lowercase();
        assert_eq!(conversation["status"], status.as_str());
        assert_eq!(conversation["messageCount"], self.model.messages.len());
        let holder = self.model.holder.map(|holder| self.agents[holder].id.as_str());
        assert_eq!(conversation["assignedAgent"]["_id"].as_str(), holder);
        let unread = (1..)
            .zip(&self.model.messages)
            .filter(|(seq, (sender, _))| sender.is_none() && *seq > self.model.marks[1][1])
            .count();
        assert_eq!(conversation["unreadCount"], unread);
    }
}

async fn post(chat: &Chat, token: &str, draft: Value) -> Option<i64> {
    let answer = chat.post("/api/messages", draft).by(token).await;
    if answer.status == 409 {
        return None;
    }
    answer.expect(201)["seq"].as_i64()
}

async fn push(socket: &mut Socket, draft: Value) -> Option<i64> {
    let answer = socket.ask("message:send", draft).await;
    if answer["event"] == "error" {
        assert_eq!(answer["data"]["code"], "conflict");
        return None;
    }
    answer["data"]["message"]["seq"].as_i64()
}

fn views(messages: &Value) -> Vec<(i64, String, &str)> {
    let view = |message: &Value| (message["seq"].as_i64().unwrap(), text(&message["content"]));
    let status = |message: &Value| match message["status"].as_str() {
        Some("read") => "read",
        Some("delivered") => "delivered",
        Some("sent") => "sent",
        other => panic!("no status: {other:?}"),
    };
    let messages = messages.as_array().unwrap().iter();
    messages.map(|message| (view(message).0, view(message).1, status(message))).collect()
}

#[test]
fn a_conversation_is_what_its_model_says_whatever_is_done_to_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (chat, agents) = runtime.block_on(async {
        let chat = Chat::start().await;
        let agents = <[Agent; 2]>::from(chat.team().await);
        (chat, agents)
    });
    let config =
        Config { cases: 20, max_shrink_iters: 300, failure_persistence: None, ..Config::default() };
    let played = TestRunner::new(config).run(&ops(), |ops| {
        runtime.block_on(async {
            // A visitor that no other case has.
            let name = shared::Id::random().unwrap().to_string();
            let mut play = Play::begin(&chat, &agents, &name).await;
            for op in ops {
                play.step(op).await;
            }
            play.end().await;
        });
        Ok(())
    });
    played.unwrap();
}
