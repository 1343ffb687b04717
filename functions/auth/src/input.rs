//! What comes in.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::db::Paging;
use shared::documents::audit::Action;
use shared::documents::user::{Changes, Role, Status};
use shared::input::{Change, Email, ExactLine, ExactText, Line, Optional, PersonName, Required};
use shared::secret::Secret;
use shared::use_cases::accounts::Newcomer;

/// A password that is shown: its characters (`docs/protocol.md`, Users and tokens).
type Password = ExactText<1, 128>;
/// A password that is chosen.
type NewPassword = ExactText<8, 128>;

shared::input! {
    /// The body of a registration.
    #[schemars(extend("examples" = [{ "name": "Ada", "email": "ada@example.com", "password": "correct horse" }]))]
    pub struct Register {
        name: Required<PersonName>,
        email: Required<Email>,
        password: Required<NewPassword>,
        role: Option<Role>,
        /// Of the first user, where strangers can reach the live chat.
        setup_token: Option<Required<ExactLine<1, 64>>>,
    }
}

impl From<Register> for Newcomer {
    fn from(Register { name, email, password, role, setup_token }: Register) -> Self {
        Self {
            name: name.into_string(),
            email: email.into_string(),
            password: Secret::new(password.into_string()),
            role,
            setup_token: setup_token.map(Required::into_string),
        }
    }
}

shared::input! {
    /// The body of a login.
    #[schemars(extend("examples" = [{ "email": "ada@example.com", "password": "correct horse" }]))]
    pub struct Login {
        pub email: Required<Email>,
        pub password: Required<Password>,
    }
}

shared::input! {
    /// The body of a change of one's own password.
    #[schemars(extend("examples" = [{ "currentPassword": "correct horse", "newPassword": "battery staple" }]))]
    pub struct ChangePassword {
        pub current_password: Required<Password>,
        pub new_password: Required<NewPassword>,
    }
}

shared::input! {
    /// The body of a reset of somebody's password.
    #[schemars(extend("examples" = [{ "newPassword": "battery staple" }]))]
    pub struct ResetPassword {
        pub new_password: Required<NewPassword>,
    }
}

/// The query of the list of users.
#[derive(Deserialize, JsonSchema)]
pub struct UserParams {
    pub role: Option<Role>,
    pub active: Option<bool>,
    #[serde(flatten)]
    pub paging: Paging,
}

/// The query of the security log.
#[derive(Deserialize, JsonSchema)]
pub struct AuditParams {
    pub action: Option<Action>,
    #[serde(flatten)]
    pub paging: Paging,
}

shared::input! {
    /// The body of a change of a user: null or an empty text empties the department.
    #[schemars(extend("examples" = [{ "role": "admin", "department": "Support" }]))]
    pub struct UpdateUser {
        role: Option<Role>,
        active: Option<bool>,
        #[serde(default)]
        name: Optional<Line<1, 100>>,
        #[serde(default)]
        department: Change<Line<1, 100>>,
    }
}

impl From<UpdateUser> for Changes {
    fn from(UpdateUser { role, active, name, department }: UpdateUser) -> Self {
        Self { role, active, name: name.into_option(), department: department.into_option() }
    }
}

shared::input! {
    /// The body of a change of status.
    #[schemars(extend("examples" = [{ "status": "away" }]))]
    pub struct SetStatus {
        pub status: Status,
    }
}
