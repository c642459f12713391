//! What an admin finds: that its own password has just been rotated, and second users that somebody
//! else has made.

use std::sync::Arc;

use tests::{
    aws::{faults::Calls, secretsmanager::SecretValue},
    servers::Engine,
};

use super::{databases::FIRST, scene::Scene, *};

/// The admin's password is another one in the database; its secret has it from the `nth` look on.
fn admin_rotated(engine: Engine, nth: u64) -> Option<Scene> {
    const NEW: &str = "the-admin's-newest-0";
    let scene = Scene::new(engine, "alternating")?;
    let quoted = NEW.replace('\'', "''");
    scene.sql(&[&match engine {
        Engine::Postgres(_) => format!("ALTER ROLE admin PASSWORD '{quoted}'"),
        Engine::MariaDb | Engine::MySql => format!("ALTER USER admin@'%' IDENTIFIED BY '{quoted}'"),
    }]);
    scene.begin();
    scene.step("createSecret").answer();
    let mut text: Value =
        serde_json::from_str(&scene.vault.text("admin", "AWSCURRENT").unwrap()).unwrap();
    text["password"] = json!(NEW);
    let text: Arc<str> = text.to_string().into();
    let calls = Calls::nth(nth).of("secretsmanager:GetSecretValue");
    scene.vault.aws.faults().interfere(calls, move |world, now| {
        let state = &mut world.place(HOME_ACCOUNT, REGION).secretsmanager;
        let value = SecretValue::Text(text.to_string());
        let id = "00000000-0000-4000-8000-000000000000";
        state.secret_mut("admin").unwrap().set(id, Some(value), &["AWSCURRENT"], now);
    });
    Some(scene)
}

/// The step looks at the current and the pending version, then at the admin's, and once more.
const SECOND_LOOK: u64 = 4;

#[test]
fn f76_an_admin_that_is_rotated_meanwhile_is_looked_at_again() {
    for engine in [Engine::Postgres(16), Engine::MariaDb, Engine::MySql] {
        let Some(scene) = admin_rotated(engine, SECOND_LOOK) else { return };
        scene.step("setSecret").answer();
        scene.retries();
    }
}

#[test]
fn f76_an_admin_is_not_looked_at_for_ever() {
    let Some(scene) = admin_rotated(Engine::Postgres(16), SECOND_LOOK + 1) else { return };
    let step = scene.step("setSecret");
    let (code, message) = failure(&step).unwrap();
    assert_eq!(code, "E_ADMIN_SECRET");
    assert!(message.contains("password authentication failed"), "{message}");
    assert!(scene.logs_in("app", FIRST));
}

/// As the samples of AWS make it.
fn with_clone(version: u32) -> Option<Scene> {
    let scene = Scene::new(Engine::Postgres(version), "alternating")?;
    as_admin(
        &scene,
        "CREATE ROLE app_clone LOGIN PASSWORD 'somebody-else-s-0'; GRANT app TO app_clone",
    );
    Some(scene)
}

fn as_admin(scene: &Scene, sql: &str) {
    let admin = scene.server.admin();
    scene.server.session(admin.user, admin.password).unwrap().execute(sql).unwrap();
}

#[test]
fn f81_a_second_user_that_only_a_superuser_could_have_made_is_refused() {
    for (version, attribute) in [(15, "SUPERUSER"), (15, "REPLICATION"), (18, "BYPASSRLS")] {
        let Some(scene) = with_clone(version) else { return };
        scene.sql(&[&format!("ALTER ROLE app_clone {attribute}")]);
        let (code, message) = scene.refusal();
        assert_eq!(code, "E_ADMIN_PRIV");
        let repair = format!("ALTER ROLE \"app_clone\" NO{attribute}");
        assert!(message.contains(&repair), "{message}");
        assert!(scene.logs_in("app_clone", "somebody-else-s-0"), "it is not touched");
        scene.sql(&[&repair]);
        scene.retries();
    }
}

/// The doctor's words, run by the admin as they are, give the first user what the second has made.
#[test]
fn f83_what_the_second_user_has_made_before_is_reassigned_as_the_doctor_says() {
    for version in [15, 16, 18] {
        let Some(scene) = with_clone(version) else { return };
        scene.sql(&["GRANT CREATE ON SCHEMA public TO app_clone"]);
        scene
            .server
            .session("app_clone", "somebody-else-s-0")
            .unwrap()
            .execute("CREATE TABLE public.things (n int); CREATE VIEW public.seen AS SELECT n FROM things")
            .unwrap();
        let warning = || {
            let said = scene.doctor();
            assert_eq!(said["ok"], true, "{said}");
            let mut findings = said["findings"].as_array().unwrap().iter();
            findings.find_map(|it| it["warning"].as_str().map(str::to_owned))
        };
        let said = warning().unwrap();
        assert!(said.starts_with("`app_clone` owns 2 objects"), "{said}");
        let repair = said.split('`').find(|it| it.contains("REASSIGN OWNED BY")).unwrap();
        as_admin(&scene, repair);
        assert_eq!(warning(), None);

        scene.rotates();
        scene.rotates();
        let (user, password) = scene.login("AWSCURRENT");
        assert_eq!(user, "app");
        scene
            .server
            .session(&user, &password)
            .unwrap()
            .execute("DROP TABLE public.things CASCADE")
            .unwrap();
    }
}
