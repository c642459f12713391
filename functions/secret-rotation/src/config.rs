//! The function's variables. Read once, at start; a wrong one is the answer to every event.

use shared::{aws, setting::Values, var::Vars};

use crate::settings;

#[derive(Debug, Clone)]
pub struct Config {
    pub aws: aws::Settings,
    /// `SECRETS_MANAGER_ENDPOINT`: as in the AWS samples. Optional.
    pub endpoint: Option<String>,
    /// `AWS_MAX_ATTEMPTS`: how often Secrets Manager is asked the same before the step fails. Default
    /// 4, one more than the SDK's own.
    pub max_attempts: u32,
    /// `SSL_CA_PEM`: a certificate authority beside those of RDS and of the system. Optional.
    pub extra_roots: Option<String>,
    /// The settings that hold where a secret's tags say nothing: see [`settings::KNOWN`].
    pub defaults: Values,
}

impl Config {
    pub fn from_env() -> anyhow::Result<Self> {
        Self::from_vars(&shared::var::environment())
    }

    pub(crate) fn from_vars(vars: &Vars<impl Fn(&str) -> Option<String>>) -> anyhow::Result<Self> {
        let defaults = settings::KNOWN.variables(vars);
        // What is wrong for every secret is wrong now.
        settings::Settings::read(&Values::new(), &defaults, None)
            .map_err(|fault| anyhow::anyhow!("{}", fault.what()))?;
        Ok(Self {
            aws: aws::Settings::from_vars(vars)?,
            endpoint: vars.optional("SECRETS_MANAGER_ENDPOINT"),
            max_attempts: vars.parsed("AWS_MAX_ATTEMPTS", 4)?,
            extra_roots: vars.optional("SSL_CA_PEM"),
            defaults,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> anyhow::Result<Config> {
        Config::from_vars(&Vars::new(|name: &str| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        }))
    }

    #[test]
    fn a_wrong_default_is_found_at_start() {
        let error = read(&[("STRATEGY", "thrice")]).unwrap_err();
        assert!(error.to_string().starts_with("STRATEGY is `thrice`"), "{error}");
        assert_eq!(read(&[("STRATEGY", "dual")]).unwrap().defaults["STRATEGY"], "dual");
    }
}
