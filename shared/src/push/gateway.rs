//! The way back to connected clients: API Gateway's `@connections`.

use std::error::Error as StdError;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_apigatewaymanagement::config::timeout::TimeoutConfig;
use aws_sdk_apigatewaymanagement::config::{
    BehaviorVersion, Builder, Credentials, Region, StalledStreamProtectionConfig,
};
use aws_sdk_apigatewaymanagement::error::{DisplayErrorContext, SdkError};
use aws_sdk_apigatewaymanagement::primitives::Blob;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use bytes::Bytes;
use futures::future::BoxFuture;
use tokio::sync::Semaphore;

/// How long one attempt may take, and all of them together.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(4);
/// Attempts at a post that meets 429, a 5xx or silence, with a pause between them that doubles from a
/// random part of the first one on.
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Requests under way at once, whatever they are for: the descriptors of a function have an end.
const SIDE_BY_SIDE: usize = 64;

/// What reaches connected clients. It fails when a connection is gone, or was not reached.
pub trait Gateway: Send + Sync {
    /// Sends a frame to a connection.
    fn post<'a>(&'a self, connection: &'a str, frame: Bytes) -> BoxFuture<'a, Result<(), PushError>>;

    /// Closes a connection.
    fn close<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<(), PushError>>;
}

/// A client of API Gateway's `@connections`; cheap to clone.
#[derive(Clone)]
pub struct ApiGateway {
    client: Arc<OnceLock<Client>>,
    endpoint: Arc<str>,
    turns: Arc<Semaphore>,
}

/// Why a connection was not reached.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// It does not exist any more (410).
    #[error("the connection is gone")]
    Gone,
    /// Something else, after every attempt.
    #[error("{0}")]
    Failed(String),
}

impl ApiGateway {
    /// A client of the gateway at `endpoint`, the address in front of `/@connections`. Requests are
    /// signed with the credentials that Lambda puts into the environment; without any, as on one's own
    /// machine, they are not signed.
    pub fn new(endpoint: &str) -> Self {
        let gateway = Self {
            client: Arc::default(),
            endpoint: endpoint.into(),
            turns: Arc::new(Semaphore::new(SIDE_BY_SIDE)),
        };
        // Reading the machine's root certificates takes milliseconds, which no start waits for.
        let early = gateway.clone();
        std::thread::spawn(move || drop(early.client().clone()));
        gateway
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| client(&self.endpoint))
    }
}

impl Gateway for ApiGateway {
    fn post<'a>(&'a self, connection: &'a str, frame: Bytes) -> BoxFuture<'a, Result<(), PushError>> {
        Box::pin(async move {
            let _turn = self.turns.acquire().await;
            let data = Blob::from_maybe_shared(frame);
            let sent = self.client().post_to_connection().connection_id(connection).data(data);
            sent.send().await.map(drop).map_err(|error| failed(error, |error| error.is_gone_exception()))
        })
    }

    fn close<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<(), PushError>> {
        Box::pin(async move {
            let _turn = self.turns.acquire().await;
            let closed = self.client().delete_connection().connection_id(connection).send().await;
            closed.map(drop).map_err(|error| failed(error, |error| error.is_gone_exception()))
        })
    }
}

fn client(endpoint: &str) -> Client {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let env = |key: &str| std::env::var(key).ok().filter(|value| !value.is_empty());
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(env("AWS_REGION").unwrap_or_else(|| "us-east-1".to_owned())))
        .http_client(http)
        // The timeouts of an attempt end one that stalls, too.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(
            RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_PAUSE),
        )
        // Others' failures are no reason to give up on a connection: the deadline is.
        .retry_partition(
            RetryPartition::custom("connections").token_bucket(TokenBucket::unlimited()).build(),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .operation_timeout(OPERATION_TIMEOUT)
                .build(),
        );
    let config = match (env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY")) {
        (Some(key), Some(secret)) => config.credentials_provider(Credentials::new(
            key,
            secret,
            env("AWS_SESSION_TOKEN"),
            None,
            "environment",
        )),
        _ => config.allow_no_auth(),
    };
    Client::from_conf(config.build())
}

fn failed<E: StdError + 'static>(error: SdkError<E>, is_gone: impl Fn(&E) -> bool) -> PushError
where
    SdkError<E>: StdError,
{
    match error.as_service_error() {
        Some(service) if is_gone(service) => PushError::Gone,
        _ => PushError::Failed(DisplayErrorContext(&error).to_string()),
    }
}
