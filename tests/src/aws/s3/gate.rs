//! What every S3 call passes before it is carried out: secrets, injected failures, policies. The
//! other services pass `serve`.

use std::sync::{Arc, PoisonError};

use s3s::{
    S3ErrorCode, S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
};
use serde_json::{Map, Value, json};

use super::{
    super::{
        call::{Call, Input, Touched},
        faults::Fault,
        log::Entry,
        serve::Core,
    },
    Arrivals,
};

/// The secret of an access key. Only S3 verifies signatures, because s3s does.
pub(super) struct Secrets(Arc<Core>);

impl Secrets {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }
}

#[async_trait::async_trait]
impl S3Auth for Secrets {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        Ok(SecretKey::from(self.0.world().identities.secret_key(access_key)))
    }
}

pub(super) struct Gate(Arc<Core>);

impl Gate {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }
}

#[async_trait::async_trait]
impl S3Access for Gate {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let operation = context.s3_op().name().to_owned();
        let bucket = context.s3_path().get_bucket_name().map(ToOwned::to_owned);
        let key = context.s3_path().get_object_key().map(ToOwned::to_owned);
        let Some(arrival) = context.extensions_mut().get::<Arrivals>().cloned() else {
            return Err(S3ErrorCode::InternalError.into());
        };
        let mut arrival = arrival.lock().unwrap_or_else(PoisonError::into_inner);
        let call = Call {
            service: "s3",
            operation,
            account: arrival.caller.account.clone(),
            region: arrival.region.clone(),
            access_key: arrival.access_key.clone(),
            now: self.0.clock.now(),
            input: Input::Json(input(bucket.as_deref(), key.as_deref())),
        };
        let fault = self.0.faults.next(&call.action());
        arrival.entry = Some(Entry::arrived(&call, fault));

        let action = action(&call.operation);
        let arn = arn(bucket.as_deref(), key.as_deref());
        let denied = |resource: &str| {
            let text = format!(
                "User: {} is not authorized to perform: {action} on resource: \"{resource}\" \
                 because no identity-based policy allows the {action} action",
                arrival.caller.arn
            );
            s3s::S3Error::with_message(S3ErrorCode::AccessDenied, text)
        };
        match fault {
            Some(Fault::Throttle) => {
                return Err(s3s::s3_error!(SlowDown, "Please reduce your request rate."));
            }
            Some(Fault::InternalError) => {
                return Err(s3s::s3_error!(
                    InternalError,
                    "We encountered an internal error. Please try again."
                ));
            }
            Some(Fault::Unavailable) => {
                return Err(s3s::s3_error!(
                    ServiceUnavailable,
                    "Service is unable to handle request."
                ));
            }
            Some(Fault::Denied) => return Err(denied(&arn)),
            // The answer never leaves; this only keeps the call from taking effect.
            Some(Fault::Reset | Fault::KillBefore) => return Err(S3ErrorCode::InternalError.into()),
            Some(Fault::Timeout | Fault::Truncated | Fault::KillAfter) | None => (),
        }
        let touched = Touched { arn: arn.clone(), ..Touched::default() };
        self.0
            .allow(&arrival.caller, &call, &action, &[touched])
            .map_err(|refused| denied(&refused.resource))
    }
}

fn input(bucket: Option<&str>, key: Option<&str>) -> Map<String, Value> {
    let members = [("Bucket", bucket), ("Key", key)];
    let given =
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
    given.collect()
}

/// Some operations need the permission of another name. See
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>.
fn action(operation: &str) -> String {
    let name = match operation {
        "HeadObject" => "GetObject",
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "ListBucket",
        "ListBuckets" => "ListAllMyBuckets",
        other => other,
    };
    format!("s3:{name}")
}

fn arn(bucket: Option<&str>, key: Option<&str>) -> String {
    match (bucket, key) {
        (Some(bucket), Some(key)) => format!("arn:aws:s3:::{bucket}/{key}"),
        (Some(bucket), None) => format!("arn:aws:s3:::{bucket}"),
        (None, _) => "*".to_owned(),
    }
}
