//! Every event that a client may send.

use futures::future::try_join;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::describe::{ClientEvent, Nothing};
use shared::documents::connection::{Connection, Person, Side};
use shared::documents::mark::Kind;
use shared::error::Code;
use shared::events::{ConversationCreated, Event, VisitorConnected};
use shared::input::from_value;
use shared::limits::{self, Limit};
use shared::news::{News, Outcome};
use shared::use_cases::messages::SendInput;
use shared::use_cases::{conversations, messages, presence};
use shared::views::{MessageView, UserView};
use shared::{App, Error, Result, Time};

use crate::input::{
    AgentConnect, AgentWatch, ConversationJoin, ConversationStart, InConversation, MessageDelivered,
    MessageRead, VisitorConnect, VisitorPage,
};

/// The names of all of them.
pub const EVENTS: [&str; 13] = [
    "agent:connect",
    "agent:watch",
    "visitor:connect",
    "visitor:page",
    "conversation:start",
    "conversation:join",
    "conversation:leave",
    "message:send",
    "message:delivered",
    "message:read",
    "typing:start",
    "typing:stop",
    "ping",
];

/// All of them, described.
pub fn describe() -> Vec<ClientEvent> {
    vec![
        ClientEvent::new::<AgentConnect, UserAck<UserView>>(
            "agent:connect",
            "Proves with a token that an agent is behind the connection",
        ),
        ClientEvent::new::<AgentWatch, Nothing>(
            "agent:watch",
            "Changes how much the agent's connection is pushed",
        ),
        ClientEvent::new::<VisitorConnect, VisitorConnected>(
            "visitor:connect",
            "Proves with a secret of the browser, or an identity of the site, who the visitor is",
        ),
        ClientEvent::new::<VisitorPage, Nothing>("visitor:page", "The visitor looks at a page"),
        ClientEvent::new::<ConversationStart, ConversationCreated>(
            "conversation:start",
            "The visitor starts a conversation",
        ),
        ClientEvent::new::<ConversationJoin, messages::Joined>(
            "conversation:join",
            "Joins a conversation, and brings what came after a message",
        ),
        ClientEvent::new::<InConversation, Nothing>("conversation:leave", "Leaves a conversation"),
        ClientEvent::new::<SendInput, MessageAck<MessageView>>(
            "message:send",
            "Sends a message; the same `clientMessageId` gives the one that is stored",
        ),
        ClientEvent::new::<MessageDelivered, messages::Marked>(
            "message:delivered",
            "The client has received the messages up to a number",
        ),
        ClientEvent::new::<MessageRead, messages::Marked>(
            "message:read",
            "The messages up to one have been read",
        ),
        ClientEvent::new::<InConversation, Nothing>("typing:start", "Somebody begins to type"),
        ClientEvent::new::<InConversation, Nothing>("typing:stop", "Somebody stops typing"),
        ClientEvent::new::<Nothing, Nothing>("ping", "Keeps the connection open"),
    ]
}

/// The connection that sent a frame, and what the gateway says of the client.
pub struct Caller {
    pub connection: Connection,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
}

/// What a frame is answered with, and the news of it.
pub struct Answer {
    /// An event to this connection alone.
    pub event: Option<Event>,
    /// The data of the ack, for a frame that had an id.
    pub ack: Value,
    /// For the others.
    pub news: Vec<News>,
}

impl Answer {
    fn pong() -> Self {
        Self { event: Some(Event::Pong {}), ack: empty(), news: Vec::new() }
    }

    fn done(outcome: Outcome<()>) -> Self {
        Self { event: None, ack: empty(), news: outcome.news }
    }

    fn ack(value: &impl Serialize, news: Vec<News>) -> Result<Self> {
        Ok(Self { event: None, ack: json(value)?, news })
    }
}

#[derive(Serialize, JsonSchema)]
struct UserAck<T> {
    user: T,
}

#[derive(Serialize, JsonSchema)]
struct MessageAck<T> {
    message: T,
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

fn json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

impl Caller {
    /// Who is behind the connection, as it has proved.
    fn person(&self) -> Result<&Person> {
        let session = self.connection.session.as_ref();
        if session.is_some_and(|session| session.expires_at <= Time::now()) {
            return Err(Error::unauthorized("The token has expired, connect again"));
        }
        self.connection
            .person
            .as_ref()
            .ok_or_else(|| Error::unauthorized("Send agent:connect or visitor:connect first"))
    }
}

/// What an event is counted as.
pub fn limit_of(event: &str) -> Limit {
    match event {
        "message:send" => Limit::Messages,
        "typing:start" | "typing:stop" => Limit::Typing,
        _ => Limit::Frames,
    }
}

/// Handles an event.
pub async fn handle(app: &App, caller: &Caller, event: &str, data: Value) -> Result<Answer> {
    match event {
        "agent:connect" => return agent_connect(app, caller, from_value(data)?).await,
        "visitor:connect" => return visitor_connect(app, caller, from_value(data)?).await,
        "ping" => return Ok(Answer::pong()),
        _ => {}
    }
    let (person, connection) = (caller.person()?, caller.connection.id.as_str());
    match event {
        "agent:watch" => agent_watch(app, person, connection, from_value(data)?).await,
        "visitor:page" => visitor_page(app, person, from_value(data)?).await,
        "conversation:start" => conversation_start(app, caller, person, from_value(data)?).await,
        "conversation:join" => conversation_join(app, person, connection, from_value(data)?).await,
        "conversation:leave" => conversation_leave(app, connection, from_value(data)?).await,
        "message:send" => message_send(app, person, from_value(data)?).await,
        "message:delivered" => message_delivered(app, person, from_value(data)?).await,
        "message:read" => message_read(app, person, from_value(data)?).await,
        "typing:start" => typing(app, person, from_value(data)?, true).await,
        "typing:stop" => typing(app, person, from_value(data)?, false).await,
        _ => Err(Error::new(Code::UnknownEvent, "There is no such event")),
    }
}

async fn agent_connect(app: &App, caller: &Caller, input: AgentConnect) -> Result<Answer> {
    let connection = &caller.connection;
    let outcome = presence::agent_connects(app, connection, &input.token, input.watch).await?;
    Answer::ack(&UserAck { user: outcome.value }, outcome.news)
}

async fn agent_watch(app: &App, by: &Person, connection: &str, input: AgentWatch) -> Result<Answer> {
    if by.side != Side::Agent {
        return Err(Error::forbidden("Only agents may do this"));
    }
    Connection::watch(&app.db, connection, input.watch).await?;
    Ok(Answer::done(Outcome::quiet(())))
}

async fn visitor_connect(app: &App, caller: &Caller, input: VisitorConnect) -> Result<Answer> {
    let identity = input.identity.as_deref().map(|identity| app.identities.check(identity));
    let (arrival, after) =
        input.from(identity.transpose()?, caller.ip_address.clone(), caller.user_agent.clone());
    try_join(
        limits::count_from(app, Limit::Visits, caller.ip_address.as_deref()),
        presence::refuse_banned(app, &arrival.who),
    )
    .await?;
    let outcome = presence::visitor_connects(app, &caller.connection, &arrival, after).await?;
    let ack = json(&outcome.value)?;
    Ok(Answer { event: Some(Event::VisitorConnected(outcome.value)), ack, news: outcome.news })
}

async fn visitor_page(app: &App, by: &Person, input: VisitorPage) -> Result<Answer> {
    presence::visitor_views(app, by, &input.into()).await.map(Answer::done)
}

async fn conversation_start(
    app: &App,
    caller: &Caller,
    by: &Person,
    input: ConversationStart,
) -> Result<Answer> {
    let ConversationStart { message, client_message_id } = input;
    limits::count_from(app, Limit::Conversations, caller.ip_address.as_deref()).await?;
    let outcome =
        conversations::start(app, &caller.connection.id, by, message, client_message_id).await?;
    let ack = json(&outcome.value)?;
    Ok(Answer { event: Some(Event::ConversationCreated(outcome.value)), ack, news: outcome.news })
}

/// Joins first and reads then, so that no message falls between.
async fn conversation_join(
    app: &App,
    by: &Person,
    connection: &str,
    input: ConversationJoin,
) -> Result<Answer> {
    by.conversation(app, input.conversation_id).await?;
    Connection::join(&app.db, connection, input.conversation_id).await?;
    let joined = messages::catch_up(app, by, input.conversation_id, input.after).await?;
    Answer::ack(&joined, Vec::new())
}

async fn conversation_leave(app: &App, connection: &str, input: InConversation) -> Result<Answer> {
    Connection::leave(&app.db, connection, input.conversation_id).await?;
    Ok(Answer::done(Outcome::quiet(())))
}

async fn message_send(app: &App, by: &Person, input: SendInput) -> Result<Answer> {
    let outcome = messages::send(app, by, &input.into()).await?;
    Answer::ack(&MessageAck { message: outcome.value }, outcome.news)
}

async fn message_delivered(app: &App, by: &Person, input: MessageDelivered) -> Result<Answer> {
    let up_to = messages::UpTo::Seq(input.up_to);
    mark(app, by, input.conversation_id, Kind::Delivered, up_to).await
}

async fn message_read(app: &App, by: &Person, input: MessageRead) -> Result<Answer> {
    mark(app, by, input.conversation_id, Kind::Read, input.up_to()?).await
}

async fn mark(
    app: &App,
    by: &Person,
    conversation: shared::Id,
    kind: Kind,
    up_to: messages::UpTo,
) -> Result<Answer> {
    let outcome = messages::mark(app, by, conversation, kind, up_to).await?;
    Answer::ack(&outcome.value, outcome.news)
}

async fn typing(app: &App, by: &Person, input: InConversation, starts: bool) -> Result<Answer> {
    let outcome = conversations::typing(app, by, input.conversation_id, starts).await?;
    Ok(Answer::done(outcome))
}
