//! Rates, ratios and resident memory.

use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

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
        let mut best = vec![Rate::default(); self.rows.len()];
        for _ in 0..ROUNDS {
            for (best, (_, work)) in best.iter_mut().zip(&mut self.rows) {
                let Rate { wall, cpu } = round(work);
                *best = Rate { wall: best.wall.max(wall), cpu: best.cpu.max(cpu) };
            }
        }
        let baseline = best.first().copied().unwrap_or_default().cpu;
        for (rate, (name, _)) in best.iter().zip(&self.rows) {
            let (unit, ratio) = (self.unit, rate.cpu / baseline);
            let Rate { wall, cpu } = rate;
            println!(
                "  {name:<42} {:>9.2} M{unit}/s {:>9.2} of CPU time {ratio:>6.2}x",
                wall / 1e6,
                cpu / 1e6
            );
        }
    }
}

/// Work per second of the wall clock, and of the time that this process had a CPU: without the
/// time that others took.
#[derive(Clone, Copy, Default)]
struct Rate {
    wall: f64,
    cpu: f64,
}

fn round(work: &mut Work) -> Rate {
    let (start, cpu, mut done) = (Instant::now(), cpu_time(), 0);
    while start.elapsed() < ROUND {
        done += work();
    }
    let (wall, cpu) = (start.elapsed().as_secs_f64(), (cpu_time() - cpu).as_secs_f64());
    Rate { wall: done as f64 / wall, cpu: done as f64 / cpu }
}

/// How long this process had a CPU.
pub(crate) fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

/// The memory that this process holds in RAM, in bytes; `None` where the system does not tell.
pub(crate) fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
