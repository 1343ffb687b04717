//! The rules of texts, each with its check and its JSON Schema.

use schemars::{Schema, json_schema};

use super::Check;

/// A rule that a text keeps.
pub trait Rule {
    /// A text as it is kept: without the white space at its ends, unless the rule says otherwise.
    fn tidy(text: String) -> String {
        text.trim().to_owned()
    }

    /// Notes what is wrong with a text that is tidy.
    fn check(text: &str, path: &str, check: &mut Check);

    /// What is taken as JSON Schema says it; `or_blank` for a field that may be left empty.
    fn schema(or_blank: bool) -> Schema;
}

/// `MIN` to `MAX` characters on one line.
#[derive(Debug)]
pub struct Line<const MIN: usize, const MAX: usize>;

/// What a person is called (`docs/protocol.md`, Users and tokens).
pub type PersonName = Line<1, 100>;

/// `MIN` to `MAX` characters.
#[derive(Debug)]
pub struct Text<const MIN: usize, const MAX: usize>;

/// `MIN` to `MAX` characters on one line, kept as they are.
#[derive(Debug)]
pub struct ExactLine<const MIN: usize, const MAX: usize>;

/// `MIN` to `MAX` characters, kept as they are.
#[derive(Debug)]
pub struct ExactText<const MIN: usize, const MAX: usize>;

/// An email, in lower case.
#[derive(Debug)]
pub struct Email;

/// An absolute `http` or `https` address of 2,048 characters at most.
#[derive(Debug)]
pub struct Link;

impl<const MIN: usize, const MAX: usize> Rule for Line<MIN, MAX> {
    fn check(text: &str, path: &str, check: &mut Check) {
        check_line(text, path, (MIN, MAX), check);
    }

    fn schema(or_blank: bool) -> Schema {
        line(if or_blank { 0 } else { MIN }, MAX)
    }
}

impl<const MIN: usize, const MAX: usize> Rule for Text<MIN, MAX> {
    fn check(text: &str, path: &str, check: &mut Check) {
        check_length(text, path, (MIN, MAX), check);
    }

    fn schema(or_blank: bool) -> Schema {
        match (or_blank, MIN) {
            (true, _) | (_, 0) => json_schema!({ "type": "string", "maxLength": MAX }),
            _ => json_schema!({
                "type": "string", "minLength": MIN, "maxLength": MAX, "pattern": format!("[^{SPACE}]"),
            }),
        }
    }
}

impl<const MIN: usize, const MAX: usize> Rule for ExactLine<MIN, MAX> {
    fn tidy(text: String) -> String {
        text
    }

    fn check(text: &str, path: &str, check: &mut Check) {
        check_line(text, path, (MIN, MAX), check);
    }

    fn schema(or_blank: bool) -> Schema {
        let least = if or_blank { 0 } else { MIN };
        json_schema!({ "type": "string", "pattern": format!("^[^{CONTROL}]{{{least},{MAX}}}$") })
    }
}

impl<const MIN: usize, const MAX: usize> Rule for ExactText<MIN, MAX> {
    fn tidy(text: String) -> String {
        text
    }

    fn check(text: &str, path: &str, check: &mut Check) {
        check_length(text, path, (MIN, MAX), check);
    }

    fn schema(or_blank: bool) -> Schema {
        match if or_blank { 0 } else { MIN } {
            0 => json_schema!({ "type": "string", "maxLength": MAX }),
            least => json_schema!({ "type": "string", "minLength": least, "maxLength": MAX }),
        }
    }
}

impl Rule for Email {
    fn tidy(text: String) -> String {
        text.trim().to_lowercase()
    }

    fn check(text: &str, path: &str, check: &mut Check) {
        check.that(is_email(text), path, "Valid email is required");
    }

    fn schema(or_blank: bool) -> Schema {
        let optional = if or_blank { "?" } else { "" };
        json_schema!({ "type": "string", "pattern": format!("^[{SPACE}]*({EMAIL}){optional}[{SPACE}]*$") })
    }
}

impl Rule for Link {
    fn check(text: &str, path: &str, check: &mut Check) {
        check_line(text, path, (1, MOST_LINK), check);
        let web = text.starts_with("https://") || text.starts_with("http://");
        check.that(web, path, "Must begin with https:// or http://");
    }

    fn schema(or_blank: bool) -> Schema {
        let optional = if or_blank { "?" } else { "" };
        let link = format!("(https?://([^{CONTROL}]*[^{SPACE}{CONTROL}])?){optional}");
        json_schema!({
            "type": "string", "maxLength": MOST_LINK, "pattern": format!("^[{SPACE}]*{link}[{SPACE}]*$"),
        })
    }
}

/// The characters of an address on the web.
const MOST_LINK: usize = 2048;
/// What `str::trim` takes from the ends of a text, in a class of a regular expression.
const SPACE: &str = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// The characters for which `char::is_control` is true, in a class of a regular expression.
const CONTROL: &str = r"\x00-\x1f\x7f-\x9f";
/// The emails that nearly everybody has; the server takes some more.
const EMAIL: &str = "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\
    (\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){1,3}";

fn line(least: usize, most: usize) -> Schema {
    let (ends, optional) = (most.saturating_sub(2), if least == 0 { "?" } else { "" });
    json_schema!({ "type": "string", "pattern": format!(
        "^[{SPACE}]*([^{SPACE}{CONTROL}]([^{CONTROL}]{{0,{ends}}}[^{SPACE}{CONTROL}])?){optional}[{SPACE}]*$"
    ) })
}

fn check_line(text: &str, path: &str, length: (usize, usize), check: &mut Check) {
    check_length(text, path, length, check);
    check.that(!text.chars().any(char::is_control), path, "Must be on one line");
}

fn check_length(text: &str, path: &str, (least, most): (usize, usize), check: &mut Check) {
    if (least..=most).contains(&text.chars().count()) {
        return;
    }
    let msg = match least {
        1 if text.is_empty() => "Is required".to_owned(),
        0 => format!("Must have {most} characters at most"),
        _ => format!("Must have {least} to {most} characters"),
    };
    check.that(false, path, msg);
}

/// An address as mail systems take it: a local part of up to 64 characters and a domain of letters,
/// digits and hyphens with a dot in it (RFC 5321, sections 2.3.5 and 4.5.3.1), without the quoted and
/// bracketed forms that nobody types.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_ok = (1..=64).contains(&local.len())
        && !local.chars().any(|c| c.is_whitespace() || c.is_control() || "@<>()[],;:\\\"".contains(c));
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 254 && local_ok && domain.contains('.') && domain.split('.').all(label_ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        for good in ["a@b.co", "ada.lovelace+chat@mail.example.com", "jürgen@müller.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.co", "a b@c.de", "a@b..co", "a@-b.co", "a@@b.co", "a@b.co\n"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let broken = |text: &str| {
            let mut check = Check::default();
            Line::<1, 3>::check(text, "x", &mut check);
            check.errors.len()
        };
        assert_eq!((broken("äöü"), broken("abcd"), broken(""), broken("a\nb")), (0, 1, 1, 1));
    }
}
