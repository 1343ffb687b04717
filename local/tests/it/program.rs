//! The program that a developer starts.

use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::support::PATIENCE;

/// The live chat with its own database in a folder.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it and waits until it runs.
    async fn start(folder: &Path, settings: &[(&str, &str)]) -> (Self, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_livechat"))
            .current_dir(folder)
            .env("PORT", "0")
            .env_remove("MONGODB_URI")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut program = Self { child, lines };
        let said = program.says("Ctrl-C stops it.").await;
        (program, said)
    }

    /// What it says until it says this.
    async fn says(&mut self, text: &str) -> String {
        let mut said = String::new();
        while !said.contains(text) {
            let line = timeout(PATIENCE, self.lines.next_line()).await.expect("it says no more");
            said.push_str(&line.unwrap().unwrap_or_else(|| panic!("it ended: {said}")));
            said.push('\n');
        }
        said
    }

    /// Stops it as Ctrl-C does, so that its database has ended, too.
    async fn stop(mut self) {
        let process = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(process).unwrap(), Signal::INT).unwrap();
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it goes on").unwrap();
        assert!(status.success(), "{status}");
    }
}

/// Where it listens.
fn address(said: &str) -> String {
    let port = said.split("http://localhost:").nth(1).and_then(|rest| rest.split('/').next());
    format!("http://127.0.0.1:{}", port.unwrap())
}

#[tokio::test]
async fn when_its_database_dies_it_says_so_and_ends_with_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let (mut program, _) = Program::start(folder.path(), &[]).await;
    let lock = folder.path().join(".livechat/mongodb/data/mongod.lock");
    let process = std::fs::read_to_string(lock).unwrap().trim().parse().unwrap();
    kill_process(Pid::from_raw(process).unwrap(), Signal::KILL).unwrap();
    program.says("error: the MongoDB server ended").await;
    assert!(!program.child.wait().await.unwrap().success());
}

#[tokio::test]
async fn where_others_can_reach_it_the_first_user_shows_a_token_and_nobody_registers_after_that() {
    const EVERYWHERE: &[(&str, &str)] = &[("HOST", "0.0.0.0")];
    const BEHIND_A_PROXY: &[(&str, &str)] = &[("TRUSTED_PROXIES", "10.0.0.1")];
    const ALONE: &[(&str, &str)] = &[];
    let folder = tempfile::tempdir().unwrap();
    let registration = async |settings| {
        let (program, said) = Program::start(folder.path(), settings).await;
        let url = format!("{}/api/auth/registration", address(&said));
        let answer: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        (program, said, answer)
    };
    for (settings, needs_token) in [(EVERYWHERE, true), (BEHIND_A_PROXY, true)] {
        let (program, _, answer) = registration(settings).await;
        assert_eq!(answer["needsSetupToken"], needs_token, "{settings:?}");
        program.stop().await;
    }
    let (program, said, answer) = registration(ALONE).await;
    assert_eq!(answer["needsSetupToken"], false);
    let first = json!({ "name": "Ada", "email": "ada@example.com", "password": "correct horse" });
    let url = format!("{}/api/auth/register", address(&said));
    let answer = reqwest::Client::new().post(url).json(&first).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    program.stop().await;
    for (settings, who) in [(EVERYWHERE, "closed"), (BEHIND_A_PROXY, "closed"), (ALONE, "open")] {
        let (program, _, answer) = registration(settings).await;
        assert_eq!(answer["registration"], who, "{settings:?}");
        program.stop().await;
    }
}
