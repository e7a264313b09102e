//! Rates, ratios and resident memory.

use std::time::{Duration, Instant};

const ROUNDS: u32 = 8;
const ROUND: Duration = Duration::from_millis(200);

/// Rates side by side, compared with that of the first row. The rows take turns, so that whatever
/// else the machine does meanwhile disturbs all of them alike.
pub(crate) struct Table {
    title: String,
    unit: &'static str,
    rows: Vec<(String, Work)>,
}

type Work = Box<dyn FnMut() -> u64>;

impl Table {
    /// An empty table of so many millions of `unit` per second.
    pub(crate) fn new(title: impl Into<String>, unit: &'static str) -> Self {
        Self { title: title.into(), unit, rows: Vec::new() }
    }

    /// Adds a row: `work` does a few milliseconds of work and says how much it did. The first row
    /// is the baseline.
    pub(crate) fn row(&mut self, name: impl Into<String>, work: impl FnMut() -> u64 + 'static) {
        self.rows.push((name.into(), Box::new(work)));
    }

    /// Measures all rows and prints them.
    pub(crate) fn print(mut self) {
        println!("\n{}", self.title);
        let mut best = vec![0.0_f64; self.rows.len()];
        for _ in 0..ROUNDS {
            for (best, (_, work)) in best.iter_mut().zip(&mut self.rows) {
                *best = best.max(round(work));
            }
        }
        let baseline = best.first().copied().unwrap_or(1.0);
        for (rate, (name, _)) in best.iter().zip(&self.rows) {
            let (unit, ratio) = (self.unit, rate / baseline);
            println!("  {name:<44} {:>8.2} M{unit}/s {ratio:>6.2}x", rate / 1e6);
        }
    }
}

fn round(work: &mut Work) -> f64 {
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
