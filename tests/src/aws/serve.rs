//! One request through the local AWS: who, what, may they, does it fail, do it, write it down.

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::Write as _,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use http::{Response, request::Parts};
use s3s::service::S3Service;
use tokio::task::spawn_blocking;

use super::{
    call::{Call, Outcome, ServiceError, Touched},
    clock::Clock,
    credentials::{Credentials, credentials},
    faults::{Fault, Faults, Kill},
    identity::Caller,
    log::{Entry, Log},
    policy::{Context, Grant, Refused},
    refusal, s3,
    service::{self, Service},
    wire,
    world::World,
};

/// What the connection does with a request.
#[derive(Debug)]
pub(super) enum Answer {
    Reply(Response<Bytes>),
    /// Sends half of the body and breaks off.
    Truncate(Response<Bytes>),
    /// Never answers.
    Hang,
    /// Breaks the connection.
    Reset,
}

/// All of one local AWS that outlives a request.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) world: Mutex<World>,
    pub(super) clock: Clock,
    pub(super) faults: Faults,
    pub(super) log: Log,
    pub(super) used_grants: Mutex<BTreeSet<Grant>>,
    pub(super) used_grants_file: Option<PathBuf>,
    pub(super) n_requests: AtomicU64,
}

impl Core {
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers one request. S3 has its own way through, the rest of which is s3s.
    pub(super) async fn answer(&self, s3: &S3Service, head: Parts, body: Bytes) -> Answer {
        if let Some(meanwhile) = self.faults.held() {
            // A panic in it is its own thread's; the call goes on.
            let _panicked = spawn_blocking(meanwhile).await;
        }
        let number = self.n_requests.fetch_add(1, Ordering::Relaxed) + 1;
        let request_id = format!("00000000-0000-4000-8000-{number:012x}");
        let refuse = |error| Answer::Reply(wire::encode_unrouted(&head, &error, &request_id));
        let credentials = match credentials(&head.headers) {
            Ok(credentials) => credentials,
            Err(error) => return refuse(error),
        };
        if credentials.service == "s3" {
            return s3::answer(self, s3, credentials, head, body, &request_id).await;
        }
        match service::service(&credentials.service) {
            Ok(service) => self.serve(service, credentials, &head, &body, &request_id),
            Err(error) => refuse(error),
        }
    }

    pub(super) fn kill(&self, fault: Fault, operation: String, access_key: String) {
        self.faults.kill(&Kill { fault, operation, access_key });
    }

    /// Asks the caller's policies, and remembers the grants that were needed.
    pub(super) fn allow(
        &self,
        caller: &Caller,
        call: &Call,
        action: &str,
        resources: &[Touched],
    ) -> Result<(), Refused> {
        if let Some(role) = &caller.role {
            let context = Context::of_call(caller, call);
            self.note_used(role.allows(action, resources, &context)?);
        }
        Ok(())
    }

    fn serve(
        &self,
        service: &'static Service,
        credentials: Credentials,
        head: &Parts,
        body: &[u8],
        request_id: &str,
    ) -> Answer {
        let refuse =
            |error| Answer::Reply(wire::encode(service, "Refused", Err(error), request_id));
        let (operation, input) = match wire::decode(service, head, body) {
            Ok(decoded) => decoded,
            Err(error) => return refuse(error),
        };
        let now = self.clock.now();
        let mut world = self.world();
        let caller = match world.caller(&credentials) {
            Ok(caller) => caller,
            Err(unknown) => return refuse(refusal::unknown_caller(service, unknown)),
        };
        let Credentials { access_key, region, .. } = credentials;
        let call = Call {
            service: service.name,
            operation,
            account: caller.account.clone(),
            region,
            access_key,
            now,
            input,
        };
        let operation = call.operation.clone();
        let action = call.action();
        let fault = self.faults.next(&action);
        for interference in self.faults.interferences(&action) {
            interference(&mut world, now);
        }
        let mut entry = Entry::arrived(&call, fault);
        let access_key = call.access_key.clone();

        let outcome = match fault {
            Some(Fault::Throttle) => Err(refusal::throttled(service)),
            Some(Fault::InternalError) => Err(refusal::internal_error(service)),
            Some(Fault::Unavailable) => Err(refusal::unavailable(service)),
            Some(Fault::Denied) => Err(refusal::denied(service, &caller.arn, &action, "*")),
            Some(Fault::Reset | Fault::KillBefore) => Err(lost()),
            Some(Fault::Timeout | Fault::Truncated | Fault::KillAfter) | None => {
                self.perform(&mut world, service, &caller, call)
            }
        };
        drop(world);
        entry.outcome = outcome.as_ref().map(|_| ()).map_err(Clone::clone);
        self.log.record(entry);

        match fault {
            Some(Fault::Timeout) => Answer::Hang,
            Some(Fault::Reset) => Answer::Reset,
            Some(fault @ (Fault::KillBefore | Fault::KillAfter)) => {
                self.kill(fault, action, access_key);
                Answer::Reset
            }
            Some(Fault::Truncated) => {
                Answer::Truncate(wire::encode(service, &operation, outcome, request_id))
            }
            _ => Answer::Reply(wire::encode(service, &operation, outcome, request_id)),
        }
    }

    /// Asks the caller's policies, then the service.
    fn perform(
        &self,
        world: &mut World,
        service: &Service,
        caller: &Caller,
        call: Call,
    ) -> Outcome {
        // The local hand may do everything, so what it touches need not be found out.
        if caller.role.is_some() {
            let resources = (service.resources)(world, &call);
            let resources = world.with_organization(resources);
            let action = call.action();
            if let Err(refused) = self.allow(caller, &call, &action, &resources) {
                return Err(refusal::denied(service, &caller.arn, &action, &refused.resource));
            }
        }
        (service.handle)(world, call)
    }

    /// Remembers grants, and appends each new one as a line to the file, where the test that
    /// looks for unused grants finds those of other processes too.
    fn note_used(&self, used: BTreeSet<Grant>) {
        let mut known = self.used_grants.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<Grant> = used.into_iter().filter(|grant| !known.contains(grant)).collect();
        if let Some(path) = &self.used_grants_file
            && !new.is_empty()
        {
            let mut lines = new.iter().map(Grant::to_string).collect::<Vec<_>>().join("\n");
            lines.push('\n');
            let file = OpenOptions::new().create(true).append(true).open(path);
            // One write per call, so that lines of several processes do not mix.
            let written = file.and_then(|mut file| file.write_all(lines.as_bytes()));
            written.expect("the file of used grants can be written, or the test proves nothing");
        }
        known.extend(new);
    }
}

/// What the log says of a call that did not reach its service.
fn lost() -> ServiceError {
    ServiceError::client("ConnectionLost", "the connection broke before the call took effect")
}
