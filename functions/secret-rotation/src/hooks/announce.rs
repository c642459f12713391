//! Tells others of a finished rotation: one event, which names the secret and holds nothing of it
//! but whom it is for. Who hears of it twice hears of the same version.

use serde_json::{Value, json};
use shared::announce::put_events;

use crate::{
    fault::{Code, Fault},
    plan::{gate::Described, set::Strategy},
    secret::document::Document,
    work::Work,
};

pub(super) async fn announce(
    work: &Work<'_>,
    bus: &str,
    strategy: Strategy,
    finished: &Document,
) -> Result<(), Fault> {
    let (source, detail_type) = ("caretaker.secret-rotation", "Secret Rotation Finished");
    let details = [detail(work.secret, work.token(), strategy, finished)];
    let put = put_events(work.aws, bus, source, detail_type, &details);
    put.await.map_err(|err| Fault::from_error(Code::HookFailed, err))
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
