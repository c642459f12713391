//! Puts together what differs in numbers only, so that a week fits on a screen. Pure.

use std::collections::HashMap;

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

/// Groups what `describe` describes alike, but for numbers, in order of the first of each.
pub(super) fn grouped<T>(
    things: impl IntoIterator<Item = T>,
    describe: impl Fn(&T) -> String,
) -> Vec<Group<T>> {
    let mut groups: Vec<Group<T>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for thing in things {
        let key = without_numbers(&describe(&thing));
        if let Some(&place) = places.get(&key) {
            groups[place].others.push(thing);
        } else {
            places.insert(key, groups.len());
            groups.push(Group { first: thing, others: Vec::new() });
        }
    }
    groups
}

/// `try 2 at 09:35` and `try 3 at 10:15` are the same news.
fn without_numbers(text: &str) -> String {
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
        let groups = grouped(["try 1 at 09:35", "stop", "try 12 at 10:15"], ToString::to_string);
        let expected = [
            Group { first: "try 1 at 09:35", others: vec!["try 12 at 10:15"] },
            Group { first: "stop", others: vec![] },
        ];
        assert_eq!(groups, expected);
        assert_eq!(groups[0].len(), 2);
    }

    #[test]
    fn different_numbers_of_numbers_are_different() {
        assert_eq!(grouped(["a 1", "a 1 2"], ToString::to_string).len(), 2);
    }
}
