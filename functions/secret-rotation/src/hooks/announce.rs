//! Tells others of a finished rotation: one event, which names the secret and holds nothing of it
//! but whom it is for. Who hears of it twice hears of the same version.

use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use serde_json::{Value, json};
use shared::error::{AwsError, AwsResultExt as _};

use crate::{
    fault::{Code, Fault},
    plan::{gate::Described, set::Strategy},
    rotate::Work,
    secret::document::Document,
};

pub(super) async fn announce(
    work: &Work<'_>,
    bus: &str,
    strategy: Strategy,
    finished: &Document,
) -> Result<(), Fault> {
    let detail = detail(work.secret, work.token(), strategy, finished);
    put(work, bus, &detail).await.map_err(|err| Fault::from_error(Code::HookFailed, err))
}

async fn put(work: &Work<'_>, bus: &str, detail: &Value) -> Result<(), AwsError> {
    const OPERATION: &str = "events:PutEvents";
    let entry = PutEventsRequestEntry::builder()
        .event_bus_name(bus)
        .source("caretaker.secret-rotation")
        .detail_type("Secret Rotation Finished")
        .detail(detail.to_string())
        .build();
    let output = Client::new(work.aws).put_events().entries(entry).send().await;
    let output = output.during(OPERATION)?;
    // A refused entry comes inside a `200 OK`.
    match output.entries().iter().find_map(|entry| Some((entry.error_code()?, entry))) {
        None => Ok(()),
        Some((code, entry)) => {
            Err(AwsError::new(OPERATION, code, entry.error_message().unwrap_or_default()))
        }
    }
}

fn detail(secret: &Described, token: &str, strategy: Strategy, finished: &Document) -> Value {
    let field = |name| finished.string(name).ok().flatten();
    json!({
        "secret": secret.arn,
        "name": secret.name,
        "version": token,
        "user": field("username"),
        "strategy": strategy.name(),
        "engine": field("engine"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hidden::Hidden;

    #[test]
    fn an_event_says_whose_password_changed_and_not_to_what() {
        let secret =
            Described { arn: "arn:app".to_owned(), name: "app".to_owned(), ..Described::default() };
        let text = r#"{"engine":"mysql","username":"app","password":"hunter2","url":"x:hunter2"}"#;
        let finished = Document::parse(&Hidden::new(text)).unwrap();
        assert_eq!(
            detail(&secret, "T", Strategy::Dual, &finished),
            json!({
                "secret": "arn:app",
                "name": "app",
                "version": "T",
                "user": "app",
                "strategy": "dual",
                "engine": "mysql",
            })
        );
    }
}
