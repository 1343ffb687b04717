//! What the server and its database take meanwhile.

use mongodb::bson::{Bson, Document, doc};
use mongodb::{Client, Database};
use stress::measure::{Cpu, Process, Processes};
use stress::replica_set::Failure;

/// What is to be watched.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// The live chat's database, to tell its operations, and with `--pid` the CPU and memory of mongod.
    #[arg(long)]
    mongodb: Option<String>,
    /// The process of the server on this machine (Linux), to tell its CPU and memory.
    #[arg(long)]
    pid: Option<u32>,
}

/// The server and its database, as far as they are known.
pub struct Watched {
    processes: Processes,
    database: Option<Database>,
}

/// What they had taken at a moment.
pub struct Taken {
    cpu: Cpu,
    operations: Option<i64>,
}

/// What each of some calls or messages took.
pub struct Each {
    /// The milliseconds of CPU of the server and of mongod.
    pub cpu: [Option<f64>; 2],
    /// The operations of the database, those of the drivers' own watching among them.
    pub operations: Option<f64>,
}

impl Each {
    /// Says for people what a message took, as far as it is known.
    pub fn say(&self) {
        let [server, mongod] = self.cpu;
        let told =
            [("server", server, " ms"), ("mongod", mongod, " ms"), ("operations", self.operations, "")];
        let told: Vec<String> = told
            .into_iter()
            .filter_map(|(name, value, unit)| Some(format!("{name} {:.2}{unit}", value?)))
            .collect();
        if !told.is_empty() {
            println!("  each message takes: {}", told.join(", "));
        }
    }
}

impl Watched {
    /// Those that the options name.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn new(options: &Named) -> Result<Self, Failure> {
        let mut processes = Processes { server: options.pid.map(Process), mongod: None };
        let Some(uri) = &options.mongodb else { return Ok(Self { processes, database: None }) };
        let database = Client::with_uri_str(uri).await?;
        let database = database.default_database().ok_or("the database's URI names no database")?;
        let pid = server_status(&database).await?.get_i64("pid").ok();
        let mongod = pid.and_then(|pid| pid.try_into().ok()).map(Process);
        // Without the server's, the database's machine may be another one.
        processes.mongod = processes.server.and(mongod);
        Ok(Self { processes, database: Some(database) })
    }

    /// The database.
    ///
    /// # Errors
    /// When it was not named.
    pub fn database(&self) -> Result<&Database, Failure> {
        Ok(self.database.as_ref().ok_or("--mongodb says where the database is")?)
    }

    /// What has been taken so far.
    ///
    /// # Errors
    /// When one of the processes has ended, or the database cannot be asked.
    pub async fn taken(&self) -> Result<Taken, Failure> {
        let operations = match &self.database {
            Some(database) => Some(operations(database).await?),
            None => None,
        };
        Ok(Taken { cpu: self.processes.cpu()?, operations })
    }

    /// What each of `count` has taken since a moment.
    ///
    /// # Errors
    /// As [`Self::taken`].
    pub async fn each_since(&self, before: &Taken, count: u64) -> Result<Each, Failure> {
        let now = self.taken().await?;
        let operations = now.operations.zip(before.operations);
        Ok(Each {
            cpu: now.cpu.each_since(&before.cpu, count),
            operations: operations.map(|(now, before)| (now - before) as f64 / count.max(1) as f64),
        })
    }

    /// The MiB of memory that the server and mongod take.
    ///
    /// # Errors
    /// When one of them has ended.
    pub fn resident(&self) -> Result<[Option<f64>; 2], Failure> {
        let Processes { server, mongod } = self.processes;
        let mib = |process: Option<Process>| -> Result<Option<f64>, Failure> {
            Ok(process.map(Process::resident_kib).transpose()?.map(|kib| kib as f64 / 1024.0))
        };
        Ok([mib(server)?, mib(mongod)?])
    }

    /// The same for people, after what it is of; nothing where neither is known.
    ///
    /// # Errors
    /// As [`Self::resident`].
    pub fn say_resident(&self, when: &str) -> Result<(), Failure> {
        let each = ["server", "mongod"].into_iter().zip(self.resident()?);
        let known: Vec<String> =
            each.filter_map(|(name, mib)| Some(format!("{name} {:.0} MiB", mib?))).collect();
        if !known.is_empty() {
            println!("  resident {when}: {}", known.join(", "));
        }
        Ok(())
    }
}

async fn server_status(database: &Database) -> Result<Document, Failure> {
    Ok(database.run_command(doc! { "serverStatus": 1 }).await?)
}

async fn operations(database: &Database) -> Result<i64, Failure> {
    let status = server_status(database).await?;
    let counters = status.get_document("opcounters")?;
    let count = |kind: &str| match counters.get(kind) {
        Some(Bson::Int64(count)) => *count,
        Some(Bson::Int32(count)) => i64::from(*count),
        _ => 0,
    };
    Ok(["query", "insert", "update", "delete", "getmore", "command"].map(count).iter().sum())
}
