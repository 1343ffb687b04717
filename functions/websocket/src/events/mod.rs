//! Every event that a client may send: its data, how it is counted and documented, and what it does.

mod agent;
mod conversation;
mod message;
mod visitor;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::api::openapi;
use shared::documents::connection::Connection;
use shared::documents::participant::Participant;
use shared::error::Code;
use shared::input::{self, Input};
use shared::push::Event;
use shared::rate_limit::Limit;
use shared::use_cases::outbox::{Outbound, Outcome};
use shared::{App, Error, Result, Time};

use agent::{AgentConnect, AgentWatch};
use conversation::{ConversationJoin, ConversationLeave, ConversationStart, TypingStart, TypingStop};
use message::{MessageDelivered, MessageRead, MessageSend};
use visitor::{Ping, VisitorConnect, VisitorPage};

/// An event that a client may send: its data.
trait ClientData: Input + JsonSchema {
    /// Its name (`docs/protocol.md`, The WebSocket).
    const NAME: &'static str;
    /// What it does, in a line.
    const SUMMARY: &'static str;
    /// What it is counted as.
    const LIMIT: Limit = Limit::Frames;
    /// Whether a connection may send it that is not authenticated.
    const IS_OPEN: bool = false;
    /// The data of its `ack`.
    type Ack: Serialize + JsonSchema;

    /// Does it.
    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Self::Ack>>;
}

/// Makes one enum of all events; none can be left out of what is decoded, counted, documented or handled.
macro_rules! client_events {
    ($($event:ident),* $(,)?) => {
        /// An event that a client sent.
        pub enum ClientEvent {
            $(#[doc = concat!("See [`", stringify!($event), "`].")] $event($event)),*
        }

        /// The names of all events.
        pub const EVENTS: &[&str] = &[$($event::NAME),*];

        impl ClientEvent {
            /// Reads an event by its name.
            ///
            /// # Errors
            /// Unauthorized when the sender is not authenticated; unknown event; validation failed when a
            /// rule is broken.
            pub fn decode(sender: &Sender, name: &str, data: Value) -> Result<Self> {
                $(if name == $event::NAME {
                    if !$event::IS_OPEN {
                        sender.participant()?;
                    }
                    return input::from_value(data).map(Self::$event);
                })*
                sender.participant()?;
                Err(Error::new(Code::UnknownEvent, "There is no such event"))
            }

            /// Does what is asked.
            ///
            /// # Errors
            /// Those of the event's use case.
            pub async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Value>> {
                match self {
                    $(Self::$event(data) => Box::pin(data.handle(app, sender)).await?.encoded(),)*
                }
            }
        }

        /// What the event of this name is counted as.
        pub fn limit_of(name: &str) -> Limit {
            $(if name == $event::NAME {
                return $event::LIMIT;
            })*
            Limit::Frames
        }

        /// All events for AsyncAPI.
        pub fn asyncapi() -> Vec<openapi::ClientEvent> {
            vec![$(
                openapi::ClientEvent::new::<$event, <$event as ClientData>::Ack>($event::NAME, $event::SUMMARY)
            ),*]
        }
    };
}

client_events![
    AgentConnect,
    AgentWatch,
    VisitorConnect,
    VisitorPage,
    ConversationStart,
    ConversationJoin,
    ConversationLeave,
    MessageSend,
    MessageDelivered,
    MessageRead,
    TypingStart,
    TypingStop,
    Ping,
];

/// The connection that sent a frame, and what the gateway says of the client.
pub struct Sender {
    /// The connection.
    pub connection: Connection,
    /// The client's address.
    pub ip_address: Option<String>,
    /// The browser's own words.
    pub user_agent: Option<String>,
    /// How long the frame is.
    pub bytes: usize,
}

impl Sender {
    /// Who is behind the connection, as it has authenticated.
    fn participant(&self) -> Result<&Participant> {
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

/// What a frame is answered with, and what is dispatched to the others.
pub struct Answer<A> {
    /// An event to this connection alone.
    pub event: Option<Event>,
    /// The data of the `ack`, for a frame that had an id.
    pub ack: A,
    /// For the others.
    pub outbound: Outbound,
}

impl<A: Serialize> Answer<A> {
    /// An `ack`, and what follows from it.
    fn new(Outcome { value, outbound }: Outcome<A>) -> Self {
        Self { event: None, ack: value, outbound }
    }

    fn encoded(self) -> Result<Answer<Value>> {
        let ack = serde_json::to_value(self.ack).map_err(Error::internal)?;
        Ok(Answer { event: self.event, ack, outbound: self.outbound })
    }
}

impl Answer<openapi::Nothing> {
    /// An `ack` that says nothing, and what is dispatched.
    fn done(outbound: Outbound) -> Self {
        Self { event: None, ack: openapi::Nothing {}, outbound }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_events_share_a_name() {
        assert_eq!(EVENTS.iter().collect::<BTreeSet<_>>().len(), EVENTS.len());
    }

    #[test]
    fn what_an_event_is_counted_as_follows_from_its_name() {
        assert_eq!(
            (limit_of("message:send"), limit_of("typing:stop")),
            (Limit::Messages, Limit::Typing)
        );
        assert_eq!((limit_of("ping"), limit_of("nonsense")), (Limit::Frames, Limit::Frames));
    }
}
