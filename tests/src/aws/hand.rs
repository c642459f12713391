//! What a person with every right does, as one operation on the world: without the endpoint, whose
//! log and faults are the functions'.

use std::fmt::Display;

use super::{
    call::{Call, Outcome, ServiceError},
    identity::LOCAL_KEY,
    service::{Service, service},
    site::Site,
    wire,
    world::World,
};

impl World {
    /// Carries out one operation of a service. `input` is what a client sends: the parameters as a
    /// query string, or a JSON object.
    pub fn by_hand(
        &mut self,
        service: &str,
        site: &Site<'_>,
        operation: &str,
        input: impl Display,
    ) -> Outcome {
        let (service, call) = call(service, site, operation, &input.to_string())?;
        (service.handle)(self, call)
    }
}

pub(super) fn call(
    name: &str,
    site: &Site<'_>,
    operation: &str,
    input: &str,
) -> Result<(&'static Service, Call), ServiceError> {
    let service = service(name)?;
    let call = Call {
        service: service.name,
        operation: operation.to_owned(),
        account: site.account.to_owned(),
        region: site.region.to_owned(),
        access_key: LOCAL_KEY.to_owned(),
        now: site.now,
        input: wire::input(service, input.as_bytes())?,
    };
    Ok((service, call))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::aws::{probe::REGION, world::HOME_ACCOUNT};

    #[test]
    fn a_hand_speaks_the_protocol_of_the_service() {
        let now = "2026-06-01T08:00:00Z".parse().unwrap();
        let site = Site { account: HOME_ACCOUNT, region: REGION, now };
        let mut world = World::default();
        let parameter = json!({ "Name": "/a", "Value": "b", "Type": "String" });
        world.by_hand("ssm", &site, "PutParameter", parameter).unwrap();
        assert_eq!(world.place(HOME_ACCOUNT, REGION).ssm.value("/a"), Some("b"));
        world.by_hand("sns", &site, "CreateTopic", "Name=alerts%2Dtest").unwrap();

        let refused = world.by_hand("ssm", &site, "PutParameter", "Name=/a").unwrap_err();
        assert_eq!(refused.code, "SerializationException");
        let refused = world.by_hand("sqs", &site, "SendMessage", "").unwrap_err();
        assert_eq!(refused.code, "UnknownOperationException");
    }
}
