//! Sending, reading and marking messages.

use std::ops::RangeInclusive;

use futures::future::{try_join, try_join3};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::describe::{exact_line, link_or_nothing, not_blank};
use crate::documents::connection::{Audience, Person, Side};
use crate::documents::conversation::{Action, Conversation, Reached, Status};
use crate::documents::mark::{Fate, History, Kind as MarkKind, Mark};
use crate::documents::message::{Kind, Message, WithAuthor};
use crate::documents::visitor::{Visitor, VisitorBrief};
use crate::events::{Event, MOST_BYTES};
use crate::input::{Check, Input, trimmed, trimmed_option};
use crate::news::{News, Outcome, tell};
use crate::paging::Pages;
use crate::views::{ConversationView, MessageView, PersonView};
use crate::{App, Error, Id, Result, Time};

/// The characters that a message may have, its ends trimmed (contract, Messages).
pub const CONTENT: RangeInclusive<usize> = 1..=8000;
/// The characters that a `clientMessageId` may have (contract, Messages).
pub const CLIENT_MESSAGE_ID: RangeInclusive<usize> = 1..=64;
/// The most messages that a join brings at once.
const MOST_MISSED: i64 = 50;
/// How often a send is tried that others come between.
const TRIES: usize = 20;
/// The bytes that a frame has around a conversation and its messages.
const ENVELOPE_BYTES: usize = 1024;

/// A message that is about to be sent.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where.
    pub conversation_id: Id,
    /// What it says: 1 to 8,000 characters.
    pub content: String,
    /// What it carries.
    pub kind: Kind,
    /// Where its file is.
    pub file_url: Option<String>,
    /// The sender's name for it, which makes the send repeatable.
    pub client_message_id: Option<String>,
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
        }
    }

    /// The message, without its numbers.
    pub fn message(&self, by: &Person, at: Time) -> Message {
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
        }
    }
}

/// What a caller sends, over HTTP and over the socket.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["conversationId", "content"]))]
#[schemars(extend("examples" = [{ "conversationId": "65a1b2c3d4e5f6a7b8c9d0e1", "content": "Hello!", "clientMessageId": "7f1c" }]))]
pub struct SendInput {
    conversation_id: Id,
    #[schemars(length(min = 1, max = 8000), extend("pattern" = not_blank()))]
    #[serde(default, deserialize_with = "trimmed")]
    content: String,
    #[serde(rename = "type", default)]
    kind: Kind,
    #[schemars(length(max = 2048), extend("pattern" = link_or_nothing()))]
    #[serde(default, deserialize_with = "trimmed_option")]
    file_url: Option<String>,
    #[schemars(extend("pattern" = exact_line(1, 64)))]
    client_message_id: Option<String>,
}

impl Input for SendInput {
    fn check(&self, check: &mut Check) {
        check.text("content", &self.content, CONTENT);
        if let Some(url) = &self.file_url {
            check.link("fileUrl", url);
        }
        if let Some(id) = &self.client_message_id {
            check.line("clientMessageId", id, CLIENT_MESSAGE_ID);
        }
    }
}

impl From<SendInput> for Draft {
    fn from(input: SendInput) -> Self {
        let SendInput { conversation_id, content, kind, file_url, client_message_id } = input;
        Self { conversation_id, content, kind, file_url, client_message_id }
    }
}

/// Sends a message. One with a `client_message_id` that the sender has used in the conversation
/// gives the stored message back, and no news.
///
/// # Errors
/// Not found for a conversation that the person may not see; conflict when it is closed; unavailable
/// when others came between again and again.
pub async fn send(app: &App, by: &Person, draft: &Draft) -> Result<Outcome<MessageView>> {
    for _ in 0..TRIES {
        let seen = match sent_before(app, by, draft).await? {
            Before::Sent(view) => return Ok(Outcome::quiet(*view)),
            Before::Unsent { seen } => seen,
        };
        let message = draft.message(by, Time::now());
        if let Some((before, message)) = Conversation::accept(&app.db, message, seen).await? {
            return Ok(sent(app, by, before, message).await);
        }
        // Closed, which the next look tells a named one, or others came between.
        if draft.client_message_id.is_none() {
            refuse_closed(&by.conversation(app, draft.conversation_id).await?)?;
        }
    }
    Err(Error::unavailable("too many messages at once"))
}

/// Whether a message was sent before.
enum Before {
    /// It was: as it is now.
    Sent(Box<MessageView>),
    /// Not when the conversation's last number was `seen`.
    Unsent { seen: i64 },
}

async fn sent_before(app: &App, by: &Person, draft: &Draft) -> Result<Before> {
    let Some(name) = &draft.client_message_id else { return Ok(Before::Unsent { seen: 0 }) };
    let id = draft.conversation_id;
    let found = Conversation::with_sent(&app.db, id, by.visible(), by.id, name).await?;
    let found = found.ok_or_else(|| Error::not_found("Conversation"))?;
    match found.sent(by.id, name) {
        Some(message) => {
            let view = stored_view(app, &found.conversation, message.clone(), by).await?;
            Ok(Before::Sent(Box::new(view)))
        }
        None => {
            refuse_closed(&found.conversation)?;
            Ok(Before::Unsent { seen: found.conversation.seq })
        }
    }
}

fn refuse_closed(conversation: &Conversation) -> Result<()> {
    match conversation.status {
        Status::Closed => Err(Error::conflict("The conversation is closed")),
        _ => Ok(()),
    }
}

/// The message as everybody sees it, and the news of it: the message itself and, when it reopened
/// its conversation, that this changed.
async fn sent(app: &App, by: &Person, before: Conversation, message: Message) -> Outcome<MessageView> {
    let audience = Audience::of(&before);
    let view = MessageView::new(message.clone(), by.clone().into(), Fate::default());
    let event = Event::MessageNew { message: Box::new(view.clone()) };
    let mut news = vec![News::new(audience.clone(), event).of(message)];
    if reopens(&before, by.side) {
        match present_view(app, before.id).await {
            Ok(conversation) => news.extend(News::conversation_updated(audience, &conversation)),
            // The message is stored and must be told, come what may.
            Err(error) => error.log(),
        }
    }
    Outcome { value: view, news }
}

async fn present_view(app: &App, id: Id) -> Result<ConversationView> {
    let conversation = Conversation::find(&app.db, id).await?;
    let conversation = conversation.ok_or_else(|| Error::not_found("Conversation"))?;
    ConversationView::load(&app.db, conversation).await
}

fn reopens(before: &Conversation, side: Side) -> bool {
    let held = before.assigned_agent.is_some();
    side == Side::Visitor
        && before.status == Status::Resolved
        && before.status.after(held, Action::VisitorMessage) != Some(Status::Resolved)
}

/// A message that `by` sent, with what has become of it by now.
///
/// # Errors
/// When the database cannot answer.
pub async fn stored_view(
    app: &App,
    conversation: &Conversation,
    message: Message,
    by: &Person,
) -> Result<MessageView> {
    let history = History::load(&app.db, conversation.id, &(message.seq..=message.seq)).await?;
    let fate = history.fate(conversation, &message);
    Ok(MessageView::new(message, by.clone().into(), fate))
}

/// Which messages of a conversation are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// A page; 1 is the newest.
    Page(i64),
    /// Those after this `seq`.
    After(i64),
    /// Those before this `seq`.
    Before(i64),
    /// The first of those between the two.
    Between(i64, i64),
}

impl Span {
    /// The numbers that are asked for, of a conversation whose last one is `last`.
    fn numbers(self, last: i64, limit: i64) -> RangeInclusive<i64> {
        match self {
            Self::Page(page) => {
                let end = last.saturating_sub((page - 1).saturating_mul(limit));
                end.saturating_sub(limit - 1).max(1)..=end
            }
            // Not past the last: what came since may be there in part.
            Self::After(seq) => {
                let end = seq.max(0).saturating_add(limit).min(last);
                seq.max(0).saturating_add(1)..=end
            }
            Self::Between(after, before) => {
                let last = before.saturating_sub(1).min(last);
                Self::After(after).numbers(last, limit)
            }
            Self::Before(seq) => {
                let end = seq.saturating_sub(1).min(last);
                end.saturating_sub(limit - 1).max(1)..=end
            }
        }
    }
}

/// Some of a conversation's messages, the oldest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageList {
    messages: Vec<MessageView>,
    #[serde(flatten)]
    pages: Pages,
}

/// Reads messages. Since their numbers have no gap, a page is a range of numbers and needs no count.
///
/// # Errors
/// Not found for a conversation that the person may not see.
pub async fn list(app: &App, by: &Person, id: Id, span: Span, limit: i64) -> Result<MessageList> {
    let conversation = settled(app, by, id).await?;
    let messages = read(app, &conversation, &span.numbers(conversation.seq, limit)).await?;
    let page = if let Span::Page(page) = span { page } else { 1 };
    Ok(MessageList { messages, pages: Pages::of(conversation.seq, page, limit) })
}

/// What a join brings.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// The conversation.
    pub conversation: ConversationView,
    /// The messages after the one that was named, or without one the latest; the oldest first.
    pub messages: Vec<MessageView>,
    /// Whether there are more messages than these: later ones, or without a named one earlier ones.
    pub has_more: bool,
}

/// Brings a person up to date with a conversation: what came after `after`, or the latest. As many
/// messages as one frame carries.
///
/// # Errors
/// Not found for a conversation that the person may not see.
pub async fn catch_up(app: &App, by: &Person, id: Id, after: Option<i64>) -> Result<Joined> {
    let conversation = settled(app, by, id).await?;
    let last = conversation.seq;
    let numbers = after.map_or(Span::Page(1), Span::After).numbers(last, MOST_MISSED);
    let (mut messages, view) = try_join(
        read(app, &conversation, &numbers),
        ConversationView::load(&app.db, conversation.clone()),
    )
    .await?;
    let view = view.seen_by(by.side);
    let room = MOST_BYTES.saturating_sub(ENVELOPE_BYTES + json_bytes(&view)?);
    fit(&mut messages, room, after.is_none())?;
    let ends = (messages.first().map(|first| first.seq), messages.last().map(|last| last.seq));
    let has_more = match (after, ends) {
        (None, (Some(first), _)) => first > 1,
        (Some(_), (_, Some(newest))) => newest < last,
        _ => false,
    };
    Ok(Joined { conversation: view, messages, has_more })
}

/// Some messages of a conversation after a number, the oldest first, and the number of the last one that
/// there is.
///
/// # Errors
/// Not found for an unknown conversation.
pub(super) async fn after(app: &App, id: Id, seq: i64, limit: i64) -> Result<(Vec<MessageView>, i64)> {
    let conversation = Conversation::find(&app.db, id).await?;
    let conversation = conversation.ok_or_else(|| Error::not_found("Conversation"))?;
    Message::store(&app.db, conversation.accepted()).await?;
    let numbers = Span::After(seq).numbers(conversation.seq, limit);
    Ok((read(app, &conversation, &numbers).await?, conversation.seq))
}

/// A conversation that the person may see, with all its messages where they are read.
async fn settled(app: &App, by: &Person, id: Id) -> Result<Conversation> {
    let conversation = by.conversation(app, id).await?;
    Message::store(&app.db, conversation.accepted()).await?;
    Ok(conversation)
}

/// Tells the messages that were accepted by somebody who ended before they were told, one after the
/// other until there is no more or no time.
///
/// # Errors
/// When the database cannot answer.
pub async fn tell_left_behind(app: &App, until: Instant) -> Result<()> {
    for mut conversation in Conversation::with_due(&app.db).await? {
        for outgoing in std::mem::take(&mut conversation.outbox) {
            if Instant::now() >= until {
                return Ok(());
            }
            if !Conversation::take_over(&app.db, &outgoing).await? {
                continue;
            }
            match news_of(app, conversation.clone(), outgoing.message).await {
                Ok(news) => tell(app, news, until).await,
                Err(error) => error.log(),
            }
        }
    }
    Ok(())
}

async fn news_of(app: &App, conversation: Conversation, message: Message) -> Result<Vec<News>> {
    Message::store(&app.db, [&message]).await?;
    let mut views = read(app, &conversation, &(message.seq..=message.seq)).await?;
    let view = views.pop().ok_or_else(|| Error::not_found("Message"))?;
    let audience = Audience::of(&conversation);
    let begins = message.seq == 1;
    let event = Event::MessageNew { message: Box::new(view) };
    let mut news = vec![News::new(audience.clone(), event).of(message)];
    // What else its sender would have told: that the conversation began, or that it was reopened.
    let view = ConversationView::load(&app.db, conversation).await?;
    if begins {
        let event = Event::ConversationNew { conversation: Box::new(view) };
        news.push(News::new(Audience::agents(), event));
    } else {
        news.extend(News::conversation_updated(audience, &view));
    }
    Ok(news)
}

/// Drops messages until the rest fits into so many bytes: from the front to keep the newest, else
/// from the end.
fn fit(messages: &mut Vec<MessageView>, mut room: usize, keep_newest: bool) -> Result<()> {
    let sizes: Vec<usize> =
        messages.iter().map(|message| Ok(json_bytes(message)? + 1)).collect::<Result<_>>()?;
    let fits = |size: &&usize| {
        let fits = **size <= room;
        room = room.saturating_sub(**size);
        fits
    };
    if keep_newest {
        let kept = sizes.iter().rev().take_while(fits).count();
        messages.drain(..messages.len() - kept);
    } else {
        let kept = sizes.iter().take_while(fits).count();
        messages.truncate(kept);
    }
    Ok(())
}

fn json_bytes(value: &impl Serialize) -> Result<usize> {
    serde_json::to_vec(value).map(|json| json.len()).map_err(Error::internal)
}

/// The messages with these numbers, with their authors and what became of them: three queries side
/// by side.
async fn read(
    app: &App,
    conversation: &Conversation,
    numbers: &RangeInclusive<i64>,
) -> Result<Vec<MessageView>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let (rows, history, visitor) = try_join3(
        Message::numbered(&app.db, conversation.id, numbers),
        History::load(&app.db, conversation.id, numbers),
        Visitor::brief(&app.db, conversation.visitor),
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let fate = history.fate(conversation, &row.message);
            let author = author(&row, visitor.as_ref());
            MessageView::new(row.message, author, fate)
        })
        .collect())
}

fn author(row: &WithAuthor, visitor: Option<&VisitorBrief>) -> PersonView {
    let id = row.message.sender_id;
    let (name, email) = match (row.message.sender, visitor, row.agent.first()) {
        (Side::Visitor, Some(visitor), _) => (visitor.name.clone(), visitor.email.clone()),
        (Side::Agent, _, Some(agent)) => (Some(agent.name.clone()), Some(agent.email.clone())),
        _ => (None, None),
    };
    PersonView { id, name, email }
}

/// Up to where a mark is to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpTo {
    /// The message with this number.
    Seq(i64),
    /// This message.
    Message(Id),
}

/// Where a mark is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Marked {
    /// In which conversation.
    pub conversation_id: Id,
    /// The last message that it covers, if it covers any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Id>,
    /// That message's number, 0 for none.
    pub up_to: i64,
    /// When it came there.
    pub at: Option<Time>,
    /// How many messages it came to cover by this call.
    #[serde(skip)]
    pub newly: i64,
}

/// Moves one of a person's side's marks over the messages of the other side. A mark never moves
/// back: what it covers already changes nothing and is no news.
///
/// # Errors
/// Not found for a conversation that the person may not see, or a message that is not in it.
pub async fn mark(
    app: &App,
    by: &Person,
    id: Id,
    kind: MarkKind,
    up_to: UpTo,
) -> Result<Outcome<Marked>> {
    let other = by.side.other();
    let conversation = settled(app, by, id).await?;
    let seq = match up_to {
        UpTo::Seq(seq) => seq,
        UpTo::Message(message) => number_of(app, id, message).await?,
    };
    let Some(covered) = Message::last_of(&app.db, id, other, seq).await? else {
        return Ok(Outcome::quiet(where_it_is(&conversation, by.side, kind)));
    };
    let at = Time::now();
    let reached = Reached { seq: covered.seq, nth: covered.nth, at: Some(at) };
    match Conversation::advance(&app.db, id, by.side, kind, reached).await? {
        Some(before) => {
            // The mark has moved: without its history the conversation's own mark tells the time.
            if let Err(error) = Mark::remember(&app.db, id, by.side, kind, covered.seq, at).await {
                tracing::warn!(%error, "a move of a mark was not remembered");
            }
            Ok(moved(&before, by.side, kind, &covered, at))
        }
        None => {
            let now = by.conversation(app, id).await?;
            Ok(Outcome::quiet(where_it_is(&now, by.side, kind)))
        }
    }
}

async fn number_of(app: &App, conversation: Id, message: Id) -> Result<i64> {
    let message = Message::find(&app.db, message).await?;
    let message = message.filter(|message| message.conversation == conversation);
    message.map(|message| message.seq).ok_or_else(|| Error::not_found("Message"))
}

fn moved(
    before: &Conversation,
    side: Side,
    kind: MarkKind,
    covered: &Message,
    at: Time,
) -> Outcome<Marked> {
    let (conversation_id, up_to) = (before.id, covered.seq);
    let everybody = Audience::of(before);
    let news = match kind {
        MarkKind::Delivered => News::new(
            everybody.only(side.other()),
            Event::MessageDelivered { conversation_id, up_to, delivered_at: at },
        ),
        MarkKind::Read => News::new(
            everybody,
            Event::MessageRead { conversation_id, message_id: covered.id, up_to, read_at: at },
        ),
    };
    let value = Marked {
        conversation_id,
        message_id: Some(covered.id),
        up_to,
        at: Some(at),
        newly: covered.nth - reached(before, side, kind).nth,
    };
    Outcome { value, news: vec![news] }
}

fn where_it_is(conversation: &Conversation, side: Side, kind: MarkKind) -> Marked {
    let reached = reached(conversation, side, kind);
    Marked {
        conversation_id: conversation.id,
        message_id: None,
        up_to: reached.seq,
        at: reached.at,
        newly: 0,
    }
}

fn reached(conversation: &Conversation, side: Side, kind: MarkKind) -> &Reached {
    let marks = conversation.marks.of(side);
    match kind {
        MarkKind::Delivered => &marks.delivered,
        MarkKind::Read => &marks.read,
    }
}

/// A message, wherever it is by now: it may move from the outbox while one looks.
async fn find(app: &App, id: Id) -> Result<Option<Message>> {
    if let Some(message) = Message::find(&app.db, id).await? {
        return Ok(Some(message));
    }
    if let Some(message) = Conversation::outgoing(&app.db, id).await? {
        return Ok(Some(message));
    }
    Ok(Message::find(&app.db, id).await?)
}

/// Marks the messages up to one as read; the message as it is then.
///
/// # Errors
/// Not found for a message that the person may not see.
pub async fn mark_read(app: &App, by: &Person, id: Id) -> Result<Outcome<MessageView>> {
    let message = find(app, id).await?.ok_or_else(|| Error::not_found("Message"))?;
    let conversation = message.conversation;
    let outcome = mark(app, by, conversation, MarkKind::Read, UpTo::Seq(message.seq)).await;
    let news = match outcome {
        Ok(outcome) => outcome.news,
        Err(error) if error.code() == crate::error::Code::NotFound => {
            return Err(Error::not_found("Message"));
        }
        Err(error) => return Err(error),
    };
    let conversation = settled(app, by, conversation).await?;
    let mut messages = read(app, &conversation, &(message.seq..=message.seq)).await?;
    let value = messages.pop().ok_or_else(|| Error::not_found("Message"))?;
    Ok(Outcome { value, news })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_one_is_the_newest() {
        assert_eq!(Span::Page(1).numbers(10, 4), 7..=10);
        assert_eq!(Span::Page(3).numbers(10, 4), 1..=2);
        assert!(Span::Page(4).numbers(10, 4).is_empty());
        assert!(Span::Page(1).numbers(0, 4).is_empty());
    }

    #[test]
    fn after_and_before_are_exclusive() {
        assert_eq!(Span::After(3).numbers(10, 4), 4..=7);
        assert_eq!(Span::After(3).numbers(5, 4), 4..=5, "what came since may be there in part");
        assert_eq!(Span::Before(3).numbers(10, 4), 1..=2);
        assert!(Span::Before(1).numbers(10, 4).is_empty());
    }

    #[test]
    fn no_number_overflows() {
        for span in
            [Span::Page(i64::MAX), Span::After(i64::MAX), Span::Before(i64::MIN), Span::After(i64::MIN)]
        {
            let numbers = span.numbers(10, 100);
            assert!(numbers.is_empty() || *numbers.start() >= 1, "{span:?} {numbers:?}");
        }
    }
}
