//! Rotations as lines of text. Pure.

use super::story::{Answer, LABELS, Step, Try};
use crate::demo::{
    paint::{Colour, Paint},
    paragraph::narrow,
};

/// No line is longer, so that a window of the usual size shows it.
pub(super) const WIDTH: usize = 80;

/// Where the second column begins.
const INDENT: usize = 14;

/// Above the lines of steps.
pub(super) fn header(first: &str, paint: Paint) -> String {
    let [pending, current, previous] = LABELS;
    let columns = columns(first, [pending, current, previous], "logins", "refused", "took");
    paint.paint(Colour::Dim, columns)
}

/// A step: where the labels are after it, and what the function said.
pub(super) fn step(step: &Step, paint: Paint) -> String {
    let Step { name, users, n_logins, n_refused, took: _, answer } = step;
    let [pending, current, previous] = users;
    let took = format!("{} ms", step.took.as_millis());
    let refused = n_refused.to_string();
    let users = [pending.as_str(), current, previous];
    let line = columns(name, users, &n_logins.to_string(), &refused, &took);
    let colour = if *n_refused == 0 { Colour::Bold } else { Colour::Red };
    format!("{}\n{:INDENT$}{}", paint.paint(colour, line), "", said(answer, paint))
}

fn said(answer: &Answer, paint: Paint) -> String {
    match answer {
        Answer::Done(text) => paint.paint(Colour::Green, text),
        Answer::Failed { code, message } => {
            let text = narrow(message, None, WIDTH, INDENT, paint);
            format!("{}\n{:INDENT$}{text}", paint.paint(Colour::Red, code), "")
        }
    }
}

/// A whole rotation: from whom to whom, and all that happened meanwhile.
pub(super) fn whole(date: &str, attempt: &Try, paint: Paint) -> String {
    let Try { steps, before, after, .. } = attempt;
    let sum = |of: fn(&Step) -> usize| steps.iter().map(of).sum::<usize>();
    let milliseconds: u128 = steps.iter().map(|step| step.took.as_millis()).sum();
    let (n_logins, n_refused) = (sum(|step| step.n_logins), sum(|step| step.n_refused));
    let line = columns(
        date,
        ["-", &after.user, &before.user],
        &n_logins.to_string(),
        &n_refused.to_string(),
        &format!("{milliseconds} ms"),
    );
    if n_refused == 0 { line } else { paint.paint(Colour::Red, line) }
}

fn columns(first: &str, users: [&str; 3], logins: &str, refused: &str, took: &str) -> String {
    let [pending, current, previous] = users;
    format!(
        "{first:<INDENT$}{pending:<13}{current:<13}{previous:<13}{logins:>7}{refused:>9}{took:>9}"
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        aws::secretsmanager::rotation::Ended, demo::secret_rotation::theatre::Credentials,
    };

    fn set(answer: Answer) -> Step {
        Step {
            name: "setSecret".to_owned(),
            users: ["app_clone", "app", "-"].map(str::to_owned),
            n_logins: 12,
            n_refused: 0,
            took: Duration::from_millis(41),
            answer,
        }
    }

    #[test]
    fn a_step_is_a_line_under_the_header_and_what_was_said() {
        let told = step(&set(Answer::Done("prepared it".to_owned())), Paint::off());
        let lines = format!("{}\n{told}", header("step", Paint::off()));
        let expected = [
            "step          AWSPENDING   AWSCURRENT   AWSPREVIOUS   logins  refused     took",
            "setSecret     app_clone    app          -                 12        0    41 ms",
            "              prepared it",
        ];
        assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_failure_has_its_code_and_its_sentence() {
        let message = "the admin cannot log in; ".repeat(5).trim_end().to_owned();
        let failed = Answer::Failed { code: "E_ADMIN_SECRET".to_owned(), message };
        let told = step(&set(failed), Paint::off());
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[1], "              E_ADMIN_SECRET");
        assert!(lines.len() > 3 && lines.iter().all(|line| line.len() <= WIDTH), "{told}");
    }

    #[test]
    fn a_whole_rotation_is_the_sum_of_its_steps() {
        let step = set(Answer::Done(String::new()));
        let user = |user: &str| Credentials { user: user.to_owned(), password: String::new() };
        let attempt = Try {
            steps: vec![step.clone(), step],
            ended: Ended::Succeeded,
            before: user("app"),
            after: user("app_clone"),
        };
        let line = "2027-01-22    -            app_clone    app               24        0    82 ms";
        assert_eq!(whole("2027-01-22", &attempt, Paint::off()), line);
    }
}
