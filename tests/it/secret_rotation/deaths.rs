//! Deaths at the moments that the list of faults names, each with what must be left of it. The
//! neighbours kill the process at every call and at every message.

use std::{thread, time::Duration};

use tests::{
    aws::faults::{Calls, Fault},
    lambda::Told,
    servers::{self, Engine, Moment, Options as ServerOptions, Server},
};

use super::{
    messages::{World, logs_in, world},
    *,
};

const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];
const POSTGRES: Engine = Engine::Postgres(16);

/// A rotation whose process dies at the nth call of an operation.
fn dies_at(fault: Fault, operation: &str, nth: u64) -> Option<(Server, World)> {
    let server = servers::require(POSTGRES, ServerOptions::default())?;
    let world = world(&server, POSTGRES, "single", "app");
    let killer = world.vault.function.killer();
    let faults = world.vault.aws.faults();
    faults.on_kill(move |_| killer.kill());
    faults.inject(fault, Calls::nth(nth).of(operation));
    let (ended, invocations) = world.vault.attempt(&world.rotation);
    assert!(matches!(ended, Ended::Failed { .. }), "{ended:?}");
    assert!(matches!(invocations.last().unwrap().outcome, Outcome::Crashed { .. }));
    faults.clear();
    world.vault.aws.log().clear();
    Some((server, world))
}

/// Secrets Manager's next attempt, with the same token.
#[track_caller]
fn comes_to_the_end(server: &Server, World { vault, rotation, .. }: &World) {
    for step in STEPS {
        let invocation = vault.function.invoke(&rotation.event(step));
        assert_eq!(failure(&invocation), None, "{step}");
    }
    assert!(logs_in(server, vault, "AWSCURRENT"));
    let current = vault.state(|state| state.secret("app").unwrap().holder("AWSCURRENT") == Some(T));
    assert!(current, "the new version is the current one");
}

/// How often an operation has been called since the death.
fn n_calls(world: &World, operation: &str) -> usize {
    world.vault.aws.log().operations().iter().filter(|call| *call == operation).count()
}

#[test]
fn f1_a_death_after_the_first_look_leaves_nothing() {
    let death = dies_at(Fault::KillAfter, "secretsmanager:DescribeSecret", 1);
    let Some((server, world)) = death else { return };
    assert_eq!(world.vault.text("app", "AWSPENDING"), None);
    comes_to_the_end(&server, &world);
}

#[test]
fn f2_a_death_after_the_current_value_was_read_leaves_nothing() {
    let death = dies_at(Fault::KillAfter, "secretsmanager:GetSecretValue", 1);
    let Some((server, world)) = death else { return };
    assert_eq!(world.vault.text("app", "AWSPENDING"), None);
    comes_to_the_end(&server, &world);
}

#[test]
fn f3_a_password_that_was_made_and_not_put_is_forgotten() {
    let death = dies_at(Fault::KillAfter, "secretsmanager:GetRandomPassword", 1);
    let Some((server, world)) = death else { return };
    assert_eq!(world.vault.text("app", "AWSPENDING"), None);
    comes_to_the_end(&server, &world);
    assert_eq!(n_calls(&world, "secretsmanager:GetRandomPassword"), 1);
}

#[test]
fn f4_a_death_before_the_value_is_put_leaves_nothing() {
    let death = dies_at(Fault::KillBefore, "secretsmanager:PutSecretValue", 1);
    let Some((server, world)) = death else { return };
    assert_eq!(world.vault.text("app", "AWSPENDING"), None);
    comes_to_the_end(&server, &world);
    assert_eq!(n_calls(&world, "secretsmanager:PutSecretValue"), 1);
}

#[test]
fn f5_a_value_that_was_put_is_the_one_that_is_used() {
    let death = dies_at(Fault::KillAfter, "secretsmanager:PutSecretValue", 1);
    let Some((server, world)) = death else { return };
    let pending = world.vault.password("app", "AWSPENDING").unwrap();
    comes_to_the_end(&server, &world);
    assert_eq!(world.vault.password("app", "AWSCURRENT").unwrap(), pending);
    assert_eq!(n_calls(&world, "secretsmanager:PutSecretValue"), 0);
}

/// How many passwords the function has set, by the server's log.
fn n_changes(server: &Server) -> usize {
    server.log().matches("ALTER ROLE SESSION_USER PASSWORD").count()
}

/// The process dies at a message of `setSecret`, counted from its end: 0 is the last.
fn dies_while_setting(from_end: usize) -> Option<(Server, World)> {
    let server = servers::require(POSTGRES, ServerOptions::default())?;
    let step = |world: &World, step| world.vault.function.invoke(&world.rotation.event(step));
    let undisturbed = world(&server, POSTGRES, "single", "undisturbed");
    step(&undisturbed, "createSecret").answer();
    step(&undisturbed, "setSecret").answer();
    let n_messages = undisturbed.relay.n_messages();
    let world = world(&server, POSTGRES, "single", "app");
    step(&world, "createSecret").answer();
    let killer = world.vault.function.killer();
    world.relay.cut(n_messages - from_end, Moment::After, move || killer.kill());
    assert!(matches!(step(&world, "setSecret").outcome, Outcome::Crashed { .. }));
    Some((server, world))
}

#[test]
fn f6_a_death_after_the_pending_password_logged_in_changes_nothing_again() {
    let Some((server, world)) = dies_while_setting(0) else { return };
    assert!(logs_in(&server, &world.vault, "AWSPENDING"));
    let n_before = n_changes(&server);
    comes_to_the_end(&server, &world);
    assert_eq!(n_changes(&server), n_before);
}

/// The message with the change is the first one after whose loss the pending password logs in.
#[test]
fn f9_a_change_whose_answer_was_lost_is_not_made_again() {
    let Some(server) = servers::require(POSTGRES, ServerOptions::default()) else { return };
    let changed = (1..).find_map(|nth| {
        let world = world(&server, POSTGRES, "single", &format!("app{nth}"));
        let step = |step| world.vault.function.invoke(&world.rotation.event(step));
        step("createSecret").answer();
        let killer = world.vault.function.killer();
        world.relay.cut(nth, Moment::After, move || killer.kill());
        assert!(matches!(step("setSecret").outcome, Outcome::Crashed { .. }), "message {nth}");
        logs_in(&server, &world.vault, "AWSPENDING").then_some(world)
    });
    let n_before = n_changes(&server);
    comes_to_the_end(&server, &changed.unwrap());
    assert_eq!(n_changes(&server), n_before);
}

/// `setSecret` while somebody lets nobody write to a catalog; `then` is for the session that waits.
fn while_nobody_may_write_to(
    catalog: &str,
    (server, world): (&Server, &World),
    told: Told,
    then: impl FnOnce(&str),
) -> Invocation {
    server.execute("CREATE ROLE holder SUPERUSER LOGIN PASSWORD 'holder-0'").unwrap();
    let mut holder = server.session("holder", "holder-0").unwrap();
    holder.execute("BEGIN").unwrap();
    holder.execute(&format!("LOCK TABLE {catalog} IN SHARE MODE")).unwrap();
    let World { vault, rotation, .. } = world;
    let invocation = thread::scope(|scope| {
        let set = scope.spawn(|| vault.function.invoke_told(&rotation.event("setSecret"), told));
        then(&waiting(server, || set.is_finished()));
        set.join().unwrap()
    });
    holder.execute("ROLLBACK").unwrap();
    invocation
}

/// The session of the function that waits for a lock.
fn waiting(server: &Server, is_over: impl Fn() -> bool) -> String {
    let sql = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    loop {
        let rows = server.query(sql).unwrap();
        if let Some(pid) = rows.first().and_then(|row| row.first()?.clone()) {
            return pid;
        }
        assert!(!is_over(), "nobody waited");
    }
}

/// The process and its session die while a statement of the change waits for this catalog.
fn dies_before_writing_to(catalog: &str, strategy: &str) -> Option<(Server, World)> {
    let engine = Engine::Postgres(15);
    let server = servers::require(engine, ServerOptions::default())?;
    let world = world(&server, engine, strategy, "app");
    world.vault.function.invoke(&world.rotation.event("createSecret")).answer();
    let killer = world.vault.function.killer();
    let die = |pid: &str| {
        killer.kill();
        server.execute(&format!("SELECT pg_terminate_backend({pid}, 10000)")).unwrap();
    };
    let set = while_nobody_may_write_to(catalog, (&server, &world), Told::Timeout, die);
    assert!(matches!(set.outcome, Outcome::Crashed { .. }), "{:?}", set.outcome);
    assert!(logs_in(&server, &world.vault, "AWSCURRENT"));
    Some((server, world))
}

fn has_second_user(server: &Server) -> bool {
    !server.query("SELECT 1 FROM pg_roles WHERE rolname = 'app_clone'").unwrap().is_empty()
}

#[test]
fn f7_a_transaction_that_has_only_begun_leaves_no_second_user() {
    let Some((server, world)) = dies_before_writing_to("pg_authid", "alternating") else { return };
    assert!(!has_second_user(&server));
    comes_to_the_end(&server, &world);
}

#[test]
fn f8_a_change_that_is_not_committed_leaves_the_old_password() {
    let Some((server, world)) = dies_before_writing_to("pg_authid", "single") else { return };
    assert!(!logs_in(&server, &world.vault, "AWSPENDING"));
    comes_to_the_end(&server, &world);
}

#[test]
fn f10_a_second_user_without_its_rights_is_none() {
    for catalog in ["pg_auth_members", "pg_db_role_setting"] {
        let Some((server, world)) = dies_before_writing_to(catalog, "alternating") else { return };
        assert!(!has_second_user(&server), "{catalog}");
        comes_to_the_end(&server, &world);
        assert!(has_second_user(&server));
    }
}

#[test]
fn f12_a_death_after_the_test_changes_nothing_again() {
    let Some(server) = servers::require(POSTGRES, ServerOptions::default()) else { return };
    let world = world(&server, POSTGRES, "single", "app");
    for step in &STEPS[..3] {
        world.vault.function.invoke(&world.rotation.event(step)).answer();
    }
    world.vault.function.kill();
    let n_before = n_changes(&server);
    comes_to_the_end(&server, &world);
    assert_eq!((n_before, n_changes(&server)), (1, 1));
}

#[test]
fn f13_a_death_before_the_label_moves_leaves_it_where_it_is() {
    let death = dies_at(Fault::KillBefore, "secretsmanager:UpdateSecretVersionStage", 1);
    let Some((server, world)) = death else { return };
    assert!(!logs_in(&server, &world.vault, "AWSCURRENT"));
    assert!(logs_in(&server, &world.vault, "AWSPENDING"));
    comes_to_the_end(&server, &world);
    assert_eq!(n_calls(&world, "secretsmanager:UpdateSecretVersionStage"), 1);
    assert_eq!(n_changes(&server), 1);
}

/// The server gives up before the function does, or it would change what nobody waits for.
#[test]
fn f17_a_change_that_waits_for_a_lock_is_given_up_in_time() {
    let Some(server) = servers::require(POSTGRES, ServerOptions::default()) else { return };
    let left = Duration::from_secs(3);
    let world = world(&server, POSTGRES, "single", "app");
    world.vault.function.invoke(&world.rotation.event("createSecret")).answer();
    let nothing = |_: &str| ();
    let set = while_nobody_may_write_to("pg_authid", (&server, &world), Told::After(left), nothing);
    assert_eq!(code(&set), "E_DB_TIMEOUT");
    assert!(set.duration < left, "{:?}", set.duration);
    assert!(logs_in(&server, &world.vault, "AWSCURRENT"), "nothing has changed");
    comes_to_the_end(&server, &world);
}

/// The first has made its password when the second comes, makes another, and puts it.
#[test]
fn f19_two_that_make_a_value_at_once_make_one() {
    let vault = Vault::new(&[("key", r#"{"engine": "random", "password": "first"}"#)]);
    let event = vault.begin("key", T).event("createSecret");
    let second = vault.another();
    let (reached, is_there) = std::sync::mpsc::channel();
    let held = event.clone();
    // Describe, get the current and the pending value, make a password: the fifth call puts it.
    vault.aws.faults().hold(5, move || {
        let invocation = second.invoke(&held);
        reached.send(invocation.answer()["outcome"].clone()).unwrap();
    });
    let first = vault.function.invoke(&event);
    assert_eq!(is_there.recv().unwrap(), "made the pending version");
    let said = &first.answer()["outcome"];
    assert_eq!(said, "the same step has made the pending version meanwhile");
    let n_puts = vault.aws.log().calls().into_iter();
    let n_puts = n_puts.filter(|call| call.operation.ends_with("PutSecretValue"));
    assert_eq!(n_puts.filter(|call| call.outcome.is_ok()).count(), 1);
}
