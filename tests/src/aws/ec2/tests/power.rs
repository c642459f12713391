use super::{MISSING, ONE, TWO, instance, states, with};
use crate::aws::{
    ec2::{Power, Shortage, StartFailure},
    probe::{numbered, refusal, texts},
};

fn of(operation: &str, ids: &[&str]) -> String {
    format!("{operation}{}", numbered("InstanceId", ids))
}

#[test]
fn a_stop_takes_time_and_says_who_asked() {
    let mut probe = with([instance(1)]);
    let answer = probe.ec2(&of("StopInstances", &[ONE])).unwrap();
    assert_eq!(texts(&answer, "name"), ["stopping", "running"]);
    probe.wait(29);
    assert_eq!(states(&mut probe), ["stopping"]);
    probe.wait(1);
    let listing = probe.ec2("DescribeInstances").unwrap();
    assert_eq!(texts(&listing, "name"), ["stopped"]);
    assert_eq!(texts(&listing, "reason"), ["User initiated (2026-06-01 08:00:00 GMT)"]);
    let reason = texts(&listing, "stateReason");
    assert_eq!(
        reason,
        ["<code>Client.UserInitiatedShutdown</code><message>Client.UserInitiatedShutdown: User \
          initiated shutdown</message>"]
    );
}

#[test]
fn a_start_takes_time_and_forgets_why_it_stopped() {
    let mut probe = with([instance(1)]);
    probe.ec2(&of("StopInstances", &[ONE])).unwrap();
    probe.wait(60);
    let answer = probe.ec2(&of("StartInstances", &[ONE])).unwrap();
    assert_eq!(texts(&answer, "name"), ["pending", "stopped"]);
    probe.wait(19);
    assert_eq!(states(&mut probe), ["pending"]);
    probe.wait(1);
    let listing = probe.ec2("DescribeInstances").unwrap();
    assert_eq!(texts(&listing, "name"), ["running"]);
    assert_eq!(texts(&listing, "launchTime"), ["2026-06-01T08:01:00.000Z"]);
    assert_eq!((texts(&listing, "reason"), texts(&listing, "stateReason")), (vec![""], vec![]));
}

#[test]
fn repeating_a_stop_or_a_start_changes_nothing() {
    let mut probe = with([instance(1).stopped(), instance(2)]);
    let answer = probe.ec2(&of("StopInstances", &[ONE])).unwrap();
    assert_eq!(texts(&answer, "name"), ["stopped", "stopped"]);
    let answer = probe.ec2(&of("StartInstances", &[TWO])).unwrap();
    assert_eq!(texts(&answer, "name"), ["running", "running"]);
    assert!(!probe.ec2("DescribeInstances").unwrap().contains("08:00:00"));
}

#[test]
fn one_bad_id_fails_the_batch_and_changes_nothing() {
    let mut probe = with([instance(1)]);
    let other = "i-0dead00000000cafe";
    assert_eq!(
        refusal(probe.ec2(&of("StopInstances", &[ONE, MISSING]))),
        format!("400 InvalidInstanceID.NotFound: The instance ID '{MISSING}' does not exist")
    );
    assert_eq!(
        refusal(probe.ec2(&of("StopInstances", &[MISSING, ONE, other]))),
        format!(
            "400 InvalidInstanceID.NotFound: The instance IDs '{MISSING}, {other}' do not exist"
        )
    );
    assert_eq!(
        refusal(probe.ec2(&of("StopInstances", &[MISSING, "i-web"]))),
        "400 InvalidInstanceID.Malformed: Invalid id: \"i-web\""
    );
    assert_eq!(states(&mut probe), ["running"]);
}

#[test]
fn a_dry_run_has_no_effect() {
    let mut probe = with([instance(1), instance(2).stopped()]);
    let refused = "412 DryRunOperation: Request would have succeeded, but DryRun flag is set.";
    for (operation, id) in
        [("StopInstances", ONE), ("StartInstances", TWO), ("TerminateInstances", ONE)]
    {
        let request = format!("{}&DryRun=true", of(operation, &[id]));
        assert_eq!(refusal(probe.ec2(&request)), refused);
    }
    assert_eq!(states(&mut probe), ["running", "stopped"]);
}

#[test]
fn states_that_allow_no_change_are_named() {
    let mut probe = with([instance(1), instance(2).in_state(Power::Pending)]);
    probe.ec2(&of("TerminateInstances", &[ONE])).unwrap();
    assert_eq!(
        refusal(probe.ec2(&of("StartInstances", &[ONE]))),
        format!(
            "400 IncorrectInstanceState: The instance '{ONE}' is not in a state from which it \
             can be started."
        )
    );
    for id in [ONE, TWO] {
        assert_eq!(
            refusal(probe.ec2(&of("StopInstances", &[id]))),
            format!(
                "400 IncorrectInstanceState: This instance '{id}' is not in a state from which \
                 it can be stopped."
            )
        );
    }
}

#[test]
fn what_cannot_be_stopped_says_why() {
    let mut probe = with([
        instance(1).instance_store_root(),
        instance(2).spot(false),
        instance(3).stop_protected(),
        instance(4),
        instance(5).spot(true),
    ]);
    let mut stop = |number: u64, more: &str| {
        let id = format!("i-{number:017x}");
        probe.ec2(&format!("{}{more}", of("StopInstances", &[&id])))
    };
    assert!(refusal(stop(1, "")).starts_with("400 UnsupportedOperation: The instance 'i-"));
    assert!(refusal(stop(2, "")).contains("UnsupportedOperation: You can't stop the Spot"));
    assert_eq!(
        refusal(stop(3, "")),
        "400 OperationNotPermitted: The instance 'i-00000000000000003' may not be stopped. Modify \
         its 'disableApiStop' instance attribute and try again."
    );
    assert_eq!(
        refusal(stop(4, "&Hibernate=true")),
        "400 UnsupportedHibernationConfiguration: The instance can't be hibernated because it was \
         not configured at launch for hibernation: i-00000000000000004"
    );
    assert!(stop(5, "").is_ok());
}

#[test]
fn hibernation_works_where_it_was_configured() {
    let mut probe = with([instance(1).hibernation_configured()]);
    probe.ec2(&of("StopInstances&Hibernate=true", &[ONE])).unwrap();
    probe.wait(60);
    let listing = probe.ec2("DescribeInstances").unwrap();
    assert_eq!(texts(&listing, "name"), ["stopped"]);
    assert!(listing.contains("<code>Client.UserInitiatedHibernate</code>"));
}

#[test]
fn a_start_without_a_key_grant_ends_stopped_with_the_reason() {
    let mut probe = with([instance(1).stopped().failing_to_start(StartFailure::MissingKeyGrant)]);
    probe.ec2(&of("StartInstances", &[ONE])).unwrap();
    assert_eq!(states(&mut probe), ["pending"]);
    probe.wait(20);
    let listing = probe.ec2("DescribeInstances").unwrap();
    assert_eq!(texts(&listing, "name"), ["stopped"]);
    assert!(listing.contains(
        "<code>Client.InternalError</code><message>Client.InternalError: Client error on \
         launch</message>"
    ));
}

#[test]
fn a_shortage_refuses_at_once_or_fails_late() {
    let mut probe = with([instance(1).of_type("m5.large").stopped(), instance(2).stopped()]);
    let key = ("m5.large".to_owned(), "eu-west-1a".to_owned());
    probe.place().ec2.shortages.insert(key.clone(), Shortage::Refused);
    assert_eq!(
        refusal(probe.ec2(&of("StartInstances", &[TWO, ONE]))),
        "500 InsufficientInstanceCapacity: Insufficient capacity."
    );
    assert_eq!(states(&mut probe), ["stopped", "stopped"]);
    probe.place().ec2.shortages.insert(key, Shortage::Late);
    probe.ec2(&of("StartInstances", &[ONE, TWO])).unwrap();
    probe.wait(20);
    assert_eq!(states(&mut probe), ["stopped", "running"]);
    let listing = probe.ec2("DescribeInstances").unwrap();
    assert_eq!(texts(&listing, "stateReason").len(), 1);
    assert!(listing.contains("<code>Server.InsufficientInstanceCapacity</code>"));
}

#[test]
fn a_terminated_instance_is_listed_for_an_hour() {
    let mut probe = with([instance(1), instance(2)]);
    probe.ec2(&of("TerminateInstances", &[ONE])).unwrap();
    assert_eq!(states(&mut probe), ["shutting-down", "running"]);
    probe.wait(3600);
    probe.ec2("DescribeInstances").unwrap();
    assert_eq!(states(&mut probe), ["terminated", "running"]);
    probe.wait(60);
    assert_eq!(texts(&probe.ec2("DescribeInstances").unwrap(), "instanceId"), [TWO]);
    assert!(refusal(probe.ec2(&of("StartInstances", &[ONE]))).contains("does not exist"));
}
