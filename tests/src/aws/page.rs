//! Pages of a listing: tokens that only their own listing accepts, and limits that a test can
//! tighten.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use super::token;

/// How a service pages, whatever the caller asks for. AWS promises neither full pages nor that
/// a page with a token has items, so a test can take both away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paging {
    /// No page is longer than this.
    pub longest: Option<usize>,
    /// An empty page with a token comes before every page.
    pub empty_pages: bool,
}

/// Where in a listing a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The key of the first item; none at the beginning.
    pub key: Option<String>,
    /// The empty page before it has been served already.
    seen_empty: bool,
}

impl Paging {
    /// How many items a page may have when the caller asks for `wanted`.
    pub fn limit(&self, wanted: usize) -> usize {
        self.longest.map_or(wanted, |longest| wanted.min(longest))
    }

    /// The token of the empty page to serve before `start`, if there is one to serve.
    pub fn empty_page(&self, listing: &impl Hash, start: &Start) -> Option<String> {
        (self.empty_pages && !start.seen_empty)
            .then(|| seal(listing, &format!("+{}", start.key.as_deref().unwrap_or_default())))
    }
}

impl Start {
    /// Reads a token, or starts at the beginning without one. A token of another listing (other
    /// operation, other filters) is no token.
    pub fn read(listing: &impl Hash, token: Option<&str>) -> Option<Self> {
        let Some(token) = token else { return Some(Self { key: None, seen_empty: false }) };
        let text = unseal(listing, token)?;
        let (seen_empty, key) = match text.strip_prefix('+') {
            Some(key) => (true, key),
            None => (false, text.strip_prefix('=')?),
        };
        let key = (!key.is_empty()).then(|| key.to_owned());
        Some(Self { key, seen_empty })
    }
}

/// The token of the page that begins with `key`.
pub fn token(listing: &impl Hash, key: &str) -> String {
    seal(listing, &format!("={key}"))
}

fn seal(listing: &impl Hash, text: &str) -> String {
    token::seal(&format!("{:016x}{text}", fingerprint(listing)))
}

fn unseal(listing: &impl Hash, token: &str) -> Option<String> {
    let text = token::open(token)?;
    text.strip_prefix(&format!("{:016x}", fingerprint(listing))).map(str::to_owned)
}

fn fingerprint(listing: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    listing.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_key() {
        let token = token(&"instances", "clé 7");
        let start = Start::read(&"instances", Some(&token)).unwrap();
        assert_eq!(start.key.as_deref(), Some("clé 7"));
    }

    #[test]
    fn a_token_of_another_listing_or_a_changed_one_is_refused() {
        let token = token(&"instances", "7");
        assert_eq!(Start::read(&"volumes", Some(&token)), None);
        assert_eq!(Start::read(&"instances", Some(&format!("{token}00"))), None);
        assert_eq!(Start::read(&"instances", Some("é")), None);
        assert_eq!(Start::read(&"instances", Some("")), None);
    }

    #[test]
    fn an_empty_page_comes_once_before_each_page() {
        let paging = Paging { empty_pages: true, ..Paging::default() };
        let first = Start::read(&(), None).unwrap();
        let token = paging.empty_page(&(), &first).unwrap();
        let again = Start::read(&(), Some(&token)).unwrap();
        assert_eq!((again.key.as_ref(), paging.empty_page(&(), &again)), (None, None));
    }
}
