//! What must be true in each minute of the fortnight, written by hand and with no help from the
//! function: when each resource runs, and how often it is started and stopped.
//!
//! Monday is the 1st of June, and the fortnight ends on Sunday the 14th. At 08:00 on the 10th no
//! start gets through, and at 18:00 on the 12th no instance can be listed, so that what is due
//! then happens a quarter of an hour later.

use super::{
    What::{Cluster, Database, Group, Instance},
    *,
};

const MINUTES_A_DAY: usize = 24 * 60;
pub(super) const MINUTES: usize = 14 * MINUTES_A_DAY;

/// What becomes of one resource.
pub(super) struct Expected {
    pub(super) resource: Resource,
    /// By minute.
    pub(super) runs: Vec<bool>,
    pub(super) n_starts: usize,
    pub(super) n_stops: usize,
}

/// The same, with spans like `1 08:00 - 1 18:00`.
struct Row {
    resource: Resource,
    n_starts: usize,
    n_stops: usize,
    runs: &'static [&'static str],
}

pub(super) fn expected() -> Vec<Expected> {
    let rows = ROWS.iter();
    rows.map(|&Row { resource, n_starts, n_stops, runs }| Expected {
        resource,
        runs: table(runs),
        n_starts,
        n_stops,
    })
    .collect()
}

const fn row(
    account: &'static str,
    region: &'static str,
    what: What,
    n_starts: usize,
    n_stops: usize,
    runs: &'static [&'static str],
) -> Row {
    Row { resource: Resource { account, region, what }, n_starts, n_stops, runs }
}

const ROWS: &[Row] = &[
    // Follows `office`. The 4th is a holiday. Stopped by hand on the 2nd at 12:07, and started
    // by hand on Saturday the 6th at 10:07, which lasts until the evening of Monday.
    row(
        HOME_ACCOUNT,
        REGION,
        Instance(1),
        8,
        8,
        &[
            "1 08:00 - 1 18:00",
            "2 08:00 - 2 12:07",
            "3 08:00 - 3 18:00",
            "5 08:00 - 5 18:00",
            "6 10:07 - 8 18:00",
            "9 08:00 - 9 18:00",
            "10 08:15 - 10 18:00",
            "11 08:00 - 11 18:00",
            "12 08:00 - 12 18:15",
        ],
    ),
    // Nights that begin on a working day.
    row(
        HOME_ACCOUNT,
        REGION,
        Instance(2),
        10,
        10,
        &[
            "1 22:00 - 2 06:00",
            "2 22:00 - 3 06:00",
            "3 22:00 - 4 06:00",
            "4 22:00 - 5 06:00",
            "5 22:00 - 6 06:00",
            "8 22:00 - 9 06:00",
            "9 22:00 - 10 06:00",
            "10 22:00 - 11 06:00",
            "11 22:00 - 12 06:00",
            "12 22:00 - 13 06:00",
        ],
    ),
    // Overridden on Saturday the 6th until Sunday noon, and on the 9th until 10:00 of the 10th.
    row(
        HOME_ACCOUNT,
        REGION,
        Instance(3),
        11,
        11,
        &[
            "1 08:00 - 1 18:00",
            "2 08:00 - 2 18:00",
            "3 08:00 - 3 18:00",
            "4 08:00 - 4 18:00",
            "5 08:00 - 5 18:00",
            "6 09:15 - 7 12:00",
            "8 08:00 - 8 18:00",
            "9 08:00 - 9 13:15",
            "10 10:00 - 10 18:00",
            "11 08:00 - 11 18:00",
            "12 08:00 - 12 18:15",
        ],
    ),
    // Its schedule is misspelled until Monday the 8th at 07:07. Then it is new, and outside its
    // period.
    row(
        HOME_ACCOUNT,
        REGION,
        Instance(4),
        5,
        6,
        &[
            "1 00:00 - 8 07:15",
            "8 08:00 - 8 18:00",
            "9 08:00 - 9 18:00",
            "10 08:15 - 10 18:00",
            "11 08:00 - 11 18:00",
            "12 08:00 - 12 18:15",
        ],
    ),
    // Has no schedule.
    row(HOME_ACCOUNT, REGION, Instance(5), 0, 0, &["1 00:00 - 15 00:00"]),
    // May not use its key on the 2nd until 09:07: started at 08:00, 08:15, 08:45 and 09:45.
    row(
        HOME_ACCOUNT,
        PARIS,
        Instance(1),
        13,
        10,
        &[
            "1 08:00 - 1 18:00",
            "2 09:45 - 2 18:00",
            "3 08:00 - 3 18:00",
            "4 08:00 - 4 18:00",
            "5 08:00 - 5 18:00",
            "8 08:00 - 8 18:00",
            "9 08:00 - 9 18:00",
            "10 08:15 - 10 18:00",
            "11 08:00 - 11 18:00",
            "12 08:00 - 12 18:15",
        ],
    ),
    // Full when the function first sees it, on a Sunday night.
    row(
        HOME_ACCOUNT,
        PARIS,
        Group("workers"),
        10,
        11,
        &[
            "1 06:00 - 1 20:00",
            "2 06:00 - 2 20:00",
            "3 06:00 - 3 20:00",
            "4 06:00 - 4 20:00",
            "5 06:00 - 5 20:00",
            "8 06:00 - 8 20:00",
            "9 06:00 - 9 20:00",
            "10 06:00 - 10 20:00",
            "11 06:00 - 11 20:00",
            "12 06:00 - 12 20:00",
        ],
    ),
    // Started by hand on Saturday the 6th at 10:07.
    row(
        HOME_ACCOUNT,
        OHIO,
        Database("orders"),
        9,
        10,
        &[
            "1 07:00 - 1 19:00",
            "2 07:00 - 2 19:00",
            "3 07:00 - 3 19:00",
            "4 07:00 - 4 19:00",
            "5 07:00 - 5 19:00",
            "6 10:07 - 8 19:00",
            "9 07:00 - 9 19:00",
            "10 07:00 - 10 19:00",
            "11 07:00 - 11 19:00",
            "12 07:00 - 12 19:00",
        ],
    ),
    // Never runs, but RDS starts it when it has been stopped for 7 days: since the 30th of May
    // at midnight, and since the 6th at 00:19.
    row(
        HOME_ACCOUNT,
        OHIO,
        Cluster("archive"),
        0,
        2,
        &["6 00:00 - 6 00:15", "13 00:19 - 13 00:30"],
    ),
    // Enforced: started by hand on the 6th at 10:07, stopped by hand on the 9th at 12:07.
    row(
        OTHER,
        REGION,
        Instance(1),
        11,
        11,
        &[
            "1 09:00 - 1 17:00",
            "2 09:00 - 2 17:00",
            "3 09:00 - 3 17:00",
            "4 09:00 - 4 17:00",
            "5 09:00 - 5 17:00",
            "6 10:07 - 6 10:15",
            "8 09:00 - 8 17:00",
            "9 09:00 - 9 12:07",
            "9 12:15 - 9 17:00",
            "10 09:00 - 10 17:00",
            "11 09:00 - 11 17:00",
            "12 09:00 - 12 17:00",
        ],
    ),
    // Retained: started by hand on the 3rd at 08:07, it runs until somebody stops it, on the 4th
    // at 20:07.
    row(
        OTHER,
        REGION,
        Instance(2),
        8,
        8,
        &[
            "1 09:00 - 1 17:00",
            "2 09:00 - 2 17:00",
            "3 08:07 - 4 20:07",
            "5 09:00 - 5 17:00",
            "8 09:00 - 8 17:00",
            "9 09:00 - 9 17:00",
            "10 09:00 - 10 17:00",
            "11 09:00 - 11 17:00",
            "12 09:00 - 12 17:00",
        ],
    ),
    // Open on Saturday the 6th, the whole day.
    row(
        OTHER,
        PARIS,
        Instance(1),
        11,
        11,
        &[
            "1 08:00 - 1 18:00",
            "2 08:00 - 2 18:00",
            "3 08:00 - 3 18:00",
            "4 08:00 - 4 18:00",
            "5 08:00 - 5 18:00",
            "6 00:00 - 7 00:00",
            "8 08:00 - 8 18:00",
            "9 08:00 - 9 18:00",
            "10 08:15 - 10 18:00",
            "11 08:00 - 11 18:00",
            "12 08:00 - 12 18:15",
        ],
    ),
    // Closed over noon.
    row(
        OTHER,
        OHIO,
        Instance(1),
        20,
        20,
        &[
            "1 07:00 - 1 11:00",
            "1 13:00 - 1 19:00",
            "2 07:00 - 2 11:00",
            "2 13:00 - 2 19:00",
            "3 07:00 - 3 11:00",
            "3 13:00 - 3 19:00",
            "4 07:00 - 4 11:00",
            "4 13:00 - 4 19:00",
            "5 07:00 - 5 11:00",
            "5 13:00 - 5 19:00",
            "8 07:00 - 8 11:00",
            "8 13:00 - 8 19:00",
            "9 07:00 - 9 11:00",
            "9 13:00 - 9 19:00",
            "10 07:00 - 10 11:00",
            "10 13:00 - 10 19:00",
            "11 07:00 - 11 11:00",
            "11 13:00 - 11 19:00",
            "12 07:00 - 12 11:00",
            "12 13:00 - 12 19:00",
        ],
    ),
];

/// The runs that fail: those from the start that dies to the one that lives, and the two whose calls
/// are refused.
pub(super) fn failed_at() -> BTreeSet<String> {
    let stuck = (0..7).map(|quarter| name(minute("2 08:15") + 15 * quarter));
    stuck.chain(["10 08:00", "12 18:00"].map(str::to_owned)).collect()
}

/// The minute table of `1 08:00 - 1 18:00` and the like.
fn table(spans: &[&str]) -> Vec<bool> {
    let mut runs = vec![false; MINUTES];
    for span in spans {
        let (from, until) = span.split_once(" - ").unwrap();
        runs[minute(from)..minute(until)].fill(true);
    }
    runs
}

/// The minute that `2 08:15` is: day of the month and time.
pub(super) fn minute(name: &str) -> usize {
    let number = |text: &str| text.parse::<usize>().unwrap();
    let (day, time) = name.split_once(' ').unwrap();
    let (hours, minutes) = time.split_once(':').unwrap();
    (number(day) - 1) * MINUTES_A_DAY + number(hours) * 60 + number(minutes)
}

/// The other way round.
pub(super) fn name(minute: usize) -> String {
    let time = minute % MINUTES_A_DAY;
    format!("{} {:02}:{:02}", minute / MINUTES_A_DAY + 1, time / 60, time % 60)
}

/// The instant at which a minute begins.
pub(super) fn at(minute: usize) -> Timestamp {
    let start: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    start + std::time::Duration::from_secs(minute as u64 * 60)
}
