//! The s3 service: buckets and small objects. The protocol is the s3s crate's; what it serves is
//! what `objects` implements, the rest is refused.

mod gate;
mod objects;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use s3s::{
    Body, S3Error, S3ErrorCode,
    service::{S3Service, S3ServiceBuilder},
};

use super::{
    call::ServiceError,
    credentials::Credentials,
    faults::Fault,
    identity::Caller,
    log::Entry,
    serve::{Answer, Core},
};
use gate::{Gate, Secrets};
use objects::Objects;

/// All buckets: their names are unique in the world.
#[derive(Debug, Default)]
pub struct State {
    buckets: BTreeMap<String, Bucket>,
}

/// One bucket.
#[derive(Debug)]
pub struct Bucket {
    pub account: String,
    pub region: String,
    objects: BTreeMap<String, Object>,
}

/// One object. There are no versions.
#[derive(Debug, Clone)]
pub struct Object {
    pub bytes: Bytes,
    pub content_type: Option<String>,
    metadata: BTreeMap<String, String>,
    /// Without quotes: the MD5 of the bytes in hexadecimal.
    e_tag: String,
    modified: Timestamp,
}

impl State {
    pub fn add_bucket(&mut self, name: &str, account: &str, region: &str) {
        let (account, region) = (account.to_owned(), region.to_owned());
        let bucket = Bucket { account, region, objects: BTreeMap::new() };
        self.buckets.insert(name.to_owned(), bucket);
    }

    /// Puts an object past all rules. Without its bucket, nothing happens.
    pub fn put(&mut self, bucket: &str, key: &str, bytes: impl Into<Bytes>, now: Timestamp) {
        if let Some(bucket) = self.buckets.get_mut(bucket) {
            bucket.objects.insert(key.to_owned(), Object::new(bytes.into(), now));
        }
    }

    pub fn object(&self, bucket: &str, key: &str) -> Option<&Object> {
        self.buckets.get(bucket)?.objects.get(key)
    }
}

/// One request on its way through s3s: who makes it, and what the gate decided.
#[derive(Debug)]
struct Arrival {
    caller: Caller,
    region: String,
    access_key: String,
    /// Of the call, once the gate has seen it.
    entry: Option<Entry>,
}

type Arrivals = Arc<Mutex<Arrival>>;

/// The service in front of the core's world.
pub(super) fn service(core: &Arc<Core>) -> S3Service {
    let mut builder = S3ServiceBuilder::new(Objects::new(Arc::clone(core)));
    builder.set_auth(Secrets::new(Arc::clone(core)));
    builder.set_access(Gate::new(Arc::clone(core)));
    builder.build()
}

/// Answers one request.
pub(super) async fn answer(
    core: &Core,
    service: &S3Service,
    credentials: Credentials,
    head: Parts,
    body: Bytes,
    request_id: &str,
) -> Answer {
    let caller = core.world().caller(&credentials);
    let Credentials { access_key, region, .. } = credentials;
    let Ok(caller) = caller else {
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        let error = S3Error::with_message(S3ErrorCode::InvalidAccessKeyId, message);
        return match error.to_http_response() {
            Ok(response) => Answer::Reply(whole(response, request_id).await),
            Err(_) => Answer::Reset,
        };
    };
    let arrival = Arrival { caller, region, access_key, entry: None };
    let arrival = Arc::new(Mutex::new(arrival));
    let mut request = Request::from_parts(head, Body::from(body));
    request.extensions_mut().insert(Arc::clone(&arrival));
    let response = match service.call(request).await {
        Ok(response) => whole(response, request_id).await,
        Err(_) => return Answer::Reset,
    };

    let entry = arrival.lock().unwrap_or_else(PoisonError::into_inner).entry.take();
    // Refused before it was known what it asks for: a bad signature, a malformed request.
    let Some(mut entry) = entry else { return Answer::Reply(response) };
    entry.outcome = outcome(&response);
    let (fault, operation) = (entry.fault, entry.operation.clone());
    let access_key = entry.access_key.clone();
    core.log.record(entry);
    match fault {
        Some(Fault::Timeout) => Answer::Hang,
        Some(Fault::Reset) => Answer::Reset,
        Some(fault @ (Fault::KillBefore | Fault::KillAfter)) => {
            core.kill(fault, operation, access_key);
            Answer::Reset
        }
        Some(Fault::Truncated) => Answer::Truncate(response),
        _ => Answer::Reply(response),
    }
}

/// What the log says of a response.
fn outcome(response: &Response<Bytes>) -> Result<(), ServiceError> {
    let status = response.status().as_u16();
    if status < 400 {
        return Ok(());
    }
    let text = String::from_utf8_lossy(response.body());
    let between = |open: &str, close: &str| {
        let (_, rest) = text.split_once(open)?;
        Some(rest.split_once(close)?.0.to_owned())
    };
    // The answer to a HEAD has no body, and AWS no code for it but the status.
    let code = between("<Code>", "</Code>").unwrap_or_else(|| status.to_string());
    let message = between("<Message>", "</Message>").unwrap_or_default();
    Err(ServiceError::client(code, message).with_status(status))
}

async fn whole(response: Response<Body>, request_id: &str) -> Response<Bytes> {
    let (mut head, body) = response.into_parts();
    if let Ok(id) = request_id.parse() {
        head.headers.insert("x-amz-request-id", id);
    }
    // Everything is in memory, so that reading it cannot fail.
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    Response::from_parts(head, bytes)
}
