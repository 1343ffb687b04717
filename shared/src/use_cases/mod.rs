//! What people do, knowing neither HTTP nor frames. Each writes first and hands back its news.

pub mod caller;
pub mod conversations;
pub mod messages;
pub mod presence;
pub mod privacy;
pub mod upkeep;
