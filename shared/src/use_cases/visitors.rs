//! Visitors: who is and was on the site, what agents note of them, and who may not come in.

use super::caller::{Agent, Caller};
use super::outbox::Outcome;
use crate::db::{Page, Paging};
use crate::documents::audit::{Action, Entry, Party};
use crate::documents::connection::Connection;
use crate::documents::kept_ban::KeptBan;
use crate::documents::participant::{Participant, Side};
use crate::documents::visitor::{Ban, Changes, Filter, PageView, Shown, Visitor};
use crate::push::{Closing, OutboundEvent};
use crate::views::VisitorView;
use crate::{App, Error, Id, Result, Time};

/// A page of the visitors, the last seen first. A visitor sees itself alone.
pub async fn list(
    app: &App,
    by: &Participant,
    filter: &Filter,
    paging: &Paging,
) -> Result<Page<VisitorView>> {
    let page = Visitor::page(&app.db, by, filter, paging).await?;
    Ok(page.map(|visitor| {
        let view = VisitorView::from(visitor);
        if by.side == Side::Visitor { view.for_itself() } else { view }
    }))
}

/// A visitor, if the caller may see it: a visitor itself, an agent any.
pub async fn details(app: &App, by: Caller, id: Id) -> Result<VisitorView> {
    match by {
        Caller::Visitor(visitor) if visitor.id == id => Ok(VisitorView::from(*visitor).for_itself()),
        Caller::Visitor(_) => Err(unknown()),
        Caller::Agent(_) => Ok(Visitor::find(&app.db, id).await?.ok_or_else(unknown)?.into()),
    }
}

/// Writes what an agent knows of a visitor.
pub async fn update(app: &App, _: &Agent, id: Id, changes: Changes) -> Result<Outcome<VisitorView>> {
    let visitor = Visitor::update(&app.db, id, changes).await?.ok_or_else(unknown)?;
    Connection::rename(&app.db, &visitor.participant()).await?;
    Ok(updated(visitor))
}

/// Notes that a visitor looks at a page.
/// Errors: forbidden for agents.
pub async fn view_page(app: &App, by: &Participant, view: &PageView) -> Result<Outcome<()>> {
    if by.side != Side::Visitor {
        return Err(Error::forbidden("Only visitors look at pages"));
    }
    let visitor = Visitor::view_page(&app.db, by.id, view).await?.ok_or_else(unknown)?;
    Ok(Outcome::new((), vec![OutboundEvent::visitor_updated(visitor)]))
}

/// Shuts a visitor out, until `until` or for good. Its connections are closed.
pub async fn ban(
    app: &App,
    by: &Agent,
    id: Id,
    until: Option<Time>,
    reason: Option<String>,
    address: Option<String>,
) -> Result<Outcome<VisitorView>> {
    let ban = Ban { until, reason, by: by.user.id, at: Time::now() };
    let after = Visitor::set_ban(&app.db, id, Some(ban)).await?.ok_or_else(unknown)?;
    // Who came before the ban is counted in, who comes after it is refused.
    app.push.close_person(id, &after.connections, Closing::Banned).await?;
    log(app, Action::VisitorBanned, by, id, address).await?;
    Ok(updated(after))
}

/// Lets a visitor in again, and be it one that was erased.
pub async fn unban(
    app: &App,
    by: &Agent,
    id: Id,
    address: Option<String>,
) -> Result<Outcome<VisitorView>> {
    let after = Visitor::set_ban(&app.db, id, None).await?;
    if after.is_none() && !KeptBan::lift(&app.db, id).await? {
        return Err(unknown());
    }
    log(app, Action::VisitorUnbanned, by, id, address).await?;
    Ok(after.map_or_else(|| Outcome::quiet(VisitorView::erased(id, Time::now())), updated))
}

fn updated(visitor: Visitor) -> Outcome<VisitorView> {
    Outcome::new(visitor.clone().into(), vec![OutboundEvent::visitor_updated(visitor)])
}

/// Writes into the security log what was done to a visitor.
pub(super) async fn log(
    app: &App,
    action: Action,
    by: &Agent,
    visitor: Id,
    address: Option<String>,
) -> Result<()> {
    let target = Party { id: Some(visitor), email: None };
    Ok(Entry::new(action, Some(by.party()), target, address).write(&app.db).await?)
}

pub(super) fn unknown() -> Error {
    Error::not_found("Visitor")
}
