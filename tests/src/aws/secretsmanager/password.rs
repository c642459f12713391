//! `GetRandomPassword`. Random, and the same in every run with the same dice.

use serde::Deserialize;
use serde_json::json;

use super::{check, error};
use crate::aws::{
    call::{Call, Outcome, Reply, ServiceError},
    dice::Dice,
    json::{self, constraint},
};

const DEFAULT_LENGTH: i64 = 32;
const LONGEST: i64 = 4_096;

const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPERCASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const NUMBERS: &str = "0123456789";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the parameters are AWS's")]
struct Get {
    password_length: Option<i64>,
    #[serde(default)]
    exclude_characters: String,
    #[serde(default)]
    exclude_numbers: bool,
    #[serde(default)]
    exclude_punctuation: bool,
    #[serde(default)]
    exclude_uppercase: bool,
    #[serde(default)]
    exclude_lowercase: bool,
    #[serde(default)]
    include_space: bool,
    require_each_included_type: Option<bool>,
}

pub(super) fn get(dice: &mut Dice, call: &mut Call) -> Outcome {
    let input: Get = json::input(call)?;
    Ok(Reply::Json(json!({ "RandomPassword": password(dice, &input)? })))
}

fn password(dice: &mut Dice, input: &Get) -> Result<String, ServiceError> {
    let length = input.password_length.unwrap_or(DEFAULT_LENGTH);
    if length < 1 {
        let bound = "have value greater than or equal to 1";
        return Err(constraint(&length.to_string(), "passwordLength", bound));
    }
    if length > LONGEST {
        let bound = "have value less than or equal to 4096";
        return Err(constraint(&length.to_string(), "passwordLength", bound));
    }
    check::length(&input.exclude_characters, "excludeCharacters", 0..=4_096)?;

    let left = |letters: &str| -> Vec<char> {
        letters.chars().filter(|&letter| !input.exclude_characters.contains(letter)).collect()
    };
    let types: Vec<Vec<char>> = [
        (LOWERCASE, input.exclude_lowercase),
        (UPPERCASE, input.exclude_uppercase),
        (NUMBERS, input.exclude_numbers),
        (PUNCTUATION, input.exclude_punctuation),
    ]
    .into_iter()
    .filter(|(_, is_excluded)| !is_excluded)
    .map(|(letters, _)| left(letters))
    .collect();
    let requires_each = input.require_each_included_type.unwrap_or(true);
    if requires_each && types.iter().any(Vec::is_empty) {
        return Err(error::invalid_parameter(
            "All characters of the desired type have been excluded.",
        ));
    }
    let mut alphabet = types.concat();
    if input.include_space {
        alphabet.extend(left(" "));
    }
    if alphabet.is_empty() {
        return Err(error::invalid_parameter("All characters have been excluded from selection."));
    }
    let length = usize::try_from(length).unwrap_or_default();
    // A space is never required.
    let required: &[Vec<char>] = if requires_each { &types } else { &[] };
    if required.len() > length {
        return Err(error::invalid_parameter(
            "Password length is too short based on the required types.",
        ));
    }
    let mut letters: Vec<char> = required.iter().map(|letters| *dice.pick(letters)).collect();
    letters.extend((letters.len()..length).map(|_| *dice.pick(&alphabet)));
    dice.shuffle(&mut letters);
    Ok(letters.into_iter().collect())
}
