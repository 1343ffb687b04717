//! What comes in.

use serde::Deserialize;
use shared::documents::user::{Role, Status};
use shared::input::{Check, Input, email, trimmed};

/// The body of a registration.
#[derive(Deserialize)]
pub struct Register {
    #[serde(default, deserialize_with = "trimmed")]
    pub name: String,
    #[serde(default, deserialize_with = "email")]
    pub email: String,
    #[serde(default)]
    pub password: String,
    pub role: Option<Role>,
}

impl Input for Register {
    fn check(&self, check: &mut Check) {
        check.line("name", &self.name, 1..=100);
        check.email("email", &self.email);
        check.text("password", &self.password, 8..=128);
    }
}

/// The body of a login.
#[derive(Deserialize)]
pub struct Login {
    #[serde(default, deserialize_with = "email")]
    pub email: String,
    #[serde(default)]
    pub password: String,
}

impl Input for Login {
    fn check(&self, check: &mut Check) {
        check.email("email", &self.email);
        check.text("password", &self.password, 1..=128);
    }
}

/// The body of a change of status.
#[derive(Deserialize)]
pub struct SetStatus {
    pub status: Status,
}

impl Input for SetStatus {
    fn check(&self, _: &mut Check) {}
}
