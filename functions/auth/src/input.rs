//! What comes in.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::Deserialize;
use shared::describe::{email as email_pattern, line};
use shared::documents::audit::Action;
use shared::documents::user::{Changes, Role, Status};
use shared::input::{Check, Input, change, email, trimmed, trimmed_option};
use shared::paging::Paging;

/// The characters of a new password (contract, Users).
const PASSWORD: RangeInclusive<usize> = 8..=128;

/// The body of a registration.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("required" = ["name", "email", "password"]))]
#[schemars(extend("examples" = [{ "name": "Ada", "email": "ada@example.com", "password": "correct horse" }]))]
pub struct Register {
    #[schemars(extend("pattern" = line(1, 100)))]
    #[serde(default, deserialize_with = "trimmed")]
    pub name: String,
    #[schemars(extend("pattern" = email_pattern()))]
    #[serde(default, deserialize_with = "email")]
    pub email: String,
    #[schemars(length(min = 8, max = 128))]
    #[serde(default)]
    pub password: String,
    pub role: Option<Role>,
}

impl Input for Register {
    fn check(&self, check: &mut Check) {
        check.line("name", &self.name, 1..=100);
        check.email("email", &self.email);
        check.text("password", &self.password, PASSWORD);
    }
}

/// The body of a login.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("required" = ["email", "password"]))]
#[schemars(extend("examples" = [{ "email": "ada@example.com", "password": "correct horse" }]))]
pub struct Login {
    #[schemars(extend("pattern" = email_pattern()))]
    #[serde(default, deserialize_with = "email")]
    pub email: String,
    #[schemars(length(min = 1, max = 128))]
    #[serde(default)]
    pub password: String,
}

impl Input for Login {
    fn check(&self, check: &mut Check) {
        check.email("email", &self.email);
        check.text("password", &self.password, 1..=128);
    }
}

/// The body of a change of one's own password.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["currentPassword", "newPassword"]))]
#[schemars(extend("examples" = [{ "currentPassword": "correct horse", "newPassword": "battery staple" }]))]
pub struct ChangePassword {
    #[schemars(length(min = 1, max = 128))]
    #[serde(default)]
    pub current_password: String,
    #[schemars(length(min = 8, max = 128))]
    #[serde(default)]
    pub new_password: String,
}

impl Input for ChangePassword {
    fn check(&self, check: &mut Check) {
        check.text("currentPassword", &self.current_password, 1..=128);
        check.text("newPassword", &self.new_password, PASSWORD);
    }
}

/// The body of a reset of somebody's password.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["newPassword"]))]
#[schemars(extend("examples" = [{ "newPassword": "battery staple" }]))]
pub struct ResetPassword {
    #[schemars(length(min = 8, max = 128))]
    #[serde(default)]
    pub new_password: String,
}

impl Input for ResetPassword {
    fn check(&self, check: &mut Check) {
        check.text("newPassword", &self.new_password, PASSWORD);
    }
}

/// The query of the list of users.
#[derive(Deserialize, JsonSchema)]
pub struct UserParams {
    pub role: Option<Role>,
    pub active: Option<bool>,
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    page: Option<u32>,
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    limit: Option<u32>,
    cursor: Option<String>,
}

impl UserParams {
    /// Which page is asked for.
    pub fn paging(&self) -> Paging {
        Paging::new(self.page, self.limit, self.cursor.clone())
    }
}

/// The query of the security log.
#[derive(Deserialize, JsonSchema)]
pub struct AuditParams {
    pub action: Option<Action>,
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    page: Option<u32>,
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    limit: Option<u32>,
    cursor: Option<String>,
}

impl AuditParams {
    /// Which page is asked for.
    pub fn paging(&self) -> Paging {
        Paging::new(self.page, self.limit, self.cursor.clone())
    }
}

/// The body of a change of a user: null or an empty text empties the department.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("examples" = [{ "role": "admin", "department": "Support" }]))]
pub struct UpdateUser {
    role: Option<Role>,
    active: Option<bool>,
    #[schemars(extend("pattern" = line(0, 100)))]
    #[serde(default, deserialize_with = "trimmed_option")]
    name: Option<String>,
    #[schemars(extend("pattern" = line(0, 100)))]
    #[serde(default, deserialize_with = "change")]
    department: Option<Option<String>>,
}

impl Input for UpdateUser {
    fn check(&self, check: &mut Check) {
        if let Some(name) = &self.name {
            check.line("name", name, 1..=100);
        }
        let department = self.department.iter().flatten().next();
        check.line("department", department.map_or("", String::as_str), 0..=100);
    }
}

impl From<UpdateUser> for Changes {
    fn from(UpdateUser { role, active, name, department }: UpdateUser) -> Self {
        Self { role, active, name, department }
    }
}

/// The body of a change of status.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("examples" = [{ "status": "away" }]))]
pub struct SetStatus {
    pub status: Status,
}

impl Input for SetStatus {
    fn check(&self, _: &mut Check) {}
}
