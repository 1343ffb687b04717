//! Breaks the live chat on purpose (`breaking`), sends it nonsense (`nonsense`), loads it (`load`), and takes a
//! send apart (`profile`).

pub mod client;
pub mod evidence;
pub mod faults;
pub mod replica_set;
pub mod socket;
