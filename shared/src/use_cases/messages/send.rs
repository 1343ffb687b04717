//! Sending a message.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::documents::conversation::{Action, Conversation, Guard, Happened, Look, Status};
use crate::documents::message::{Kind, Message};
use crate::documents::participant::{Participant, Side};
use crate::documents::read_history::{DeliveryState, ReadHistory};
use crate::push::{Audience, OutboundEvent};
use crate::use_cases::caller;
use crate::use_cases::history::Deed;
use crate::use_cases::outbox::{self, Outbound, Outcome};
use crate::views::{ConversationView, MessageView};
use crate::{App, Error, Id, Result, Time};

/// How often a send is tried that others come between.
const TRIES: usize = 20;
/// How long a message waits for the one that it follows (`docs/protocol.md`, The order of one sender).
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How long it waits before it looks for it, which doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// A message that is about to be sent.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Draft {
    pub conversation_id: Id,
    /// What it says: 1 to 8,000 characters.
    pub content: String,
    pub kind: Kind,
    pub file_url: Option<String>,
    /// The sender's name for it, which makes the send repeatable.
    pub client_message_id: Option<String>,
    /// The sender's name for the message that it sent before this one.
    pub follows: Option<String>,
}

impl Draft {
    /// An empty text to a conversation.
    pub fn to(conversation_id: Id) -> Self {
        Self {
            conversation_id,
            content: String::new(),
            kind: Kind::Text,
            file_url: None,
            client_message_id: None,
            follows: None,
        }
    }

    /// The message, without its numbers.
    pub fn message(&self, by: &Participant, at: Time) -> Message {
        Message {
            id: Id::sequential(),
            conversation: self.conversation_id,
            seq: 0,
            nth: 0,
            sender: by.side,
            sender_id: by.id,
            content: self.content.clone(),
            kind: self.kind,
            file_url: self.file_url.clone(),
            client_message_id: self.client_message_id.clone(),
            created_at: at,
            words: Vec::new(),
        }
    }
}

/// Sends a message. One with a `client_message_id` that the sender has used in the conversation gives
/// the stored message back, and nothing is pushed. One that `follows` another waits for it,
/// 2 seconds at most, and holds nothing meanwhile.
/// Errors: conflict when the conversation is closed, or what it follows does not come;
/// unavailable when others came between again and again.
pub async fn send(app: &App, by: &Participant, draft: &Draft) -> Result<Outcome<MessageView>> {
    let follows = draft.follows.as_deref();
    let give_up = Instant::now() + LONGEST_WAIT;
    let (mut pause, mut tries) = (FIRST_PAUSE, 0);
    // A long conversation has to be looked at first.
    let is_long =
        draft.client_message_id.is_some() && app.long_conversations.contains(draft.conversation_id);
    let mut guard = (!is_long).then_some(Guard::Remembered { follows });
    let name = draft.client_message_id.as_deref();
    let _sending = name.map(|name| app.forerunners.sending(draft.conversation_id, by.id, name));
    loop {
        if let Some(follows) = follows {
            app.forerunners.while_sending(draft.conversation_id, by.id, follows, give_up).await;
        }
        // Before the try, so that nothing is accepted unnoticed between the two.
        let forerunner =
            follows.map(|follows| app.forerunners.wait_for(draft.conversation_id, by.id, follows));
        if let Some(guard) = guard {
            let message = draft.message(by, Time::now());
            if let Some((before, message)) = outbox::accept(app, message, guard).await? {
                return Ok(sent(app, by, before, message).await);
            }
        }
        // Sent before, or closed, or too early, or not all is remembered, or others came between.
        let Look { conversation, sent, is_followed, remembers_all } = look(app, by, draft).await?;
        if !remembers_all {
            app.long_conversations.note(draft.conversation_id);
        }
        if let Some(message) = sent {
            return Ok(Outcome::quiet(stored_view(app, &conversation, message, by).await?));
        }
        refuse_closed(&conversation)?;
        guard = match is_followed {
            true => Some(Guard::Looked(conversation.seq)),
            false => (remembers_all || draft.client_message_id.is_none())
                .then_some(Guard::Remembered { follows }),
        };
        tries += 1;
        match forerunner {
            Some(mut forerunner) if !is_followed => {
                let left = give_up.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    let message = "The message that this one follows has not come";
                    return Err(Error::conflict_of("follows", message));
                }
                // Woken, or time to look again: another process may have accepted it.
                let _woken = timeout(pause.min(left), forerunner.woken()).await;
                pause *= 2;
            }
            _ if tries >= TRIES => return Err(Error::unavailable("too many messages at once")),
            _ => {}
        }
    }
}

async fn look(app: &App, by: &Participant, draft: &Draft) -> Result<Look> {
    let Draft { conversation_id, client_message_id, follows, .. } = draft;
    let names = (client_message_id.as_deref(), follows.as_deref());
    let found = Conversation::look(&app.db, by, *conversation_id, names.0, names.1).await?;
    found.ok_or_else(caller::unknown_conversation)
}

fn refuse_closed(conversation: &Conversation) -> Result<()> {
    match conversation.status {
        Status::Closed => Err(super::closed()),
        _ => Ok(()),
    }
}

/// The message as everybody sees it, and what follows: the message itself and, when it reopened its
/// conversation, that this changed.
async fn sent(
    app: &App,
    by: &Participant,
    before: Conversation,
    message: Message,
) -> Outcome<MessageView> {
    let view = MessageView::new(message.clone(), by.clone().into(), DeliveryState::default());
    let mut events = vec![OutboundEvent::message_new(&before, view.clone())];
    if reopens(&before, by.side) {
        match present_view(app, before.id).await {
            Ok(now) => {
                events.extend(OutboundEvent::conversation_updated(&Audience::of(&before), &now));
                let reopened = Happened::reopened_by(&message);
                events.push(Deed::told_by(reopened).outbound(&now));
            }
            // The message is accepted and must go out, come what may.
            Err(error) => error.log(),
        }
    }
    Outcome::new(view, Outbound { events, accepted: Some(message) })
}

async fn present_view(app: &App, id: Id) -> Result<ConversationView> {
    let conversation = Conversation::find(&app.db, id).await?;
    let conversation = conversation.ok_or_else(caller::unknown_conversation)?;
    ConversationView::load(&app.db, conversation).await
}

fn reopens(before: &Conversation, side: Side) -> bool {
    let held = before.assigned_agent.is_some();
    side == Side::Visitor
        && before.status == Status::Resolved
        && before.status.after(held, Action::VisitorMessage) != Some(Status::Resolved)
}

/// A message that `by` sent, with its delivery state by now.
pub async fn stored_view(
    app: &App,
    conversation: &Conversation,
    message: Message,
    by: &Participant,
) -> Result<MessageView> {
    let (marks, number) = (&conversation.marks, message.seq..=message.seq);
    let history = ReadHistory::load(&app.db, conversation.id, marks, &number).await?;
    let state = history.state(marks, &message);
    Ok(MessageView::new(message, by.clone().into(), state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_visitors_message_reopens_and_only_what_is_resolved() {
        let of = |status| Conversation { status, ..Conversation::default() };
        for status in Status::ALL {
            assert_eq!(reopens(&of(status), Side::Visitor), status == Status::Resolved, "{status:?}");
            assert!(!reopens(&of(status), Side::Agent), "{status:?}");
        }
    }
}
