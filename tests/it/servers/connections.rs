//! Broken connections: a port that stays silent, and a relay that cuts.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    sync::mpsc,
    time::Duration,
};

use tests::servers::{self, Engine, Moment, Options, Relay, Silent};

use super::{PASSWORD, create_app};

#[test]
fn a_silent_port_accepts_and_says_nothing() {
    let silent = Silent::listen().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", silent.port().unwrap())).unwrap();
    stream.write_all(b"hello").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
}

/// The same statement with a cut before and after each message: the server has heard it if the cut
/// came after its message, and not before.
#[track_caller]
fn check_cuts(engine: Engine) {
    let Some(server) = servers::require(engine, Options::default()) else { return };
    create_app(&server, engine);
    server.execute("CREATE TABLE said (n INT)").unwrap();
    server.execute("GRANT INSERT ON said TO app").unwrap();
    let relay = Relay::start(server.port()).unwrap();
    let insert = |n: usize| -> anyhow::Result<()> {
        let mut session = server.session_through(&relay, "app", PASSWORD)?;
        session.execute(&format!("INSERT INTO said VALUES ({n})"))
    };
    let rows = || server.query("SELECT n FROM said").unwrap().len();
    // At the first login of a user MySQL wants to hear the password itself: one message more.
    insert(0).unwrap();
    let conversation = || {
        let before = relay.n_messages();
        insert(0).unwrap();
        relay.n_messages() - before
    };
    let statement = conversation();
    assert_eq!(conversation(), statement, "equal conversations differ");
    for n in 1..=statement {
        for moment in [Moment::Before, Moment::After] {
            let before = rows();
            let (told, hears) = mpsc::channel();
            relay.cut(n, moment, move || told.send(()).unwrap());
            insert(n).unwrap_err();
            hears.recv().unwrap();
            let is_heard = n == statement && moment == Moment::After;
            assert_eq!(rows() - before, usize::from(is_heard), "{moment:?} message {n}");
        }
    }
    assert!(!relay.is_to_come());
    insert(0).unwrap();
}

#[test]
fn a_connection_to_postgres_can_be_cut_at_each_message() {
    check_cuts(Engine::Postgres(15));
}

#[test]
fn a_connection_to_mariadb_can_be_cut_at_each_message() {
    check_cuts(Engine::MariaDb);
}

#[test]
fn a_connection_to_mysql_can_be_cut_at_each_message() {
    check_cuts(Engine::MySql);
}
