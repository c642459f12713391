//! Random numbers that can be had again: a world rolls the same ones in every run, unless told to
//! roll others. For tests; keeps no secrets.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// A sequence of random numbers (`SplitMix64`).
#[derive(Debug, Clone, Default)]
pub struct Dice(u64);

impl Dice {
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// Different in every run.
    pub fn random() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }

    /// One of the items, each as likely as the others.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub fn pick<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.below(items.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    fn below(&mut self, n: usize) -> usize {
        // The upper half of the product is a number below `n`; unevenly so by 1 in 2^50.
        let product = u128::from(self.next()) * n as u128;
        usize::try_from(product >> 64).unwrap_or_default()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_rolls_the_same_numbers() {
        let roll = |mut dice: Dice| [(); 8].map(|()| dice.next());
        assert_eq!(roll(Dice::seeded(7)), roll(Dice::seeded(7)));
        assert_ne!(roll(Dice::seeded(7)), roll(Dice::seeded(8)));
        assert_ne!(roll(Dice::random()), roll(Dice::random()));
    }

    #[test]
    fn every_item_is_picked_about_as_often_as_the_others() {
        let mut dice = Dice::default();
        let mut counts = [0; 10];
        for _ in 0..10_000 {
            counts[*dice.pick(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])] += 1;
        }
        assert!(counts.iter().all(|count| (850..1_150).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..100).collect();
        Dice::default().shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
