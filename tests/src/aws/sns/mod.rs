//! The sns service: topics and what was published to them. Delivers to nobody.

use std::collections::BTreeSet;

use super::{
    call::{Call, Input, Outcome, Reply, ServiceError, Touched},
    form::Form,
    world::World,
    xml::Xml,
};

const MAX_MESSAGE_BYTES: usize = 262_144;

/// What one account has of this service in one region.
#[derive(Debug, Default)]
pub struct State {
    topics: BTreeSet<String>,
    messages: Vec<Message>,
}

/// One message that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub topic: String,
    pub subject: Option<String>,
    pub text: String,
}

impl State {
    pub fn add_topic(&mut self, name: &str) {
        self.topics.insert(name.to_owned());
    }

    /// In the order they were published.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }
}

/// Answers one call.
pub fn handle(world: &mut World, mut call: Call) -> Outcome {
    let Input::Query(form) = &mut call.input else {
        return Err(ServiceError::invalid_action(&call.operation));
    };
    let form = std::mem::take(form);
    match call.operation.as_str() {
        "CreateTopic" => create_topic(world, &call, form),
        "Publish" => publish(world, &call, form),
        other => Err(ServiceError::invalid_action(other)),
    }
}

/// The topic.
pub fn resources(_world: &mut World, call: &Call) -> Vec<Touched> {
    let Input::Query(form) = &call.input else { return Touched::everything() };
    let arn = match call.operation.as_str() {
        "Publish" => form.get("TopicArn").or_else(|| form.get("TargetArn")).map(ToOwned::to_owned),
        _ => form.get("Name").map(|name| arn(call, name)),
    };
    vec![Touched { arn: arn.unwrap_or_else(|| "*".to_owned()), ..Touched::default() }]
}

fn create_topic(world: &mut World, call: &Call, mut form: Form) -> Outcome {
    let name = form.require("Name")?;
    form.finish()?;
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !(1..=256).contains(&name.len()) || !name.bytes().all(is_legal) {
        return Err(invalid("Topic Name"));
    }
    world.place(&call.account, &call.region).sns.add_topic(&name);
    let mut xml = Xml::new();
    xml.text("TopicArn", arn(call, &name));
    Ok(Reply::Xml(xml))
}

fn publish(world: &mut World, call: &Call, mut form: Form) -> Outcome {
    let target = form.take("TopicArn").or_else(|| form.take("TargetArn"));
    let text = form.take("Message").unwrap_or_default();
    let subject = form.take("Subject");
    form.finish()?;
    let Some(target) = target else {
        return Err(invalid("TopicArn or TargetArn Reason: no value for required parameter"));
    };
    if text.is_empty() {
        return Err(invalid("Empty message"));
    }
    if text.len() > MAX_MESSAGE_BYTES {
        return Err(invalid("Message too long"));
    }
    if subject.as_deref().is_some_and(|subject| !is_subject(subject)) {
        return Err(invalid("Subject"));
    }
    let ["arn", _, "sns", region, account, topic] = target.split(':').collect::<Vec<_>>()[..]
    else {
        return Err(invalid(&format!(
            "TopicArn Reason: An ARN must have at least 6 elements, not {}",
            target.split(':').count()
        )));
    };
    if region != call.region {
        return Err(invalid("TopicArn"));
    }
    let state = &mut world.place(account, region).sns;
    if !state.topics.contains(topic) {
        return Err(ServiceError::client("NotFound", "Topic does not exist").with_status(404));
    }
    state.messages.push(Message { topic: topic.to_owned(), subject, text });
    let mut xml = Xml::new();
    xml.text("MessageId", format!("00000000-0000-4000-a000-{:012x}", state.messages.len()));
    Ok(Reply::Xml(xml))
}

/// Printable ASCII of at most 100 characters that begins with no space.
fn is_subject(subject: &str) -> bool {
    (1..=100).contains(&subject.len())
        && subject.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && !subject.starts_with(' ')
}

fn arn(call: &Call, name: &str) -> String {
    format!("arn:aws:sns:{}:{}:{name}", call.region, call.account)
}

fn invalid(what: &str) -> ServiceError {
    ServiceError::client("InvalidParameter", format!("Invalid parameter: {what}"))
}
