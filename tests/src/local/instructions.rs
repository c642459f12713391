//! What `cargo local` tells a person to type. Pure, but for the database that it is told of.

use std::collections::BTreeMap;

use crate::{servers::Server, template::Stack};

/// Text for a shell: what is not a command is a comment.
pub fn instructions(endpoint: &str, stack: &Stack, server: Option<&Server>) -> String {
    let region = &stack.region;
    let mut variables: BTreeMap<&str, &str> = BTreeMap::new();
    for function in &stack.functions {
        let set = function.variables.iter().filter(|(_, value)| !value.is_empty());
        variables.extend(set.map(|(name, value)| (name.as_str(), value.as_str())));
    }
    let variables: Vec<String> =
        variables.iter().map(|(name, value)| format!("{name}='{value}'")).collect();
    let variables = variables.join(" \\\n    ");
    let (authority, database) = match server {
        Some(server) => (
            format!(
                "# Who signed the certificate of the database:\n\
                 export SSL_CA_PEM=\"$(cat '{}')\"\n",
                server.ca_file().display()
            ),
            format!(
                "aws secretsmanager rotate-secret --secret-id shop   # two users of a PostgreSQL, port {}\n",
                server.port()
            ),
        ),
        None => (
            String::new(),
            "# There is no PostgreSQL here: `tests/run servers` unpacks one, then there are secrets of its users.\n"
                .to_owned(),
        ),
    };
    format!(
        "# A local AWS with a fleet and secrets in it, until Ctrl-C. In every other terminal:\n\
         export AWS_ENDPOINT_URL={endpoint} AWS_REGION={region} AWS_DEFAULT_REGION={region}\n\
         export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local\n\
         # What template.yaml sets for the functions:\n\
         export {variables}\n\
         {authority}\n\
         # In a second terminal, which runs the functions:\n\
         cargo lambda watch\n\n\
         # In a third: first only what would be done, then do it, then look.\n\
         cargo lambda invoke instance-scheduler --data-file events/instance-scheduler/dry-run.json\n\
         cargo lambda invoke instance-scheduler --data-file events/instance-scheduler/scheduled.json\n\
         aws ec2 describe-instances\n\n\
         # What a rotation needs, and its four steps by hand; then whole ones, told here.\n\
         for event in doctor create set test finish; do\n    \
         cargo lambda invoke secret-rotation --data-file events/secret-rotation/$event.json\n\
         done\n\
         aws secretsmanager rotate-secret --secret-id api-key   # a random value\n\
         {database}\
         aws secretsmanager list-secrets\n\n\
         # The key `local` may do everything. With AWS_ACCESS_KEY_ID=instance-scheduler, only what\n\
         # template.yaml grants that function is allowed.\n"
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::Timestamp;

    use super::*;
    use crate::stage::Stage;

    fn without_database() -> String {
        let deployed = Stage::at(Timestamp::UNIX_EPOCH).deploy().unwrap();
        instructions(&deployed.aws.endpoint(), &deployed.stack, None)
    }

    #[test]
    fn without_a_database_it_says_how_to_get_one() {
        let told = without_database();
        assert!(told.contains("`tests/run servers` unpacks one"), "{told}");
        assert!(!told.contains("SSL_CA_PEM") && !told.contains("--secret-id shop"), "{told}");
    }

    #[test]
    fn every_event_that_it_names_is_there() {
        let told = without_database();
        let words = told.split_whitespace().filter(|word| word.starts_with("events/"));
        let steps = ["doctor", "create", "set", "test", "finish"];
        let names = words.flat_map(|word| steps.map(|step| word.replace("$event", step)));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let missing: Vec<_> = names.filter(|name| !root.join(name).is_file()).collect();
        assert_eq!(missing, [""; 0]);
    }
}
