//! Answers what the next run would do with one resource, and why: the very plan of that run, for one.

use aws_config::SdkConfig;
use serde::Serialize;
use serde_json::Value;
use shared::{
    aws::partition,
    document::Text,
    error::{AwsError, HandlerError, quoted},
    runtime::Invocation,
    target::{self, Target},
};

use jiff::Timestamp;

use crate::{
    App,
    event::OneResource,
    look::{self, Found},
    observe::{documents::documents_or_none, untagged},
    only,
    plan::{
        self, Settings,
        action::Named,
        considered::{Considered, Follows},
    },
    resource::{Kind, Power},
};

/// One resource as the next run will see it. A field without a value is null.
#[derive(Debug, Default, Serialize)]
struct Explanation {
    resource: String,
    arn: Option<String>,
    kind: &'static str,
    name: Option<String>,
    account: Option<String>,
    region: String,
    tag: Option<String>,
    schedule: Option<String>,
    state: String,
    wanted: Option<String>,
    because: Option<String>,
    #[serde(rename = "override")]
    overridden: Option<Overridden>,
    handled: Option<Handled>,
    next: Option<Next>,
    would: Would,
    problem: Option<String>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Overridden {
    state: String,
    until: Option<String>,
    holds: bool,
}

#[derive(Debug, Serialize)]
struct Handled {
    at: String,
    action: &'static str,
    attempts: u32,
    retry: Option<String>,
}

#[derive(Debug, Serialize)]
struct Next {
    at: String,
    state: String,
}

#[derive(Debug, Default, Serialize)]
struct Would {
    #[serde(rename = "do")]
    what: &'static str,
    because: String,
}

/// Looks for the resource in every target, or in that of its ARN. Calls nothing but reads.
pub(crate) async fn explain(
    app: &App,
    OneResource { resource: Text(name) }: &OneResource,
    now: Timestamp,
    invocation: &Invocation,
) -> Result<Value, HandlerError> {
    let App { config, .. } = app;
    let own = app.own().await;
    let documents = documents_or_none(own, config).await;
    let account = invocation.account.as_deref();
    let targets = target::enter(&config.scope, own, &only::target(name), account).await?;
    let mut warnings: Vec<String> = targets.refused.iter().map(ToString::to_string).collect();
    warnings.extend(documents.failed.iter().map(AwsError::summary));
    let settings = Settings::of(config, now, true);
    let found = look::look(config, &documents.catalog, targets.entered).await;
    let mut places: Vec<(Target, SdkConfig)> = Vec::new();
    for Found { target, aws, fleet, windows } in found {
        warnings.extend(fleet.failed.iter().map(|err| format!("{target}: {}", err.summary())));
        let is_asked = |id: &str| only::last(name) == id;
        let mut asked = None;
        plan::consider(fleet.resources, &documents.catalog, &windows, &settings, |considered| {
            let arn = considered.resource.arn.as_deref();
            if is_asked(&considered.resource.id) || arn == Some(name) {
                asked.get_or_insert(considered);
            }
        });
        if let Some(considered) = asked {
            return json(Explanation { warnings, ..of(considered, target, account) });
        }
        places.push((target, aws));
    }
    for (target, aws) in places {
        match untagged::find(&aws, only::last(name), config).await {
            Ok(Some((resource, state))) => {
                let key = quoted(&config.schedule_tag);
                let because = format!("it has no tag {key}");
                let would = Would { what: "nothing", because };
                let known =
                    Explanation { state, would, warnings, ..named(resource, target, account) };
                return json(known);
            }
            Ok(None) => (),
            Err(error) => warnings.push(format!("{target}: {}", error.summary())),
        }
    }
    let what = format!("no target has a resource `{}`; {}", quoted(name), warnings.join("; "));
    let what = what.trim_end_matches([';', ' ']).to_owned();
    Err(AwsError::new("explain", "ResourceNotFound", &what).into())
}

fn json(explanation: Explanation) -> Result<Value, HandlerError> {
    Ok(serde_json::to_value(explanation).map_err(anyhow::Error::from)?)
}

fn named(resource: Named, target: Target, account: Option<&str>) -> Explanation {
    let Named { kind, id, name, arn } = resource;
    let account = target.account.or_else(|| account.map(str::to_owned));
    let region = target.region;
    let of_instance = account
        .as_ref()
        .filter(|_| kind == Kind::Instance)
        .map(|account| format!("arn:{}:ec2:{region}:{account}:instance/{id}", partition(&region)));
    Explanation {
        arn: arn.map(String::from).or(of_instance),
        kind: kind.name(),
        resource: id.into(),
        name: name.map(String::from),
        account,
        region,
        ..Explanation::default()
    }
}

fn of(considered: Considered, target: Target, account: Option<&str>) -> Explanation {
    let Considered { resource, tag, label, power, course } = considered;
    let state = state(resource.kind, &power).to_owned();
    let because = match (&course.left, &course.follows, &course.problem) {
        (Some((reason, _)), ..) => reason.to_string(),
        (None, Some(follows), _) => follows.because.to_string(),
        (None, None, Some((problem, _))) => problem.to_string(),
        (None, None, None) => String::new(),
    };
    let would = match &course.action {
        Some(action) => Would { what: action.change.verb(), because: action.why.to_string() },
        None => Would { what: "nothing", because },
    };
    let is_followed = course.follows.is_some();
    let inline = is_followed && &*label == "inline";
    let schedule = is_followed.then(|| if inline { tag.to_string() } else { label.to_string() });
    let plain = course.follows.as_ref().and_then(|follows| follows.plain.clone());
    Explanation {
        tag: Some(tag.to_string()),
        schedule,
        state,
        wanted: plain.as_ref().map(|plain| plain.wanted.to_string()),
        because: plain.as_ref().map(|plain| plain.because.clone()),
        overridden: course.follows.as_ref().and_then(overridden),
        handled: course.follows.as_ref().and_then(handled),
        next: plain.and_then(|plain| {
            let (at, state) = plain.next?;
            Some(Next { at: at.to_string(), state: state.to_string() })
        }),
        would,
        problem: course.problem.map(|(problem, _)| problem.to_string()),
        ..named(resource, target, account)
    }
}

fn overridden(follows: &Follows) -> Option<Overridden> {
    let overridden = follows.overridden?;
    Some(Overridden {
        state: overridden.asks.name().to_owned(),
        until: overridden.until.map(|until| until.to_string()),
        holds: follows.override_holds,
    })
}

fn handled(follows: &Follows) -> Option<Handled> {
    use crate::schedule::State;
    let handled = follows.handled.as_ref()?;
    Some(Handled {
        at: handled.at.to_string(),
        action: if handled.state == State::Running { "start" } else { "stop" },
        attempts: handled.retries,
        retry: handled.retry.map(|retry| retry.to_string()),
    })
}

/// As the service names it, where it has a name for it.
fn state(kind: Kind, power: &Power) -> &str {
    match (power, kind) {
        (Power::Running, Kind::Database | Kind::Cluster) => "available",
        (Power::Running, Kind::Instance | Kind::Group) => "running",
        (Power::Starting, Kind::Instance) => "pending",
        (Power::Starting, Kind::Database | Kind::Cluster | Kind::Group) => "starting",
        (Power::Stopped, _) => "stopped",
        (Power::Stopping, _) => "stopping",
        (Power::Busy(state), _) => state,
    }
}
