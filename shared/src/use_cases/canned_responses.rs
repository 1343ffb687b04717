//! Canned responses: everybody reads all, and writes one's own.

use super::caller::Agent;
use crate::documents::canned_response::{CannedResponse, Filter, Replaced, WithAuthor};
use crate::views::CannedResponseView;
use crate::{App, Error, Id, Result, Time};

/// Where a response is filed when nothing is said.
const DEFAULT_CATEGORY: &str = "General";

/// What is written of a response.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Draft {
    pub title: String,
    pub content: String,
    /// What is typed to get it.
    pub shortcut: Option<String>,
    pub category: Option<String>,
}

/// What is changed of a response; `None` leaves as it was.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Changes {
    pub title: Option<String>,
    pub content: Option<String>,
    /// What is typed to get it; empty for nothing.
    pub shortcut: Option<String>,
    /// Where it is filed; empty leaves it there.
    pub category: Option<String>,
}

/// The responses, the newest first.
pub async fn list(app: &App, _: &Agent, filter: &Filter) -> Result<Vec<CannedResponseView>> {
    let found = CannedResponse::list(&app.db, filter).await?;
    Ok(found.into_iter().map(CannedResponseView::from).collect())
}

/// A response.
pub async fn details(app: &App, _: &Agent, id: Id) -> Result<CannedResponseView> {
    Ok(find(app, id).await?.into())
}

/// Makes a response.
/// Errors: conflict for a shortcut that another one has, or when there are as many as may be.
pub async fn create(app: &App, by: &Agent, draft: Draft) -> Result<CannedResponseView> {
    if CannedResponse::are_enough(&app.db).await? {
        return Err(Error::conflict("There are as many canned responses as there may be"));
    }
    let now = Time::now();
    let Draft { title, content, shortcut, category } = draft;
    let shortcut = shortcut.unwrap_or_default();
    let response = CannedResponse {
        id: Id::sequential(),
        words: CannedResponse::searched(&title, &shortcut, &content),
        title,
        content,
        shortcut,
        category: category.unwrap_or_else(|| DEFAULT_CATEGORY.to_owned()),
        created_by: by.user.id,
        created_at: now,
        updated_at: now,
    };
    if !response.insert(&app.db).await? {
        return Err(shortcut_is_taken());
    }
    Ok(CannedResponseView::new(response, by.participant().into()))
}

/// Changes a response: an agent its own, an administrator any. Whose it is never changes.
/// Errors: forbidden for another's; conflict for a shortcut that another one has, or when somebody else
/// changed it meanwhile.
pub async fn update(app: &App, by: &Agent, id: Id, changes: Changes) -> Result<CannedResponseView> {
    let mut found = find(app, id).await?;
    may_change(by, &found)?;
    let read_at = found.response.updated_at;
    apply(&mut found.response, changes);
    found.response = match found.response.replace(&app.db, read_at).await? {
        Replaced::By(response) => response,
        Replaced::ShortcutIsTaken => return Err(shortcut_is_taken()),
        Replaced::ChangedMeanwhile => {
            return Err(Error::conflict("Somebody else changed it meanwhile"));
        }
    };
    Ok(found.into())
}

fn apply(response: &mut CannedResponse, changes: Changes) {
    let Changes { title, content, shortcut, category } = changes;
    for (field, value) in [
        (&mut response.title, title),
        (&mut response.content, content),
        (&mut response.shortcut, shortcut),
        (&mut response.category, category.filter(|category| !category.is_empty())),
    ] {
        if let Some(value) = value {
            *field = value;
        }
    }
    response.words = CannedResponse::searched(&response.title, &response.shortcut, &response.content);
    response.updated_at = Time::now();
}

/// Deletes a response: an agent its own, an administrator any.
/// Errors: forbidden for another's.
pub async fn delete(app: &App, by: &Agent, id: Id) -> Result<()> {
    may_change(by, &find(app, id).await?)?;
    if CannedResponse::delete(&app.db, id).await? { Ok(()) } else { Err(unknown()) }
}

async fn find(app: &App, id: Id) -> Result<WithAuthor> {
    CannedResponse::find(&app.db, id).await?.ok_or_else(unknown)
}

fn may_change(by: &Agent, found: &WithAuthor) -> Result<()> {
    if by.is_admin() || found.response.created_by == by.user.id {
        return Ok(());
    }
    Err(Error::forbidden("Only its author or an administrator may change a canned response"))
}

fn unknown() -> Error {
    Error::not_found("Canned response")
}

fn shortcut_is_taken() -> Error {
    Error::conflict("Another canned response has this shortcut")
}
