//! The rules of texts, each with its check and its JSON Schema.

use schemars::{Schema, json_schema};

use super::Check;
use crate::json::char_bytes;

/// A rule that a text keeps.
pub trait Rule {
    /// A text as it is kept: without the white space at its ends, unless the rule says otherwise.
    fn tidy(text: String) -> String {
        text.trim().to_owned()
    }

    /// Whether a tidy text is as good as none.
    fn is_none(text: &str) -> bool {
        text.is_empty()
    }

    /// Notes what is wrong with a text that is tidy.
    fn check(text: &str, path: &str, check: &mut Check);

    /// What is taken as JSON Schema says it; `or_blank` for a field that may be left empty.
    fn schema(or_blank: bool) -> Schema;
}

/// `MIN` to `MAX` characters on one line, none of which turns the direction of what follows (Unicode
/// TR 36, section 2.5) or takes no room. Joiners stay: emoji and Persian need them.
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

/// 1 to `MAX` characters and 24 KB as JSON, not all of them blank, kept as they are.
#[derive(Debug)]
pub struct Content<const MAX: usize>;

/// Where a file is: an `https` address of 2,048 characters at most, `http` on one's own machine.
#[derive(Debug)]
pub struct Link;

/// Which page of a site somebody looks at: an `http` or `https` address of 1,024 characters at most, or a
/// path. Nothing that a browser would run.
#[derive(Debug)]
pub struct PageAddress;

impl<const MIN: usize, const MAX: usize> Rule for Line<MIN, MAX> {
    fn check(text: &str, path: &str, check: &mut Check) {
        check_line(text, path, (MIN, MAX), check);
        check.that(!text.contains(is_unseen), path, "Must have no invisible marks");
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

impl<const MAX: usize> Rule for Content<MAX> {
    fn tidy(text: String) -> String {
        text
    }

    fn is_none(text: &str) -> bool {
        text.trim().is_empty()
    }

    fn check(text: &str, path: &str, check: &mut Check) {
        let is_blank = !text.is_empty() && text.trim().is_empty();
        check.that(!is_blank, path, "Must not be blank");
        check_length(text, path, (1, MAX), check);
        check_bytes(text, path, MOST_CONTENT_BYTES, check);
    }

    fn schema(or_blank: bool) -> Schema {
        let seen = format!("[^{SPACE}]");
        match or_blank {
            true => json_schema!({ "type": "string", "maxLength": MAX }),
            false => {
                json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX, "pattern": seen })
            }
        }
    }
}

impl Rule for Link {
    fn check(text: &str, path: &str, check: &mut Check) {
        check_line(text, path, (1, MOST_LINK), check);
        let is_own = |rest: &str| {
            let host = rest.split(['/', '?', '#', ':']).next();
            host == Some("localhost") || host == Some("127.0.0.1")
        };
        let is_safe = text.starts_with("https://") || text.strip_prefix("http://").is_some_and(is_own);
        check.that(is_safe, path, "Must begin with https://");
    }

    fn schema(or_blank: bool) -> Schema {
        address(r"(https://|http://(localhost|127\.0\.0\.1)([/?#:]|$))", MOST_LINK, or_blank)
    }
}

impl Rule for PageAddress {
    fn check(text: &str, path: &str, check: &mut Check) {
        check_line(text, path, (1, MOST_PAGE_ADDRESS), check);
        let is_page = ["https://", "http://", "/"].iter().any(|beginning| text.starts_with(beginning));
        check.that(is_page, path, "Must begin with https://, http:// or /");
    }

    fn schema(or_blank: bool) -> Schema {
        address("(https?://|/)", MOST_PAGE_ADDRESS, or_blank)
    }
}

fn address(beginning: &str, most: usize, or_blank: bool) -> Schema {
    let optional = if or_blank { "?" } else { "" };
    let address = format!("({beginning}([^{CONTROL}]*[^{SPACE}{CONTROL}])?){optional}");
    json_schema!({
        "type": "string", "maxLength": most, "pattern": format!("^[{SPACE}]*{address}[{SPACE}]*$"),
    })
}

const MOST_CONTENT_BYTES: usize = 24 * 1024;
/// The characters of an address on the web.
const MOST_LINK: usize = 2048;
const MOST_PAGE_ADDRESS: usize = 1024;
/// What `str::trim` takes from the ends of a text, in a class of a regular expression.
const SPACE: &str = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// The characters for which `char::is_control` is true, in a class of a regular expression.
const CONTROL: &str = r"\x00-\x1f\x7f-\x9f";
/// The characters for which [`is_unseen`] is true, in a class of a regular expression.
const UNSEEN: &str = r"\u200b\u202a-\u202e\u2066-\u2069";
/// The emails that nearly everybody has; the server takes some more.
const EMAIL: &str = "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\
    (\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){1,3}";

fn line(least: usize, most: usize) -> Schema {
    let (ends, optional) = (most.saturating_sub(2), if least == 0 { "?" } else { "" });
    let no = format!("{CONTROL}{UNSEEN}");
    json_schema!({ "type": "string", "pattern": format!(
        "^[{SPACE}]*([^{SPACE}{no}]([^{no}]{{0,{ends}}}[^{SPACE}{no}])?){optional}[{SPACE}]*$"
    ) })
}

fn check_line(text: &str, path: &str, length: (usize, usize), check: &mut Check) {
    check_length(text, path, length, check);
    check.that(!text.chars().any(char::is_control), path, "Must be on one line");
}

/// Whether a character has no room of its own, or turns the direction of what follows.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The bytes of a text as JSON, so that a frame has room for it.
pub fn check_bytes(text: &str, path: &str, most: usize, check: &mut Check) {
    let bytes: usize = text.chars().map(char_bytes).sum();
    check.that(bytes <= most, path, format!("Must have {} KB as JSON at most", most / 1024));
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

    fn broken<R: Rule>(text: &str) -> usize {
        let mut check = Check::default();
        R::check(&R::tidy(text.to_owned()), "x", &mut check);
        check.errors.len()
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let broken = broken::<Line<1, 3>>;
        assert_eq!((broken("äöü"), broken("abcd"), broken(""), broken("a\nb")), (0, 1, 1, 1));
    }

    #[test]
    fn a_line_has_no_marks_that_nobody_sees_but_those_that_scripts_need() {
        for text in ["a\u{202e}gpj", "a\u{2066}b", "a\u{200b}b", "a\u{85}b"] {
            assert_eq!(broken::<Line<1, 9>>(text), 1, "{text:?}");
        }
        for text in ["می\u{200c}خواهم", "👩\u{200d}🚀"] {
            assert_eq!(broken::<Line<1, 9>>(text), 0, "{text:?}");
        }
    }

    #[test]
    fn content_is_kept_as_it_was_sent_and_not_blank() {
        assert_eq!(Content::<9>::tidy("  a\n".to_owned()), "  a\n");
        let broken = broken::<Content<9>>;
        assert_eq!((broken(" a\n "), broken(" \n"), broken(""), broken("0123456789")), (0, 1, 1, 1));
    }

    #[test]
    fn addresses_are_of_the_web() {
        for good in ["https://a.example/f", "http://localhost:5000/f", "http://127.0.0.1/f"] {
            assert_eq!(broken::<Link>(good), 0, "{good}");
        }
        for bad in ["http://a.example/f", "http://localhost.evil.example/", "javascript:alert(1)", "/f"]
        {
            assert_eq!(broken::<Link>(bad), 1, "{bad}");
        }
        for good in ["https://a.example/", "http://a.example/", "/prices"] {
            assert_eq!(broken::<PageAddress>(good), 0, "{good}");
        }
        for bad in ["javascript:alert(1)", "data:text/html,x", "prices"] {
            assert_eq!(broken::<PageAddress>(bad), 1, "{bad}");
        }
    }
}
