//! Proofs of who somebody is: tokens, the site's identities of its visitors, and passwords.

mod hs256;
pub mod passwords;
pub mod setup;
pub mod tokens;
