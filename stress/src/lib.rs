//! Breaks the live chat on purpose (`chaos`), does what strangers do to starve others (`abuse`), sends it broken
//! frames (`fuzz`), loads it (`load`), and takes a send apart (`profile`).

pub mod client;
pub mod evidence;
pub mod faults;
pub mod measure;
pub mod replica_set;
pub mod seen;
pub mod socket;
