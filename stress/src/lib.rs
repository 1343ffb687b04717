//! Breaks the live chat on purpose (`breaking`), and loads it (`load`).

pub mod client;
pub mod evidence;
pub mod faults;
pub mod replica_set;
