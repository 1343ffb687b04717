//! Functions as processes: what Lambda does with a built `bootstrap`.
//!
//! Each instance is a process with a Runtime API of its own, which it polls for its next event; an
//! instance handles one event at a time, and a new one is started when all are busy (AWS Lambda,
//! "Using the Lambda runtime API for custom runtimes"). It is busy until it asks for the next event, and
//! frozen from then on until there is one ("Understanding the Lambda execution environment lifecycle").

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use lambda_runtime::Context;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// Lambda's limit for an initialisation: 10 seconds.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// The lines that are kept of what a process says.
const MOST_LINES: usize = 50;

/// What a function fails with.
pub type FunctionError = Box<dyn std::error::Error + Send + Sync>;

/// Variables of a function's environment.
pub type Environment = Vec<(String, String)>;

/// A function that is deployed: a program, its environment, and the instances that are idle.
pub struct Deployed {
    program: PathBuf,
    environment: Environment,
    concurrency: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Instance>>>,
    busy: Arc<Mutex<HashSet<u32>>>,
}

impl Deployed {
    /// The function of this name, whose `bootstrap` is at `program`. An event that comes when so many
    /// instances as `concurrency` says are busy waits for one.
    pub fn new(name: &str, program: PathBuf, mut environment: Environment, concurrency: usize) -> Self {
        environment.push(("AWS_LAMBDA_FUNCTION_NAME".to_owned(), name.to_owned()));
        Self {
            program,
            environment,
            concurrency: Arc::new(Semaphore::new(concurrency)),
            idle: Arc::default(),
            busy: Arc::default(),
        }
    }

    /// The ids of the processes that handle an event at this moment, or what goes on behind its answer.
    pub fn busy(&self) -> Vec<u32> {
        locked(&self.busy).iter().copied().collect()
    }

    /// Calls the function, on an idle instance or a new one. It is idle again once it asks for the next
    /// event; one that does not until its time is over is killed, as on Lambda.
    ///
    /// # Errors
    /// What the function answers as its error, or why no instance answers.
    pub async fn invoke(&self, event: Value, context: Context) -> Result<Value, FunctionError> {
        let turn = self.concurrency.clone().acquire_owned().await?;
        let idle = locked(&self.idle).pop();
        let mut instance = match idle {
            Some(instance) => instance,
            None => Instance::start(&self.program, &self.environment).await?,
        };
        let body = serde_json::to_vec(&event)?;
        let busy = Busy::new(&self.busy, instance.id());
        let result = instance.invoke(body.into(), &context).await;
        let idle = self.idle.clone();
        tokio::spawn(async move {
            let asks_again = tokio::time::timeout(until(context.deadline), instance.asks_for_next());
            if let Ok(true) = asks_again.await {
                locked(&idle).push(instance);
            }
            drop((busy, turn));
        });
        Ok(serde_json::from_slice(&result?)?)
    }
}

/// A process among the busy ones, until it is dropped.
struct Busy {
    all: Arc<Mutex<HashSet<u32>>>,
    process: Option<u32>,
}

impl Busy {
    fn new(all: &Arc<Mutex<HashSet<u32>>>, process: Option<u32>) -> Self {
        locked(all).extend(process);
        Self { all: all.clone(), process }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        locked(&self.all).retain(|id| Some(*id) != self.process);
    }
}

/// How long it is until a deadline in milliseconds after the epoch.
fn until(deadline: u64) -> Duration {
    let deadline = UNIX_EPOCH + Duration::from_millis(deadline);
    deadline.duration_since(SystemTime::now()).unwrap_or_default()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An event on its way, and where its answer goes.
struct Invocation {
    context: Context,
    body: Bytes,
    answer: Answer,
}

type Answer = oneshot::Sender<Result<Bytes, FunctionError>>;

/// A process that handles events, one at a time. Dropped, it is killed.
pub struct Instance {
    process: Child,
    invocations: mpsc::Sender<Invocation>,
    asks: watch::Receiver<bool>,
    api: JoinHandle<std::io::Result<()>>,
    started_in: Duration,
}

/// The Runtime API of one instance.
struct Api {
    invocations: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    process: OnceLock<Pid>,
    /// Whether the process asks for an event.
    asks: watch::Sender<bool>,
    under_way: Mutex<Option<(String, Answer)>>,
}

/// An instance ended before it polled for its first event.
#[derive(Debug, thiserror::Error)]
#[error("the function did not start ({status:?}): {output}")]
pub struct InitFailed {
    /// How the process ended, unless it was only too slow.
    pub status: Option<ExitStatus>,
    /// What it said.
    pub output: String,
}

impl Instance {
    /// Starts the program and waits for its first poll.
    ///
    /// # Errors
    /// [`InitFailed`], or why there is no process.
    pub async fn start(program: &Path, environment: &Environment) -> Result<Self, FunctionError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (invocations, receiver) = mpsc::channel(1);
        let (asking, mut asks) = watch::channel(false);
        let api = Arc::new(Api {
            invocations: tokio::sync::Mutex::new(receiver),
            process: OnceLock::new(),
            asks: asking,
            under_way: Mutex::default(),
        });
        let began = Instant::now();
        let mut process = command(program, environment, &address).spawn()?;
        if let Some(id) = pid(&process) {
            // Nobody else sets it.
            let _set_once = api.process.set(id);
        }
        let api = tokio::spawn(async move { axum::serve(listener, router(api)).await });
        let said = [listen(process.stdout.take()), listen(process.stderr.take())];
        let polled = tokio::select! {
            polled = asks.wait_for(|asks| *asks) => polled.is_ok(),
            _ = process.wait() => false,
            () = tokio::time::sleep(INIT_TIMEOUT) => false,
        };
        let started_in = began.elapsed();
        if polled {
            return Ok(Self { process, invocations, asks, api, started_in });
        }
        api.abort();
        let status = process.try_wait()?;
        process.kill().await?;
        let mut output = String::new();
        for lines in said {
            output.push_str(&lines.await?);
        }
        Err(InitFailed { status, output }.into())
    }

    /// Hands an event to the process and waits for what it answers.
    ///
    /// # Errors
    /// What it answers as its error, or that it ended.
    pub async fn invoke(&mut self, body: Bytes, context: &Context) -> Result<Bytes, FunctionError> {
        if !self.asks_for_next().await {
            return Err("the instance has ended".into());
        }
        let (answer, answered) = oneshot::channel();
        let invocation = Invocation { context: context.clone(), body, answer };
        self.invocations.send(invocation).await.map_err(|_| "the instance takes no event")?;
        tokio::select! {
            answer = answered => answer.map_err(|_| "the instance gave no answer")?,
            status = self.process.wait() => Err(format!("the instance ended: {}", status?).into()),
        }
    }

    /// Waits until the process asks for its next event; `false` if it ends before.
    pub async fn asks_for_next(&mut self) -> bool {
        tokio::select! {
            asks = self.asks.wait_for(|asks| *asks) => asks.is_ok(),
            _ = self.process.wait() => false,
        }
    }

    /// From the start of the process to its first poll.
    pub fn started_in(&self) -> Duration {
        self.started_in
    }

    /// The process's id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Whether the process still runs.
    pub fn lives(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.api.abort();
    }
}

/// Reads what a process says until it ends, so that it is never held up by nobody reading; the last of
/// it.
fn listen(pipe: Option<impl AsyncRead + Unpin + Send + 'static>) -> JoinHandle<String> {
    tokio::spawn(async move {
        let mut last: VecDeque<String> = VecDeque::new();
        if let Some(pipe) = pipe {
            let mut lines = BufReader::new(pipe).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                tracing::debug!(line, "a function says");
                last.push_back(line);
                if last.len() > MOST_LINES {
                    last.pop_front();
                }
            }
        }
        last.into_iter().collect::<Vec<_>>().join("\n")
    })
}

fn command(program: &Path, environment: &Environment, api: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", api)
        .env("AWS_LAMBDA_FUNCTION_NAME", "livechat")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "an-access-key")
        .env("AWS_SECRET_ACCESS_KEY", "a-secret-key")
        .env("AWS_SESSION_TOKEN", "a-session-token")
        .envs(environment.iter().cloned())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn router(api: Arc<Api>) -> Router {
    const VERSION: &str = "/2018-06-01/runtime";
    Router::new()
        .route(&format!("{VERSION}/invocation/next"), get(next))
        .route(&format!("{VERSION}/invocation/{{id}}/response"), post(response))
        .route(&format!("{VERSION}/invocation/{{id}}/error"), post(error))
        .route(&format!("{VERSION}/init/error"), post(init_error))
        .with_state(api)
}

/// Answers with the next event as soon as there is one; until then the process is frozen.
async fn next(State(api): State<Arc<Api>>) -> Response {
    api.freeze().await;
    api.asks.send_replace(true);
    let invocation = api.invocations.lock().await.recv().await;
    api.signal(Signal::CONT);
    let Some(invocation) = invocation else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    api.asks.send_replace(false);
    let Invocation { context, body, answer } = invocation;
    let headers = [
        ("lambda-runtime-aws-request-id", context.request_id.clone()),
        ("lambda-runtime-deadline-ms", context.deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", context.invoked_function_arn),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700".to_owned()),
    ];
    *locked(&api.under_way) = Some((context.request_id, answer));
    (headers, body).into_response()
}

async fn response(State(api): State<Arc<Api>>, UrlPath(id): UrlPath<String>, body: Bytes) -> StatusCode {
    api.answer(&id, Ok(body))
}

async fn error(State(api): State<Arc<Api>>, UrlPath(id): UrlPath<String>, body: Bytes) -> StatusCode {
    api.answer(&id, Err(String::from_utf8_lossy(&body).into_owned().into()))
}

/// The process says why it cannot start; that it ends is seen anyway.
async fn init_error(body: Bytes) -> StatusCode {
    tracing::warn!(error = %String::from_utf8_lossy(&body), "a function cannot start");
    StatusCode::ACCEPTED
}

fn pid(process: &Child) -> Option<Pid> {
    process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
}

impl Api {
    /// Stops the process and waits until it stands still, since a signal alone is only on its way.
    async fn freeze(&self) {
        self.signal(Signal::STOP);
        let Some(process) = self.process.get().copied() else { return };
        // One that ends instead has no next event either.
        let stands = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let waited = tokio::task::spawn_blocking(move || waitid(WaitId::Pid(process), stands)).await;
        if !matches!(waited, Ok(Ok(_))) {
            tracing::debug!(?waited, "a function has ended before it was frozen");
        }
    }

    fn signal(&self, signal: Signal) {
        let sent = self.process.get().map(|process| kill_process(*process, signal));
        if let Some(Err(error)) = sent {
            // It has ended, which whoever waits for it sees.
            tracing::debug!(%error, "a function was not signalled");
        }
    }

    fn answer(&self, id: &str, answer: Result<Bytes, FunctionError>) -> StatusCode {
        let under_way = locked(&self.under_way).take();
        match under_way {
            Some((expected, waiting)) if expected == id => {
                // Who asked may have given up meanwhile.
                let _given_up = waiting.send(answer);
                StatusCode::ACCEPTED
            }
            _ => StatusCode::BAD_REQUEST,
        }
    }
}
