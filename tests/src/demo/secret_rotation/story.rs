//! Plays rotations as Secrets Manager does, step by step, and takes down what happened meanwhile:
//! what the function said, where the labels are, who logged in. Prints nothing.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::{
    clients::Clients,
    theatre::{Credentials, SHOP, Theatre},
};
use crate::{
    aws::secretsmanager::rotation::{Ended, Rotation, StepOutcome},
    lambda::{Invocation, Outcome},
    servers::Session,
};

/// The labels in the order in which a version gets them.
pub(super) const LABELS: [&str; 3] = ["AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"];

#[derive(Debug)]
pub(super) struct Story {
    /// A connection that an application has had since before the first rotation.
    session: Session,
    clients: Clients,
    pub theatre: Arc<Theatre>,
    /// Every password that the function has made, in order.
    pub made: Vec<String>,
    /// Everything that the function wrote or said.
    pub said: Vec<String>,
}

/// One step and what was seen after it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub name: String,
    /// Whose version has each of [`LABELS`]; `-` for nobody's, `?` for one without a value.
    pub users: [String; 3],
    pub n_logins: usize,
    pub n_refused: usize,
    pub took: Duration,
    pub answer: Answer,
}

/// What the function answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Done(String),
    Failed { code: String, message: String },
}

/// One try of a rotation.
#[derive(Debug, Clone)]
pub(super) struct Try {
    pub steps: Vec<Step>,
    pub ended: Ended,
    /// What the applications logged in with when it began.
    pub before: Credentials,
    pub after: Credentials,
}

impl Story {
    pub(super) fn begin(theatre: Theatre) -> anyhow::Result<Self> {
        let Credentials { user, password } = current(&theatre)?;
        let session = theatre.server.session(&user, &password)?;
        let theatre = Arc::new(theatre);
        let clients = Clients::start(&theatre)?;
        clients.wait()?;
        Ok(Self { theatre, clients, session, made: Vec::new(), said: Vec::new() })
    }

    /// What the doctor finds, one finding each: `fine`, `warning` or `wrong`, and a sentence.
    pub(super) fn doctor(&mut self) -> anyhow::Result<Vec<(String, String)>> {
        let invocation = self.invoke(&json!({ "doctor": { "secret": SHOP } }));
        let Outcome::Answer(answer) = &invocation.outcome else {
            bail!("the doctor did not answer: {:?}", invocation.outcome);
        };
        let findings = answer["findings"].as_array().context("no findings")?.iter();
        let findings = findings.flat_map(|finding| finding.as_object().into_iter().flatten());
        Ok(findings.map(|(kind, text)| (kind.clone(), sentence(text))).collect())
    }

    /// One try, shown step by step as it goes. Applications that keep credentials read them before.
    pub(super) fn attempt(
        &mut self,
        rotation: &Rotation,
        mut show: impl FnMut(&Step) -> anyhow::Result<()>,
    ) -> anyhow::Result<Try> {
        self.clients.read_again()?;
        let theatre = Arc::clone(&self.theatre);
        let before = current(&theatre)?;
        let mut steps = Vec::new();
        let mut attempt = rotation.begin(&theatre.aws);
        let ended = loop {
            let event = match attempt.event() {
                Ok(event) => event,
                Err(ended) => break ended,
            };
            let logins = self.clients.logins();
            let invocation = self.invoke(&event);
            attempt.record(&theatre.aws, StepOutcome::from(&invocation));
            let now = self.clients.wait()?;
            // Lives through every rotation, or the demo ends here.
            self.session.execute("SELECT 1").context("the connection from before")?;
            let step = Step {
                name: sentence(&event["Step"]),
                users: LABELS.map(|label| user_of(&theatre, label)),
                n_logins: now.total() - logins.total(),
                n_refused: now.refused.len() - logins.refused.len(),
                took: invocation.duration,
                answer: answer(&invocation)?,
            };
            if step.name == "createSecret" {
                self.note_password();
            }
            show(&step)?;
            steps.push(step);
        };
        let after = current(&theatre)?;
        Ok(Try { steps, ended, before, after })
    }

    /// Every refusal that an application has met.
    pub(super) fn refused(&self) -> Vec<String> {
        self.clients.logins().refused
    }

    pub(super) fn n_logins(&self) -> usize {
        self.clients.logins().total()
    }

    fn invoke(&mut self, event: &Value) -> Invocation {
        let invocation = self.theatre.lambda.invoke(event);
        self.said.extend(invocation.logs.iter().cloned());
        self.said.push(format!("{:?}", invocation.outcome));
        invocation
    }

    /// A try that begins again finds the password of the one before.
    fn note_password(&mut self) {
        let pending = self.theatre.credentials(SHOP, "AWSPENDING");
        let password = pending.map(|pending| pending.password);
        self.made.extend(password.filter(|password| !self.made.contains(password)));
    }
}

pub(super) fn current(theatre: &Theatre) -> anyhow::Result<Credentials> {
    theatre.credentials(SHOP, "AWSCURRENT").context("the secret has no current value")
}

fn user_of(theatre: &Theatre, label: &str) -> String {
    let nobody = if theatre.has_label(SHOP, label) { "?" } else { "-" };
    theatre.credentials(SHOP, label).map_or_else(|| nobody.to_owned(), |it| it.user)
}

fn answer(invocation: &Invocation) -> anyhow::Result<Answer> {
    Ok(match &invocation.outcome {
        Outcome::Answer(answer) => Answer::Done(sentence(&answer["outcome"])),
        Outcome::Error { error_type, message } => {
            Answer::Failed { code: error_type.clone(), message: message.clone() }
        }
        other => bail!("no answer: {other:?}\n{}", invocation.logs.join("\n")),
    })
}

fn sentence(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
