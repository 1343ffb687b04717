//! What visitors send of themselves, and what keeps a connection open.

use futures::future::try_join;
use shared::api::openapi::Nothing;
use shared::auth::tokens::Identity;
use shared::documents::visitor::{Arrival, KnownBy, PageView};
use shared::input::{AtLeast, Email, ExactLine, Line, Optional, PageAddress, PersonName, Required};
use shared::push::{Event, MOST_BYTES, VisitorConnected};
use shared::rate_limit::Limit;
use shared::use_cases::connections::{self, Held};
use shared::use_cases::outbox::{Outbound, Outcome};
use shared::use_cases::{rate_limit, visitors};
use shared::{App, Id, Result, Time};

use super::{Answer, ClientData, Sender};
use crate::frame::ENVELOPE_BYTES;

/// The most characters that are kept of a browser's own words.
const MOST_USER_AGENT: usize = 512;

shared::input! {
    /// The data of `visitor:connect`.
    pub struct VisitorConnect {
        session_id: Option<Required<ExactLine<16, 128>>>,
        /// A JWT of the site that says who the visitor is.
        identity: Option<String>,
        #[serde(default)]
        name: Optional<PersonName>,
        #[serde(default)]
        email: Optional<Email>,
        #[serde(default)]
        current_page: Optional<PageAddress>,
        #[serde(default)]
        referrer: Optional<PageAddress>,
        /// The conversation of which `after` is a number.
        conversation_id: Option<Id>,
        after: Option<AtLeast<0>>,
    }
    check |input, check| {
        let known = input.session_id.is_some() || input.identity.is_some();
        check.that(known, "sessionId", "Is required");
    }
}

impl VisitorConnect {
    /// With what the site and the gateway say of the client.
    fn arrival(self, identity: Option<Identity>, sender: &Sender) -> Arrival {
        let user_agent = sender.user_agent.as_ref();
        let (who, name, email) = match identity {
            Some(Identity { sub, name, email }) => (KnownBy::Identified(sub.into_string()), name, email),
            None => {
                let session = self.session_id.map(Required::into_string).unwrap_or_default();
                (KnownBy::Session(session), self.name, self.email)
            }
        };
        Arrival {
            who,
            name: name.into_option(),
            email: email.into_option(),
            current_page: self.current_page.into_option(),
            referrer: self.referrer.into_option(),
            ip_address: sender.ip_address.clone(),
            user_agent: user_agent.map(|text| text.chars().take(MOST_USER_AGENT).collect()),
        }
    }
}

impl ClientData for VisitorConnect {
    const NAME: &'static str = "visitor:connect";
    const SUMMARY: &'static str = "Authenticates the connection as a visitor's, with a secret of the browser or an identity of the site";
    const IS_OPEN: bool = true;
    type Ack = VisitorConnected;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<VisitorConnected>> {
        let identity = self.identity.as_deref().map(|identity| app.identities.check(identity));
        let identity = identity.transpose()?;
        let held = Held { conversation: self.conversation_id, after: self.after.map(AtLeast::get) };
        let arrival = self.arrival(identity, sender);
        let address = sender.ip_address.as_deref();
        try_join(
            rate_limit::consume_remembering(app, Limit::Visits, address),
            connections::refuse_banned(app, &arrival.who),
        )
        .await?;
        // After it: what one limit refuses must not count for the next.
        rate_limit::consume_volume(app, address, sender.bytes).await?;
        let room = MOST_BYTES - ENVELOPE_BYTES;
        let Outcome { value, outbound } =
            connections::visitor_connects(app, &sender.connection, &arrival, held, room).await?;
        Ok(Answer { event: Some(Event::VisitorConnected(value.clone())), ack: value, outbound })
    }
}

shared::input! {
    /// The data of `visitor:page`.
    pub struct VisitorPage {
        url: Required<PageAddress>,
        #[serde(default)]
        title: Optional<Line<1, 200>>,
    }
}

impl ClientData for VisitorPage {
    const NAME: &'static str = "visitor:page";
    const SUMMARY: &'static str = "The visitor looks at a page";
    type Ack = Nothing;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Nothing>> {
        let (url, title) = (self.url.into_string(), self.title.into_option());
        let view = PageView { url, title, timestamp: Time::now() };
        let outcome = visitors::view_page(app, sender.participant()?, &view).await?;
        Ok(Answer::done(outcome.outbound))
    }
}

shared::input! {
    /// The data of `ping`.
    pub struct Ping {}
}

impl ClientData for Ping {
    const NAME: &'static str = "ping";
    const SUMMARY: &'static str = "Keeps the connection open";
    const IS_OPEN: bool = true;
    type Ack = Nothing;

    async fn handle(self, _: &App, _: &Sender) -> Result<Answer<Nothing>> {
        Ok(Answer { event: Some(Event::Pong {}), ..Answer::done(Outbound::default()) })
    }
}
