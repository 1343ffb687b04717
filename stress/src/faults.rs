//! An `@connections` that fails as the one of API Gateway can, in front of one that works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use local::websocket_api::Stage;
use reqwest::{Client, Method, Url};
use tokio::net::TcpListener;

use crate::replica_set::Failure;

/// Longer than a function waits for an answer.
const SILENCE: Duration = Duration::from_secs(5);

/// How many posts met which fault.
#[derive(Debug, Default)]
pub struct Counts {
    /// Posts in all.
    pub posts: AtomicU64,
    /// Answered with 410, and the client's socket cut.
    pub gone: AtomicU64,
    /// Answered with 429.
    pub throttled: AtomicU64,
    /// Answered with 500.
    pub failed: AtomicU64,
    /// Neither delivered nor answered.
    pub silent: AtomicU64,
    /// Delivered and not answered.
    pub unanswered: AtomicU64,
    /// Acks that were taken and not delivered.
    pub acks_lost: AtomicU64,
}

/// The faulty endpoint.
#[derive(Clone)]
pub struct Faulty {
    inner: Arc<Inner>,
}

struct Inner {
    real: Url,
    http: Client,
    active: AtomicBool,
    counts: Counts,
}

/// What happens to a post.
enum Treatment {
    Delivered,
    Gone,
    Throttled,
    Failed,
    Silent,
    Unanswered,
    AckLost,
}

impl Treatment {
    /// Of 1,000 posts about 25 meet a fault.
    fn draw(is_ack: bool) -> Self {
        match fastrand::u32(0..1000) {
            0..1 => Self::Gone,
            1..11 => Self::Throttled,
            11..21 => Self::Failed,
            21..22 => Self::Silent,
            22..23 => Self::Unanswered,
            23..43 if is_ack => Self::AckLost,
            _ => Self::Delivered,
        }
    }
}

impl Faulty {
    /// Listens in front of the gateway's `@connections` at `real`, as in `http://127.0.0.1:5000/local`.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub async fn start(listener: TcpListener, real: &str) -> Result<Self, Failure> {
        let inner = Inner {
            real: real.parse()?,
            http: Client::new(),
            active: AtomicBool::new(false),
            counts: Counts::default(),
        };
        let faulty = Self { inner: Arc::new(inner) };
        let router = Router::new()
            .route(&format!("/{}/@connections/{{id}}", Stage::default()), post(send).delete(close))
            .with_state(faulty.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(faulty)
    }

    /// Whether posts meet faults from now on.
    pub fn set_active(&self, active: bool) {
        self.inner.active.store(active, Ordering::Relaxed);
    }

    /// How many posts met which fault.
    pub fn counts(&self) -> &Counts {
        &self.inner.counts
    }

    async fn forward(&self, method: Method, id: &str, body: Bytes) -> StatusCode {
        let mut url = self.inner.real.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(["@connections", id]);
        }
        match self.inner.http.request(method, url).body(body).send().await {
            Ok(answer) => {
                StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY)
            }
            Err(_) => StatusCode::BAD_GATEWAY,
        }
    }
}

async fn send(State(faulty): State<Faulty>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    let counts = faulty.counts();
    let count = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
    count(&counts.posts);
    if !faulty.inner.active.load(Ordering::Relaxed) {
        return faulty.forward(Method::POST, &id, body).await;
    }
    let is_ack = body.starts_with(br#"{"event":"ack""#);
    match Treatment::draw(is_ack) {
        Treatment::Delivered => faulty.forward(Method::POST, &id, body).await,
        Treatment::Gone => {
            count(&counts.gone);
            faulty.forward(Method::DELETE, &id, Bytes::new()).await;
            StatusCode::GONE
        }
        Treatment::Throttled => {
            count(&counts.throttled);
            StatusCode::TOO_MANY_REQUESTS
        }
        Treatment::Failed => {
            count(&counts.failed);
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Treatment::Silent => {
            count(&counts.silent);
            tokio::time::sleep(SILENCE).await;
            StatusCode::GATEWAY_TIMEOUT
        }
        Treatment::Unanswered => {
            count(&counts.unanswered);
            faulty.forward(Method::POST, &id, body).await;
            tokio::time::sleep(SILENCE).await;
            StatusCode::GATEWAY_TIMEOUT
        }
        Treatment::AckLost => {
            count(&counts.acks_lost);
            StatusCode::OK
        }
    }
}

async fn close(State(faulty): State<Faulty>, Path(id): Path<String>) -> StatusCode {
    faulty.forward(Method::DELETE, &id, Bytes::new()).await
}
