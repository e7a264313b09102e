//! Rates, ratios and resident memory.

use std::time::{Duration, Instant};

const ROUNDS: u32 = 5;
const ROUND: Duration = Duration::from_millis(300);

/// A table that compares rates with its first row.
pub(crate) struct Table {
    unit: &'static str,
    baseline: Option<f64>,
}

impl Table {
    /// Starts a table of so many millions of `unit` per second.
    pub(crate) fn new(title: &str, unit: &'static str) -> Self {
        println!("\n{title}");
        Self { unit, baseline: None }
    }

    /// Measures one row: `work` does a few milliseconds of work and says how much it did. The first
    /// row of a table is its baseline.
    pub(crate) fn row(&mut self, name: &str, mut work: impl FnMut() -> u64) -> f64 {
        let rate = (0..ROUNDS).map(|_| round(&mut work)).fold(0.0, f64::max);
        let baseline = *self.baseline.get_or_insert(rate);
        let (unit, ratio) = (self.unit, rate / baseline);
        println!("  {name:<44} {:>8.2} M{unit}/s {ratio:>6.2}x", rate / 1e6);
        rate
    }
}

fn round(work: &mut impl FnMut() -> u64) -> f64 {
    let (start, mut done) = (Instant::now(), 0);
    while start.elapsed() < ROUND {
        done += work();
    }
    done as f64 / start.elapsed().as_secs_f64()
}

/// The memory that this process holds in RAM, in bytes; `None` where the system does not tell.
pub(crate) fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
