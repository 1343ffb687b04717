//! Search by the beginnings of words, on an index.
//!
//! A searchable document keeps its words, lower-cased, in an indexed array; each word that is looked for
//! must begin one of them. An anchored prefix is a range of the index, where a substring would read
//! everything.

use std::collections::BTreeSet;

use bson::{Document, doc};

use futures::future::try_join_all;
use mongodb::error::Result;

use super::{Db, Search, Stored};

/// The most words of a query that are looked for.
const MOST_LOOKED_FOR: usize = 8;

/// The most words that are kept of a long text, and the characters of each.
const MOST_KEPT: usize = 60;
const LONGEST_KEPT: usize = 24;

/// How far it is counted which words are rare.
const ENOUGH: u64 = 200;

/// The field that holds a document's words.
const FIELD: &str = "words";

/// The distinct words of some texts: runs of letters and digits, lower-cased.
pub fn search_words<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts
        .into_iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The first distinct words of a long text, 60 at most, each cut to 24 characters: what is kept of it costs storage.
/// A word that is looked for must be cut likewise.
pub fn first_words(text: &str) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word: String = word.chars().flat_map(char::to_lowercase).take(LONGEST_KEPT).collect();
        if kept.len() == MOST_KEPT {
            break;
        }
        if !kept.contains(&word) {
            kept.push(word);
        }
    }
    kept
}

/// A condition for each of the first 8 of some words, the longest first: that a document has a word that
/// begins with it.
fn conditions(words: impl IntoIterator<Item = String>) -> Vec<Document> {
    let mut words: Vec<String> = words.into_iter().take(MOST_LOOKED_FOR).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words.into_iter().map(|word| doc! { FIELD: { "$regex": format!("^{word}") } }).collect()
}

/// Matches documents that have, for each of the first 8 words of `query`, a word that begins with it. A
/// query without a word matches all.
pub fn matching(query: &str) -> Document {
    match conditions(search_words([query])) {
        none if none.is_empty() => doc! {},
        conditions => doc! { "$and": conditions },
    }
}

impl Db {
    /// As [`matching`]: a search on the index by the rarest word, and what else must match. `None` for a
    /// query without a word. One round trip, if there are several.
    pub async fn search<T: Stored>(&self, query: &str) -> Result<Option<(Search, Document)>> {
        self.search_for::<T>(search_words([query])).await
    }

    /// As [`Self::search`], for words.
    pub async fn search_for<T: Stored>(
        &self,
        words: impl IntoIterator<Item = String>,
    ) -> Result<Option<(Search, Document)>> {
        let mut conditions = conditions(words);
        if conditions.len() > 1 {
            let counts = conditions.iter().map(|word| self.count_up_to::<T>(word.clone(), ENOUGH));
            let counts = try_join_all(counts).await?;
            let rarest = (0..).zip(counts).min_by_key(|(_, count)| *count).map_or(0, |(index, _)| index);
            conditions.swap(0, rarest);
        }
        let mut conditions = conditions.into_iter();
        let Some(filter) = conditions.next() else { return Ok(None) };
        let rest: Vec<Document> = conditions.collect();
        let rest = if rest.is_empty() {
            doc! {}
        } else {
            doc! { "$and": rest }
        };
        Ok(Some((Search { filter, in_order: false, is_counted: true }, rest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_digits_in_lower_case() {
        let words: Vec<_> =
            search_words(["Ada Lovelace", "ada@example.com", "Ärger!"]).into_iter().collect();
        assert_eq!(words, ["ada", "com", "example", "lovelace", "ärger"]);
    }

    #[test]
    fn of_a_long_text_the_first_words_are_kept_each_once_and_not_whole() {
        assert_eq!(first_words("Yes, yes: ÉTÉ 24h!"), ["yes", "été", "24h"]);
        let many: String = (0..100).map(|number| format!("w{number} ")).collect();
        assert_eq!(first_words(&many).len(), 60);
        assert_eq!(first_words(&many).last().map(String::as_str), Some("w59"));
        assert_eq!(first_words(&"ä".repeat(8000)), ["ä".repeat(24)]);
        assert_eq!(first_words("… 🦀 !"), Vec::<String>::new());
    }

    #[test]
    fn no_character_of_a_query_reaches_the_pattern_language() {
        assert_eq!(matching(".*+?^${}()|[]\\/"), doc! {});
        assert_eq!(matching("a.*"), matching("a"));
    }
}
