//! The names of fields: `snake_case` in Rust, `camelCase` on the wire and in the database.

/// A name in Rust as it is elsewhere.
pub fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_after_the_first_begin_with_a_capital() {
        assert_eq!(camel_case("name"), "name");
        assert_eq!(camel_case("total_time_on_site"), "totalTimeOnSite");
    }
}
