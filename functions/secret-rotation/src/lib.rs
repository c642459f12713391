#![doc = include_str!("../README.md")]

pub mod budget;
pub mod config;
pub mod databases;
pub mod doctor;
pub mod engine;
pub mod event;
pub mod fault;
pub mod hidden;
pub mod hooks;
pub mod password;
pub mod plan;
pub mod probe;
pub mod rotate;
pub mod secret;
pub mod secrets;
pub mod settings;
mod spelling;
pub mod work;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::{Client, config::retry::RetryConfig};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{error::HandlerError, runtime::Invocation};
use tokio::sync::OnceCell;

use crate::{
    budget::Budget,
    config::Config,
    doctor::Findings,
    engine::{Engine, mysql::Mysql, postgres::Postgres, tls::Trust},
    event::{Request, StepEvent},
    fault::Fault,
    plan::gate::{Gate, Step, gate},
    rotate::{Done, FINISHED, is_random, set::Logins},
    secret::login::{EngineName, Login},
    settings::Settings,
    work::Work,
};

/// What stays from one event to the next.
#[derive(Debug)]
pub struct App {
    config: Config,
    clients: OnceCell<(SdkConfig, Client)>,
    trust: Trust,
}

impl App {
    pub fn new(config: Config) -> Self {
        let trust = Trust::new(config.extra_roots.clone());
        Self { config, clients: OnceCell::new(), trust }
    }

    /// The client of Secrets Manager, and what the clients of other services are made of.
    async fn clients(&self) -> &(SdkConfig, Client) {
        let make = async || {
            let aws = shared::aws::config(&self.config.aws).await;
            let mut builder = aws_sdk_secretsmanager::config::Builder::from(&aws);
            let retry = RetryConfig::standard().with_max_attempts(self.config.max_attempts.max(1));
            builder.set_retry_config(Some(retry));
            if let Some(endpoint) = &self.config.endpoint {
                builder.set_endpoint_url(Some(endpoint.clone()));
            }
            let client = Client::from_conf(builder.build());
            (aws, client)
        };
        self.clients.get_or_init(make).await
    }
}

/// Plays one step of a rotation, or looks at what a rotation would need. Secrets Manager calls all
/// steps again with the same token when one has failed, so every failure is returned as it is.
pub async fn handle(app: &App, invocation: Invocation) -> Result<Value, HandlerError> {
    let budget = Budget::new(invocation.deadline);
    match event::request(&invocation.event, invocation.clock)? {
        Request::Step(event) => {
            let Done { outcome, warnings } = step(app, &event, budget, invocation.clock).await?;
            tracing::info!(step = event.step, secret = event.secret, "{outcome}");
            let mut answer =
                json!({ "step": event.step, "secret": event.secret, "outcome": outcome });
            if !warnings.is_empty() {
                answer["warnings"] = json!(warnings);
            }
            Ok(answer)
        }
        Request::Doctor { secret } => {
            let event = StepEvent::of_doctor(secret);
            Ok(doctor(app, &event, budget, invocation.clock).await?.to_json())
        }
    }
}

async fn step(app: &App, event: &StepEvent, budget: Budget, now: Timestamp) -> Result<Done, Fault> {
    let (aws, client) = app.clients().await;
    let config = &app.config;
    let secret = &secrets::describe(client, &event.secret).await?;
    let work = Work { config, trust: &app.trust, aws, client, event, secret, budget, now };
    let step = match gate(secret, &event.token, &event.step, &config.aws.region)? {
        Gate::AlreadyCurrent if Step::parse(&event.step) == Some(Step::Finish) => {
            return Ok(rotate::finish::finish_again(&work).await);
        }
        Gate::AlreadyCurrent => return Ok(FINISHED.into()),
        Gate::Open(Step::Create) => return rotate::create::create(&work).await.map(Done::from),
        Gate::Open(Step::Finish) => {
            let prove = async |settings: &Settings, pending: &Login| {
                let proven = at_database(&work, Task::Test, settings, &Logins::only(pending)).await;
                proven.map(drop)
            };
            return rotate::finish::finish(&work, prove).await;
        }
        Gate::Open(step) => step,
    };
    let current = secrets::current(client, secret).await?;
    let pending = secrets::pending(client, secret, &event.token).await?;
    let settings = work.settings(&current)?;
    if is_random(&current) {
        return match &settings.test_url {
            Some(test) if step == Step::Test => probe::probe(&work, test, &pending).await,
            _ => Ok("nobody but the secret knows the value"),
        }
        .map(Done::from);
    }
    let logins = Logins::read(&work, &current, &pending, &settings).await?;
    let task = match step {
        Step::Set => Task::Set,
        _ if logins.current == logins.pending => Task::Preflight,
        _ => Task::Test,
    };
    at_database(&work, task, &settings, &logins).await.map(Done::from)
}

/// What a rotation needs and what of it is missing.
async fn doctor(
    app: &App,
    event: &StepEvent,
    budget: Budget,
    now: Timestamp,
) -> Result<Findings, Fault> {
    let (aws, client) = app.clients().await;
    let secret = &secrets::describe(client, &event.secret).await?;
    let App { config, trust, .. } = app;
    let work = Work { config, trust, aws, client, event, secret, budget, now };
    let mut findings = Findings::default();
    doctor::look_at_secret(&work, &mut findings).await;
    // What cannot be looked at is a finding too, and the last.
    if let Err(fault) = examine(&work, &mut findings).await {
        findings.note(Err(fault));
    }
    Ok(findings)
}

async fn examine(work: &Work<'_>, findings: &mut Findings) -> Result<(), Fault> {
    let current = secrets::current(work.client, work.secret).await?;
    let settings = work.settings(&current)?;
    findings.extend(hooks::look(work, &settings.hooks, &current).await);
    if is_random(&current) {
        doctor::look_at_passwords(work, &settings, findings).await;
        if let Some(test) = &settings.test_url {
            findings.note(probe::probe(work, test, &current).await.map(str::to_owned));
        }
        return Ok(());
    }
    let logins = Logins::read(work, &current, &current, &settings).await?;
    at_database(work, Task::Examine(findings), &settings, &logins).await.map(drop)
}

/// What there is to do at a database, whichever it is.
enum Task<'a> {
    Set,
    Test,
    Preflight,
    Examine(&'a mut Findings),
}

async fn at_database(
    work: &Work<'_>,
    task: Task<'_>,
    settings: &Settings,
    logins: &Logins,
) -> Result<&'static str, Fault> {
    match logins.pending.place.engine {
        EngineName::Postgres => {
            let engine = Postgres { tls: work.trust.configs()?, hash: settings.hash };
            at(work, &engine, task, settings, logins).await
        }
        EngineName::Mysql | EngineName::Mariadb => {
            at(work, &Mysql { roots: work.trust.roots()? }, task, settings, logins).await
        }
    }
}

async fn at<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    task: Task<'_>,
    settings: &Settings,
    logins: &Logins,
) -> Result<&'static str, Fault> {
    match task {
        Task::Set => rotate::set::set(work, engine, settings, logins).await,
        Task::Preflight => doctor::preflight(work, engine, settings, logins).await,
        Task::Test => rotate::test::test(work, engine, settings, logins).await,
        Task::Examine(findings) => {
            doctor::look_at_database(work, engine, settings, logins, findings).await;
            Ok("examined")
        }
    }
}
