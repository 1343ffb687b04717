//! Visitors.

use crate::db::{Listed, part};
use crate::documents::visitor::{Ban, PageView, Shown, Visitor};
use crate::{Id, Time};

part! {
    /// A whole visitor, without its secret.
    #[schemars(rename = "Visitor")]
    pub struct VisitorView of Visitor {
        name: Option<String>,
        email: Option<String>,
        ip_address: Option<String>,
        user_agent: Option<String>,
        browser: Option<String>,
        os: Option<String>,
        country: Option<String>,
        city: Option<String>,
        current_page: Option<String>,
        page_views: Vec<PageView>,
        referrer: Option<String>,
        visit_count: i64,
        total_time_on_site: i64,
        is_online: bool,
        /// Whether the site has said who it is, and its own id then.
        #[serde(default)]
        verified: bool,
        #[serde(default)]
        external_id: Option<String>,
        /// That it may not come in.
        #[serde(default)]
        ban: Option<Ban>,
        last_seen: Time,
        created_at: Time,
    }
}

impl Shown for VisitorView {
    fn id(&self) -> Id {
        self.id
    }

    fn erased(id: Id, since: Time) -> Self {
        Self { id, last_seen: since, created_at: since, ..Self::default() }
    }

    fn for_itself(self) -> Self {
        // Why it was banned is for the agents.
        Self { ban: None, ..self }
    }
}

impl Listed for VisitorView {
    const NAME: &'static str = "visitors";
    const LIST: &'static str = "VisitorList";
}
