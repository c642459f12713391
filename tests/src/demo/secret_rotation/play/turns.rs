//! Two users take turns: twice step by step, then a line for each rotation.

use super::{
    super::{story, theatre::SHOP},
    N_MORE, Play, told,
};

impl Play<'_, '_> {
    /// There and back again, step by step.
    pub(super) fn two_rotations(&mut self) -> anyhow::Result<()> {
        let first = story::current(&self.story.theatre)?;
        let clone = format!("{SHOP}_clone");
        self.screen.heading("The first rotation", "step by step")?;
        let rotation = self.story.theatre.rotate_secret(true)?;
        let tried = self.steps(&rotation)?;
        self.check_rotation(&tried, &clone);
        self.works(&first, "the first user's password works until it is that one's turn again")?;
        self.screen.heading("A month later", "the second rotation, by its schedule")?;
        self.month();
        let rotation = self.story.theatre.due()?;
        let tried = self.steps(&rotation)?;
        self.check_rotation(&tried, SHOP);
        Ok(())
    }

    /// A line each.
    pub(super) fn year(&mut self) -> anyhow::Result<()> {
        self.screen.heading("And on it goes", "a rotation every month")?;
        self.screen.line(told::header("date", self.screen.paint))?;
        for _ in 0..N_MORE {
            self.month();
            let rotation = self.story.theatre.due()?;
            let tried = self.story.attempt(&rotation, |_| Ok(()))?;
            let date = self.story.theatre.aws.clock().now().strftime("%Y-%m-%d").to_string();
            self.screen.line(told::whole(&date, &tried, self.screen.paint))?;
            let expected =
                if tried.before.user == SHOP { format!("{SHOP}_clone") } else { SHOP.to_owned() };
            self.check_rotation(&tried, &expected);
        }
        Ok(())
    }
}
