//! What goes out: a module for each resource (`docs/protocol.md` has a section for each). Ids are `_id`
//! in them, except in the answers of the authentication routes.

mod audit;
mod canned_response;
mod conversation;
mod conversation_event;
mod marks;
mod message;
mod participant;
mod user;
mod visitor;

pub use audit::AuditView;
pub use canned_response::CannedResponseView;
pub use conversation::ConversationView;
pub use conversation_event::ConversationEventView;
pub use marks::MarksView;
pub use message::{Delivery, FoundMessageView, MessageView};
pub use participant::ParticipantView;
pub use user::{ListedUserView, UserView};
pub use visitor::VisitorView;
