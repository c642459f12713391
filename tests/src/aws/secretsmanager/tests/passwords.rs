use serde_json::{Value, json};

use crate::aws::{
    dice::Dice,
    probe::{Probe, refusal},
};

fn password(probe: &mut Probe, parameters: Value) -> Result<String, String> {
    let answer = probe.secretsmanager("GetRandomPassword", parameters);
    answer
        .map(|answer| answer["RandomPassword"].as_str().unwrap().to_owned())
        .map_err(|error| error.to_string())
}

fn has(password: &str, letters: impl Fn(char) -> bool) -> bool {
    password.chars().any(letters)
}

#[test]
fn a_password_has_32_letters_of_each_type() {
    let (mut probe, mut n_lowercase_first) = (Probe::new(), 0);
    for _ in 0..100 {
        let password = password(&mut probe, json!({ "PasswordLength": 4 })).unwrap();
        assert_eq!(password.len(), 4);
        assert!(has(&password, |letter| letter.is_ascii_lowercase()), "{password}");
        assert!(has(&password, |letter| letter.is_ascii_uppercase()), "{password}");
        assert!(has(&password, |letter| letter.is_ascii_digit()), "{password}");
        assert!(has(&password, |letter| letter.is_ascii_punctuation()), "{password}");
        n_lowercase_first += u32::from(password.starts_with(|first: char| first.is_lowercase()));
    }
    // In any order.
    assert!((1..100).contains(&n_lowercase_first));
    assert_eq!(password(&mut probe, json!({})).unwrap().len(), 32);
}

#[test]
fn passwords_differ_but_can_be_had_again() {
    let two = |dice: Dice| {
        let mut probe = Probe::new();
        probe.world.dice = dice;
        [(); 2].map(|()| password(&mut probe, json!({})).unwrap())
    };
    let [first, second] = two(Dice::seeded(1));
    assert_ne!(first, second);
    assert_eq!(two(Dice::seeded(1)), [first.clone(), second]);
    assert_ne!(two(Dice::seeded(2))[0], first);
}

#[test]
fn letters_are_excluded_one_by_one_or_by_type() {
    let mut probe = Probe::new();
    let alike = "0123456789abcdefghijklmnopqrstuvwxyz";
    let parameters = json!({
        "PasswordLength": 4_096, "ExcludePunctuation": true, "ExcludeUppercase": true,
        "ExcludeCharacters": "xyz0", "IncludeSpace": true,
    });
    let password = password(&mut probe, parameters).unwrap();
    assert_eq!(password.len(), 4_096);
    for letter in alike.chars().chain([' ']) {
        assert_eq!(password.contains(letter), !"xyz0".contains(letter), "{letter}");
    }
    assert!(!has(&password, |letter| letter.is_ascii_punctuation() || letter.is_ascii_uppercase()));
}

#[test]
fn an_alphabet_without_letters_is_refused() {
    let mut probe = Probe::new();
    let digits = json!({ "ExcludeCharacters": "0123456789" });
    assert_eq!(
        password(&mut probe, digits.clone()).unwrap_err(),
        "400 InvalidParameterException: All characters of the desired type have been excluded."
    );
    let mut lenient = digits;
    lenient["RequireEachIncludedType"] = json!(false);
    assert!(!has(&password(&mut probe, lenient).unwrap(), |letter| letter.is_ascii_digit()));
    let mut nothing = json!({
        "ExcludeLowercase": true, "ExcludeUppercase": true, "ExcludeNumbers": true,
        "ExcludePunctuation": true,
    });
    assert_eq!(
        password(&mut probe, nothing.clone()).unwrap_err(),
        "400 InvalidParameterException: All characters have been excluded from selection."
    );
    nothing["IncludeSpace"] = json!(true);
    assert_eq!(password(&mut probe, nothing).unwrap(), " ".repeat(32));
}

#[test]
fn a_length_has_bounds() {
    let mut probe = Probe::new();
    for (length, expected) in [
        (
            3,
            "400 InvalidParameterException: Password length is too short based on the required \
             types.",
        ),
        (
            0,
            "400 ValidationException: 1 validation error detected: Value '0' at 'passwordLength' \
             failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            5_000,
            "400 ValidationException: 1 validation error detected: Value '5000' at \
             'passwordLength' failed to satisfy constraint: Member must have value less than or \
             equal to 4096",
        ),
    ] {
        let parameters = json!({ "PasswordLength": length });
        assert_eq!(refusal(probe.secretsmanager("GetRandomPassword", parameters)), expected);
    }
    let lenient = json!({ "PasswordLength": 1, "RequireEachIncludedType": false });
    assert_eq!(password(&mut probe, lenient).unwrap().len(), 1);
}
