//! Chance that is the same on every machine: integer hashes, never a random source or a platform's
//! mathematics.

/// The seed of everything in the demonstration county: its own code.
pub const COUNTY_SEED: u64 = 330_624;

/// Mixes a seed and some numbers into 64 bits that look like chance (the finaliser of splitmix64).
pub fn mix(seed: u64, parts: &[u64]) -> u64 {
    parts.iter().fold(finish(seed), |hash, part| {
        finish(hash ^ part.wrapping_mul(STEP))
    })
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn finish(value: u64) -> u64 {
    let value = value.wrapping_add(STEP);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A hash as a number in [0, 1), exact in every bit.
pub fn unit(hash: u64) -> f64 {
    // 53 bits fill a double's mantissa, so the division is exact.
    (hash >> 11) as f64 / (1u64 << 53) as f64
}

/// Throws in sequence from one seed.
#[derive(Clone, Debug)]
pub struct Dice {
    seed: u64,
    thrown: u64,
}

impl Dice {
    /// Dice whose throws depend on the seed and the purpose alone.
    pub fn new(seed: u64, purpose: &str) -> Dice {
        let seed = purpose
            .bytes()
            .fold(seed, |hash, byte| mix(hash, &[u64::from(byte)]));
        Dice { seed, thrown: 0 }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.thrown += 1;
        mix(self.seed, &[self.thrown])
    }

    /// A number in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * unit(self.bits())
    }

    /// A whole number in [0, count).
    ///
    /// # Panics
    /// When `count` is zero.
    pub fn below(&mut self, count: usize) -> usize {
        (self.bits() % count as u64) as usize
    }

    /// True in this share of throws.
    pub fn chance(&mut self, share: f64) -> bool {
        unit(self.bits()) < share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_depend_on_seed_and_purpose_only() {
        let throws = |seed, purpose: &str| {
            let mut dice = Dice::new(seed, purpose);
            (0..4).map(|_| dice.bits()).collect::<Vec<_>>()
        };
        assert_eq!(throws(1, "rain"), throws(1, "rain"));
        assert_ne!(throws(1, "rain"), throws(2, "rain"));
        assert_ne!(throws(1, "rain"), throws(1, "snow"));
    }

    #[test]
    fn numbers_stay_in_their_bounds_and_spread() {
        let mut dice = Dice::new(7, "spread");
        let drawn: Vec<f64> = (0..1000).map(|_| dice.between(2.0, 4.0)).collect();
        assert!(drawn.iter().all(|v| (2.0..4.0).contains(v)));
        let mean = drawn.iter().sum::<f64>() / 1000.0;
        assert!((2.9..3.1).contains(&mean), "{mean}");
    }
}
