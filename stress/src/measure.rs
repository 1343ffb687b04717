//! What is measured: times, and what processes on this machine take.

use std::time::Duration;

use crate::replica_set::Failure;
use hdrhistogram::Histogram;

/// Whole microseconds.
pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A quantile of times in microseconds, in milliseconds.
pub fn millis_at(times: &Histogram<u64>, quantile: f64) -> f64 {
    times.value_at_quantile(quantile) as f64 / 1000.0
}

/// Times in microseconds, for people.
pub fn quantiles(times: &Histogram<u64>) -> String {
    let at = |quantile| millis_at(times, quantile);
    format!("p50 {:.1} ms, p99 {:.1} ms, most {:.1} ms", at(0.5), at(0.99), at(1.0))
}

/// A process on this machine (Linux).
#[derive(Clone, Copy, Debug)]
pub struct Process(pub u32);

impl Process {
    /// Its resident memory.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn resident_kib(self) -> Result<u64, Failure> {
        self.kib("VmRSS:")
    }

    /// The most of it since [`Self::forget_peak`].
    ///
    /// # Errors
    /// When there is no such process.
    pub fn peak_kib(self) -> Result<u64, Failure> {
        self.kib("VmHWM:")
    }

    /// From now on the most is of now (proc(5), `clear_refs`).
    ///
    /// # Errors
    /// When it is somebody else's process, or none.
    pub fn forget_peak(self) -> Result<(), Failure> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.0), "5")?)
    }

    fn kib(self, name: &str) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no memory")?;
        Ok(kib.parse()?)
    }

    /// The milliseconds of CPU that it has taken so far, to a hundredth of a second.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn cpu_millis(self) -> Result<f64, Failure> {
        // Linux counts in hundredths of a second for every program (proc(5), USER_HZ).
        const MILLIS_OF_TICK: f64 = 10.0;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        // The name, in parentheses, may have spaces; user and system time are fields 14 and 15.
        let (_, fields) = stat.rsplit_once(')').ok_or("no fields")?;
        let ticks: Vec<f64> = fields.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
        Ok(ticks.iter().sum::<f64>() * MILLIS_OF_TICK)
    }
}

/// The server's process and its mongod's, as far as they are on this machine and known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Processes {
    /// The server.
    pub server: Option<Process>,
    /// Its database.
    pub mongod: Option<Process>,
}

/// The CPU that both had taken at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Cpu([Option<f64>; 2]);

impl Processes {
    /// The CPU taken so far.
    ///
    /// # Errors
    /// When one of the processes has ended.
    pub fn cpu(self) -> Result<Cpu, Failure> {
        let [server, mongod] =
            [self.server, self.mongod].map(|process| process.map(Process::cpu_millis).transpose());
        Ok(Cpu([server?, mongod?]))
    }
}

impl Cpu {
    /// The milliseconds of the server and of its mongod since an earlier moment, for each of so many
    /// operations.
    pub fn each_since(&self, before: &Self, count: u64) -> [Option<f64>; 2] {
        [0, 1].map(|one| Some((self.0[one]? - before.0[one]?) / count.max(1) as f64))
    }
}
