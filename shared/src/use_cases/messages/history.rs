//! Reading messages. Their numbers have no gap, so that a page is a range of numbers and needs no count.

use std::ops::RangeInclusive;

use futures::future::try_join;
use schemars::JsonSchema;
use serde::Serialize;

use crate::db::{Page, Pages, Total};
use crate::documents::conversation::Conversation;
use crate::documents::participant::Participant;
use crate::use_cases::{caller, outbox};
use crate::views::{ConversationView, MarksView, MessageView};
use crate::{App, Id, Result, json};

/// The most messages that a join brings at once.
const MOST_MISSED: i64 = 50;

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

/// A page of the messages, the oldest first.
pub async fn list(
    app: &App,
    by: &Participant,
    id: Id,
    span: Span,
    limit: i64,
) -> Result<Page<MessageView>> {
    let conversation = readable(app, by, id).await?;
    let numbers = span.numbers(conversation.seq, limit);
    let entries = MessageView::load(&app.db, &conversation, &numbers).await?;
    let page = if let Span::Page(page) = span { page } else { 1 };
    let total = Some(Total::exactly(conversation.seq));
    let pages = Pages { current_page: page, limit, total };
    Ok(Page { entries, pages, next_cursor: None, is_complete: None })
}

/// What a join brings.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// The conversation.
    pub conversation: ConversationView,
    /// How far both sides have come in it.
    pub marks: MarksView,
    /// The messages after the one that was named, or without one the latest; the oldest first.
    pub messages: Vec<MessageView>,
    /// Whether there are more messages than these: later ones, or without a named one earlier ones.
    pub has_more: bool,
}

/// Brings a participant up to date with a conversation: what came after `after`, or the latest, in
/// `most_bytes` of JSON, or one message that is larger.
pub async fn catch_up(
    app: &App,
    by: &Participant,
    id: Id,
    after: Option<i64>,
    most_bytes: usize,
) -> Result<Joined> {
    let conversation = readable(app, by, id).await?;
    let last = conversation.seq;
    let numbers = after.map_or(Span::Page(1), Span::After).numbers(last, MOST_MISSED);
    let (mut messages, view) = try_join(
        MessageView::load(&app.db, &conversation, &numbers),
        ConversationView::load(&app.db, conversation.clone()),
    )
    .await?;
    let view = view.seen_by(by.side);
    let room = most_bytes.saturating_sub(json::bytes(&view)?);
    fit(&mut messages, room, after.is_none())?;
    let ends = (messages.first().map(|first| first.seq), messages.last().map(|last| last.seq));
    let has_more = match (after, ends) {
        (None, (Some(first), _)) => first > 1,
        (Some(_), (_, Some(newest))) => newest < last,
        _ => false,
    };
    Ok(Joined { conversation: view, marks: (&conversation.marks).into(), messages, has_more })
}

/// Some messages of a conversation after a number, whoever asks, the oldest first; and the number of the
/// last one that there is.
pub async fn after(app: &App, id: Id, seq: i64, limit: i64) -> Result<(Vec<MessageView>, i64)> {
    let conversation = Conversation::find(&app.db, id).await?;
    let conversation = conversation.ok_or_else(caller::unknown_conversation)?;
    outbox::store(app, &conversation).await?;
    let numbers = Span::After(seq).numbers(conversation.seq, limit);
    let messages = MessageView::load(&app.db, &conversation, &numbers).await?;
    Ok((messages, conversation.seq))
}

/// A conversation that the participant may see, with all its messages where they are read.
pub(super) async fn readable(app: &App, by: &Participant, id: Id) -> Result<Conversation> {
    let conversation = caller::conversation(app, by, id).await?;
    outbox::store(app, &conversation).await?;
    Ok(conversation)
}

/// Drops messages until the rest fits into so many bytes, or one is left: from the front to keep the
/// newest, else from the end.
fn fit<T: Serialize>(messages: &mut Vec<T>, mut room: usize, keep_newest: bool) -> Result<()> {
    let sizes: Vec<usize> =
        messages.iter().map(|message| Ok(json::bytes(message)? + 1)).collect::<Result<_>>()?;
    let fits = |size: &&usize| {
        let fits = **size <= room;
        room = room.saturating_sub(**size);
        fits
    };
    if keep_newest {
        let kept = sizes.iter().rev().take_while(fits).count().max(1);
        messages.drain(..messages.len().saturating_sub(kept));
    } else {
        let kept = sizes.iter().take_while(fits).count().max(1);
        messages.truncate(kept);
    }
    Ok(())
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

    #[test]
    fn what_does_not_fit_is_left_for_the_next_time() {
        let fitting = |room: usize, keep_newest: bool| {
            // Each is 3 bytes of JSON and a comma.
            let mut messages = vec!["1", "2", "3"];
            fit(&mut messages, room, keep_newest).unwrap();
            messages
        };
        assert_eq!(fitting(12, true), ["1", "2", "3"]);
        assert_eq!(fitting(11, true), ["2", "3"]);
        assert_eq!(fitting(11, false), ["1", "2"]);
        assert_eq!((fitting(3, false), fitting(0, true)), (vec!["1"], vec!["3"]), "else it never ends");
    }
}
