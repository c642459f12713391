//! Puts together what is alike, so that a week fits on a screen. Pure.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
};

/// The first of several things that are alike, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group<T> {
    pub first: T,
    /// Those after the first.
    pub others: Vec<T>,
}

impl<T> Group<T> {
    pub(super) fn len(&self) -> usize {
        self.others.len() + 1
    }
}

/// Groups things of equal keys, in order of the first of each.
pub(super) fn grouped<T, K: Eq + Hash>(
    things: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<Group<T>> {
    let mut groups: Vec<Group<T>> = Vec::new();
    let mut places: HashMap<K, usize> = HashMap::new();
    for thing in things {
        match places.entry(key(&thing)) {
            Entry::Occupied(place) => groups[*place.get()].others.push(thing),
            Entry::Vacant(vacant) => {
                vacant.insert(groups.len());
                groups.push(Group { first: thing, others: Vec::new() });
            }
        }
    }
    groups
}

/// `try 2 at 09:35` and `try 3 at 10:15` are the same news.
pub(super) fn without_numbers(text: &str) -> String {
    let mut result = String::new();
    for character in text.chars() {
        if !character.is_ascii_digit() {
            result.push(character);
        } else if !result.ends_with('#') {
            result.push('#');
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_numbers_is_alike() {
        let groups =
            grouped(["try 1 at 09:35", "stop", "try 12 at 10:15"], |text| without_numbers(text));
        let expected = [
            Group { first: "try 1 at 09:35", others: vec!["try 12 at 10:15"] },
            Group { first: "stop", others: vec![] },
        ];
        assert_eq!(groups, expected);
        assert_eq!(groups[0].len(), 2);
    }

    #[test]
    fn a_number_more_is_a_difference() {
        assert_eq!(without_numbers("a 12"), "a #");
        assert_ne!(without_numbers("a 1"), without_numbers("a 1 2"));
    }
}
