//! Which passwords Secrets Manager is asked for. Makes none itself.

use shared::var::Vars;

use shared::error::quoted;

use crate::secret::login::EngineName;

/// The parameters of `GetRandomPassword`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the parameters of the API, one to one")]
pub struct Rules {
    /// `PASSWORD_LENGTH`. Default 32.
    pub length: i64,
    /// `EXCLUDE_CHARACTERS`, or those of the `PASSWORD_PROFILE`. Default those of the AWS samples.
    pub exclude_characters: String,
    pub exclude_numbers: bool,
    pub exclude_punctuation: bool,
    pub exclude_uppercase: bool,
    pub exclude_lowercase: bool,
    pub include_space: bool,
    /// `REQUIRE_EACH_INCLUDED_TYPE`. Default `true`.
    pub require_each_included_type: bool,
}

impl Rules {
    /// What a tag says about characters wins over what a variable says, whichever of the two
    /// settings each uses.
    pub(crate) fn read<T, V>(
        tags: &Vars<T>,
        variables: &Vars<V>,
        engine: Option<EngineName>,
    ) -> anyhow::Result<Self>
    where
        T: Fn(&str) -> Option<String>,
        V: Fn(&str) -> Option<String>,
    {
        let text = |name: &str| tags.optional(name).or_else(|| variables.optional(name));
        let both = Vars::new(text);
        let exclude_characters = match excluded(tags)? {
            Some(characters) => characters,
            None => excluded(variables)?.unwrap_or_else(|| default_excluded(engine).to_owned()),
        };
        let length = both.parsed("PASSWORD_LENGTH", 32)?;
        if !(1..=4096).contains(&length) {
            anyhow::bail!("PASSWORD_LENGTH is `{length}`, not between 1 and 4096");
        }
        Ok(Self {
            length,
            exclude_characters,
            exclude_numbers: flag(&both, "EXCLUDE_NUMBERS", false)?,
            exclude_punctuation: flag(&both, "EXCLUDE_PUNCTUATION", false)?,
            exclude_uppercase: flag(&both, "EXCLUDE_UPPERCASE", false)?,
            exclude_lowercase: flag(&both, "EXCLUDE_LOWERCASE", false)?,
            include_space: flag(&both, "INCLUDE_SPACE", false)?,
            require_each_included_type: flag(&both, "REQUIRE_EACH_INCLUDED_TYPE", true)?,
        })
    }
}

fn excluded<F: Fn(&str) -> Option<String>>(vars: &Vars<F>) -> anyhow::Result<Option<String>> {
    if let Some(characters) = vars.optional("EXCLUDE_CHARACTERS") {
        return Ok(Some(characters));
    }
    let profile = vars.optional("PASSWORD_PROFILE");
    Ok(match profile.as_deref() {
        None => None,
        // What RDS refuses in a master password, and the quotes.
        Some("rds") => Some("/@\"'\\ ".to_owned()),
        // All punctuation but what RFC 3986 calls unreserved.
        Some("url-safe") => Some("!\"#$%&'()*+,/:;<=>?@[\\]^`{|}".to_owned()),
        // All that a shell reads as something else, quoted or not.
        Some("shell") => Some("!\"#$%&'()*;<>?[\\]^`{|}~".to_owned()),
        Some(other) => {
            anyhow::bail!(
                "PASSWORD_PROFILE is `{}`, not `rds`, `url-safe` or `shell`",
                quoted(other)
            )
        }
    })
}

/// As the AWS samples have it.
fn default_excluded(engine: Option<EngineName>) -> &'static str {
    match engine {
        Some(EngineName::Postgres) => ":/@\"'\\",
        _ => "/@\"'\\",
    }
}

/// The samples also take `1`, `y` and `yes`; what they take for `false` without a word is refused.
fn flag<F: Fn(&str) -> Option<String>>(
    vars: &Vars<F>,
    name: &str,
    default: bool,
) -> anyhow::Result<bool> {
    match vars.optional(name).map(|value| value.to_ascii_lowercase()).as_deref() {
        None => Ok(default),
        Some("true" | "1" | "y" | "yes") => Ok(true),
        Some("false" | "0" | "n" | "no") => Ok(false),
        Some(other) => {
            anyhow::bail!("{name} is `{}`, neither `true` nor `false`", quoted(other))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tags: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Rules, String> {
        let look_up = |pairs: &[(&str, &str)], name: &str| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let tags = Vars::new(|name: &str| look_up(tags, name));
        let variables = Vars::new(|name: &str| look_up(variables, name));
        Rules::read(&tags, &variables, None).map_err(|err| err.to_string())
    }

    #[test]
    fn the_nearest_word_about_characters_wins() {
        let excluded =
            |tags: &[_], variables: &[_]| read(tags, variables).unwrap().exclude_characters;
        assert_eq!(excluded(&[], &[]), "/@\"'\\");
        assert_eq!(excluded(&[], &[("EXCLUDE_CHARACTERS", "ab")]), "ab");
        let profile =
            excluded(&[("PASSWORD_PROFILE", "url-safe")], &[("EXCLUDE_CHARACTERS", "ab")]);
        assert!(profile.contains(':') && !profile.contains('-'));
    }

    #[test]
    fn f48_a_length_that_secrets_manager_refuses_is_refused_here() {
        assert_eq!(read(&[("PASSWORD_LENGTH", "3")], &[]).unwrap().length, 3);
        assert_eq!(
            read(&[], &[("PASSWORD_LENGTH", "5000")]).unwrap_err(),
            "PASSWORD_LENGTH is `5000`, not between 1 and 4096"
        );
    }

    #[test]
    fn flags_are_read_as_the_samples_read_them() {
        assert!(read(&[("EXCLUDE_NUMBERS", "Yes")], &[]).unwrap().exclude_numbers);
        assert!(
            !read(&[("REQUIRE_EACH_INCLUDED_TYPE", "0")], &[]).unwrap().require_each_included_type
        );
        assert!(read(&[("INCLUDE_SPACE", "perhaps")], &[]).is_err());
    }
}
