//! The same with one user, whose applications do lose logins: so that zero is seen to be something.

use super::{super::theatre::SHOP, Play, told};
use crate::{
    aws::secretsmanager::rotation::Ended,
    demo::{Colour, paragraph::narrow},
};

impl Play<'_, '_> {
    pub(super) fn alone(&mut self) -> anyhow::Result<()> {
        self.screen.heading("For comparison: one user", "caretaker:rotation:strategy = single")?;
        self.story.theatre.tag(SHOP, "caretaker:rotation:strategy", "single");
        self.month();
        let rotation = self.story.theatre.due()?;
        let tried = self.steps(&rotation)?;
        self.checks.hold(tried.ended == Ended::Succeeded, "the rotation of one user succeeds");
        let n_refused: usize = tried.steps.iter().map(|step| step.n_refused).sum();
        self.checks.hold(n_refused > 0, "with one user, logins fail between two steps");
        let told = format!(
            "{n_refused} logins refused: from setSecret to finishSecret, the secret has a password that no \
             longer works, and whoever keeps it goes on failing. Two users avoid that; on MySQL and \
             MariaDB, the strategy `dual` does with one."
        );
        let paint = self.screen.paint;
        let told = narrow(&told, None, told::WIDTH, 0, paint);
        Ok(self.screen.line(paint.paint(Colour::Yellow, told))?)
    }
}
