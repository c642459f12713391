//! The admin's secret: whether it can be read, and whether it is for the database that the secret is
//! for. The admin's password must never go anywhere else.

use tests::{
    aws::{
        faults::{Calls, Fault},
        rds::{Cluster, Instance},
    },
    servers::{self, Engine, Options as ServerOptions, Relay, Server},
};

use super::{
    databases::{make_user, vault},
    *,
};

const POSTGRES: Engine = Engine::Postgres(15);
const ZONE: &str = "eu-west-1a";
const ARN: &str = "arn:aws:rds:eu-west-1:111111111111";

fn server() -> Option<Server> {
    let server = servers::require(POSTGRES, ServerOptions::default())?;
    make_user(&server, POSTGRES, "app");
    Some(server)
}

/// Two users whose admin's secret is one that RDS manages: user and password, no host.
fn managed(server: &Server, tag_key: &str, arn: &str) -> Vault {
    let vault = vault(server, POSTGRES, "alternating");
    vault.edit("admin", |admin| {
        *admin = json!({ "username": admin["username"], "password": admin["password"] });
    });
    vault.state(|state| tag(state, "admin", tag_key, arn));
    vault
}

fn of_instance(server: &Server, id: &str) -> Vault {
    managed(server, "aws:rds:primaryDBInstanceArn", &format!("{ARN}:db:{id}"))
}

/// The secret names a member of the cluster for which RDS has made the admin's secret.
pub(super) fn of_a_member() -> Option<(Server, Vault)> {
    let server = server()?;
    let vault = managed(&server, "aws:rds:primaryDBClusterArn", &format!("{ARN}:cluster:shop"));
    vault.aws.with(|world| {
        let rds = &mut world.place(HOME_ACCOUNT, REGION).rds;
        let cluster = Cluster::new("shop").at("127.0.0.1", server.port());
        rds.add(
            Instance::new("localhost", ZONE).member_of(&cluster).at("localhost", server.port()),
        );
        rds.add_cluster(cluster);
    });
    Some((server, vault))
}

fn add(vault: &Vault, instances: impl IntoIterator<Item = Instance>) {
    vault.aws.with(|world| {
        let rds = &mut world.place(HOME_ACCOUNT, REGION).rds;
        instances.into_iter().for_each(|instance| rds.add(instance));
    });
}

/// All that comes before the admin.
fn begin(vault: &Vault) {
    vault.begin("app", T);
    vault.step("createSecret", "app", T).answer();
}

/// A step that fails before the admin has said a word to the server.
#[track_caller]
fn refused(server: &Server, vault: &Vault, expected: &str, because: &str) {
    let step = vault.step("setSecret", "app", T);
    let (code, message) = failure(&step).unwrap();
    assert_eq!(code, expected, "{message}");
    assert!(message.contains(because), "{message}");
    assert!(!server.log().contains("user=admin"), "the admin's password was sent");
}

#[test]
fn f77_an_admins_secret_that_cannot_be_read_is_named() {
    let Some(server) = server() else { return };
    let elsewhere = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:admin-a1b2c3";
    for (admin, tagged, because) in [
        (json!(null), "admin", "the secret names none in `masterarn`"),
        (
            json!("nobody"),
            "admin",
            "secretsmanager:GetSecretValue failed for `nobody`: AccessDenied",
        ),
        (json!(elsewhere), "admin", "secretsmanager:GetSecretValue failed for `arn:"),
        // Only what is tagged as an admin's may be read as one.
        (json!("admin"), "no", "secretsmanager:GetSecretValue failed for `admin`: AccessDenied"),
    ] {
        let vault = vault(&server, POSTGRES, "alternating");
        vault.edit("app", |secret| secret["masterarn"] = admin);
        vault.state(|state| tag(state, "admin", "caretaker:rotation", tagged));
        begin(&vault);
        refused(&server, &vault, "E_ADMIN_SECRET", because);
    }
}

#[test]
fn a_master_secret_of_rds_is_for_the_host_that_rds_says() {
    let Some(server) = server() else { return };
    let vault = of_instance(&server, "main");
    add(&vault, [Instance::new("main", ZONE).at("localhost", server.port())]);
    vault.rotate("app", T);
    assert_eq!(vault.aws.log().count("rds:DescribeDBInstances"), 1);
    assert_eq!(vault.aws.log().count("rds:DescribeDBClusters"), 0);
}

#[test]
fn the_admin_of_a_replicas_writer_logs_in_at_the_writer() {
    let Some(server) = server() else { return };
    let relay = Relay::start(server.port()).unwrap();
    let vault = of_instance(&server, "main");
    add(
        &vault,
        [
            Instance::new("main", ZONE).at("127.0.0.1", relay.port()),
            Instance::new("localhost", ZONE).at("localhost", server.port()).replica_of("main"),
        ],
    );
    vault.rotate("app", T);
    assert!(relay.n_messages() > 0, "the admin was not at the writer");
}

#[test]
fn an_admins_secret_may_name_the_writer_of_the_secrets_replica() {
    let Some(server) = server() else { return };
    let relay = Relay::start(server.port()).unwrap();
    let vault = vault(&server, POSTGRES, "alternating");
    vault.edit("admin", |admin| {
        admin["host"] = json!("127.0.0.1");
        admin["port"] = json!(relay.port());
    });
    begin(&vault);
    refused(&server, &vault, "E_ADMIN_HOST", "RDS knows no such host");
    add(
        &vault,
        [
            Instance::new("127", ZONE).at("127.0.0.1", relay.port()),
            Instance::new("localhost", ZONE).at("localhost", server.port()).replica_of("127"),
        ],
    );
    vault.step("setSecret", "app", T).answer();
    assert!(relay.n_messages() > 0, "the admin was not at its own host");
}

/// Whoever may edit the secret may name any host; the admin's password goes to none of them.
#[test]
fn f78_the_admins_password_goes_to_no_host_that_rds_does_not_vouch_for() {
    let Some(server) = server() else { return };
    let vault = of_instance(&server, "main");
    begin(&vault);
    refused(&server, &vault, "E_ADMIN_HOST", "db:main, which RDS does not know here");
    let elsewhere = Instance::new("main", ZONE);
    add(&vault, [elsewhere.clone()]);
    refused(&server, &vault, "E_ADMIN_HOST", "neither as that nor as a replica of it");
    // Another database, whatever it calls itself.
    let stranger = Instance::new("localhost", ZONE).at("localhost", server.port());
    add(&vault, [elsewhere.clone(), stranger.clone()]);
    refused(&server, &vault, "E_ADMIN_HOST", "neither as that nor as a replica of it");
    // A replica, at another host than the secret's.
    add(&vault, [elsewhere.clone(), Instance::new("localhost", ZONE).replica_of("main")]);
    refused(&server, &vault, "E_ADMIN_HOST", "neither as that nor as a replica of it");
    add(&vault, [stranger.replica_of("main")]);
    let denied = Calls::every().of("rds:DescribeDBInstances");
    vault.aws.faults().inject(Fault::Denied, denied);
    refused(&server, &vault, "E_ADMIN_HOST", "rds:DescribeDBInstances failed: AccessDenied");
}

#[test]
fn f78_an_admins_secret_that_says_no_host_at_all_is_refused() {
    let Some(server) = server() else { return };
    let vault = managed(&server, "Name", "the admin");
    begin(&vault);
    refused(&server, &vault, "E_ADMIN_HOST", "neither a field `host` nor the tag of RDS");
}
