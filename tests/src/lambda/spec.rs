//! What a function is told about itself: its limits and its environment. Starts nothing.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use super::binary;

/// Long enough for any answer of the local AWS on a busy machine, short enough to wait for often.
const PATIENCE: Duration = Duration::from_secs(1);

/// One deployed function, as its resource in the template would describe it.
#[derive(Debug, Clone)]
#[must_use = "a specification starts nothing"]
pub struct Spec {
    /// The name of the function. It is also its access key id, by which the local AWS knows who
    /// calls.
    pub name: String,
    pub binary: PathBuf,
    /// Lambda's `Timeout`: real time, whatever the virtual clock says.
    pub timeout: Duration,
    /// Lambda's `MemorySize`.
    pub memory_mib: u32,
    pub region: String,
    pub account: String,
    /// Where AWS is. Without one, a call to AWS has nowhere to go but the real one, whose keys the
    /// function does not have.
    pub endpoint: Option<String>,
    /// The variables of the function itself, which win over Lambda's own.
    pub variables: BTreeMap<String, String>,
}

impl Spec {
    /// The function of this workspace with this name, built if need be.
    pub fn new(name: &str) -> anyhow::Result<Self> {
        Ok(Self::at(name, binary(name)?))
    }

    /// A function whose binary already exists. 128 MiB is Lambda's smallest and default size; its
    /// default time-out of 3 seconds would be too little for a machine busy with other tests.
    pub fn at(name: &str, binary: impl Into<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            binary: binary.into(),
            timeout: Duration::from_secs(30),
            memory_mib: 128,
            region: "eu-west-1".to_owned(),
            account: "111111111111".to_owned(),
            endpoint: None,
            variables: BTreeMap::new(),
        }
    }

    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub fn memory_mib(mut self, memory_mib: u32) -> Self {
        self.memory_mib = memory_mib;
        self
    }

    pub fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Gives up a call to AWS soon and never repeats one, so that a failure injected into the Nth
    /// call is a failure for the function, and costs no time. `AWS_MAX_ATTEMPTS` is the SDK's own
    /// variable; it has none for time-outs, so functions read `ATTEMPT_TIMEOUT_MS`.
    pub fn impatient(self) -> Self {
        self.variable("AWS_MAX_ATTEMPTS", "1")
            .variable("ATTEMPT_TIMEOUT_MS", PATIENCE.as_millis().to_string())
    }

    /// The `Lambda-Runtime-Invoked-Function-Arn` of every invocation.
    pub fn arn(&self) -> String {
        let Self { name, region, account, .. } = self;
        format!("arn:aws:lambda:{region}:{account}:function:{name}")
    }

    /// The whole environment of the process: nothing is inherited, so that no setting of the
    /// developer's machine reaches the function.
    pub(super) fn environment(&self, runtime_api: &str) -> BTreeMap<String, String> {
        let Self { name, region, memory_mib, .. } = self;
        let mut environment: BTreeMap<String, String> = [
            ("AWS_LAMBDA_RUNTIME_API", runtime_api),
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/aws/lambda/{name}")),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory_mib.to_string()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_REGION", region),
            ("AWS_DEFAULT_REGION", region),
            ("AWS_ACCESS_KEY_ID", name),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("LANG", "en_US.UTF-8"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("TZ", ":UTC"),
            ("_HANDLER", "bootstrap"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        if let Some(endpoint) = &self.endpoint {
            environment.insert("AWS_ENDPOINT_URL".to_owned(), endpoint.clone());
        }
        environment.extend(self.variables.clone());
        environment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_access_key_names_the_function() {
        let environment = Spec::at("janitor", "/bin/true").environment("127.0.0.1:9");
        assert_eq!(environment["AWS_ACCESS_KEY_ID"], "janitor");
        assert_eq!(environment["AWS_LAMBDA_RUNTIME_API"], "127.0.0.1:9");
        assert!(!environment.contains_key("AWS_ENDPOINT_URL"));
    }

    #[test]
    fn variables_of_the_function_win() {
        let spec = Spec::at("janitor", "/bin/true").variable("AWS_REGION", "us-east-1");
        assert_eq!(spec.environment("127.0.0.1:9")["AWS_REGION"], "us-east-1");
    }
}
