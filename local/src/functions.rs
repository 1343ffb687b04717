//! The functions, each called as Lambda would call it: an event in, a response out.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::BoxFuture;
use lambda_http::request::LambdaRequest;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;
use shared::App;
use shared::api::http::Routes;
use tokio::sync::Semaphore;
use tower::Service;

pub use crate::runtime_api::FunctionError;
use crate::runtime_api::{Deployed, Environment};

/// What a function has for an event: `Timeout` in the template. It is less than the 29 seconds that API
/// Gateway gives an integration.
const TIMEOUT: Duration = Duration::from_secs(28);

type Handler =
    Arc<dyn Fn(Value, Context) -> BoxFuture<'static, Result<Value, FunctionError>> + Send + Sync>;

/// A constructor of an HTTP function's routes.
pub type MakeRoutes = fn() -> Routes;

/// Every HTTP function by the name of its folder.
pub const HTTP_FUNCTIONS: [(&str, MakeRoutes); 7] = [
    ("analytics", analytics::routes),
    ("auth", auth::routes),
    ("canned-responses", canned_responses::routes),
    ("conversations", conversations::routes),
    ("messages", messages::routes),
    ("pages", pages::routes),
    ("visitors", visitors::routes),
];

/// The name of the folder of the WebSocket's function.
pub const WEBSOCKET_FUNCTION: &str = "websocket";

/// The functions of the live chat; cheap to clone.
#[derive(Clone)]
pub struct Functions {
    handlers: Arc<HashMap<String, Handler>>,
    deployed: Arc<Vec<Arc<Deployed>>>,
    /// How many calls may be under way at once, of all functions.
    concurrency: Option<Arc<Semaphore>>,
}

impl Functions {
    /// All of them, on the clients of `app`.
    pub fn new(app: &App) -> Self {
        let mut handlers: HashMap<String, Handler> = HTTP_FUNCTIONS
            .iter()
            .map(|(name, routes)| ((*name).to_owned(), http(routes(), app.clone())))
            .collect();
        handlers.insert(WEBSOCKET_FUNCTION.to_owned(), websocket(app.clone()));
        Self { handlers: Arc::new(handlers), deployed: Arc::default(), concurrency: None }
    }

    /// All of them as processes: `program` says which one a function is, and `concurrency` bounds the
    /// instances of each.
    pub fn deployed(
        program: impl Fn(&str) -> PathBuf,
        environment: &Environment,
        concurrency: usize,
    ) -> Self {
        let names = HTTP_FUNCTIONS.iter().map(|(name, _)| *name).chain([WEBSOCKET_FUNCTION]);
        let deployed: Vec<(&str, Arc<Deployed>)> = names
            .map(|name| {
                let environment = environment.clone();
                (name, Arc::new(Deployed::new(name, program(name), environment, concurrency)))
            })
            .collect();
        let handlers = deployed.iter().map(|(name, deployed)| {
            let deployed = deployed.clone();
            let handler: Handler = Arc::new(move |event, context| {
                let deployed = deployed.clone();
                Box::pin(async move { deployed.invoke(event, context).await })
            });
            ((*name).to_owned(), handler)
        });
        Self {
            handlers: Arc::new(handlers.collect()),
            deployed: Arc::new(deployed.into_iter().map(|(_, deployed)| deployed).collect()),
            concurrency: None,
        }
    }

    /// The ids of the processes that handle an event at this moment.
    pub fn busy(&self) -> Vec<u32> {
        self.deployed.iter().flat_map(|deployed| deployed.busy()).collect()
    }

    /// One function of another kind alone, to try a gateway with.
    pub fn single<F>(name: &str, function: impl Fn(Value) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Value, FunctionError>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |event, _| Box::pin(function(event)));
        let handlers = Arc::new(HashMap::from([(name.to_owned(), handler)]));
        Self { handlers, deployed: Arc::default(), concurrency: None }
    }

    /// With a quota of concurrent executions for all functions, as an account has one (AWS Lambda,
    /// "Understanding Lambda function scaling"). A call past it fails.
    #[must_use]
    pub fn with_concurrency(self, most: usize) -> Self {
        Self { concurrency: Some(Arc::new(Semaphore::new(most))), ..self }
    }

    /// Calls a function with an event. A panic is an error, and so is taking too long, as on Lambda.
    ///
    /// # Errors
    /// When there is no such function, or it fails.
    pub async fn invoke(
        &self,
        name: &str,
        event: Value,
        request_id: &str,
    ) -> Result<Value, FunctionError> {
        let handler = self.handlers.get(name).ok_or_else(|| format!("there is no function {name}"))?;
        let _turn = match &self.concurrency {
            Some(concurrency) => {
                Some(concurrency.try_acquire().map_err(|_| "the rate is exceeded: too many at once")?)
            }
            None => None,
        };
        in_time(handler(event, context(name, request_id)), TIMEOUT).await
    }
}

/// Runs a task, and ends it when its time is over.
async fn in_time(
    task: BoxFuture<'static, Result<Value, FunctionError>>,
    longest: Duration,
) -> Result<Value, FunctionError> {
    let mut invocation = tokio::spawn(task);
    match tokio::time::timeout(longest, &mut invocation).await {
        Ok(result) => result?,
        Err(_) => {
            invocation.abort();
            Err(format!("the task timed out after {} seconds", longest.as_secs()).into())
        }
    }
}

/// What Lambda says of an invocation.
fn context(name: &str, request_id: &str) -> Context {
    let deadline = SystemTime::now() + TIMEOUT;
    let millis = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut context = Context::default();
    context.request_id = request_id.to_owned();
    context.deadline = u64::try_from(millis).unwrap_or(u64::MAX);
    context.invoked_function_arn = format!("arn:aws:lambda:local:000000000000:function:{name}");
    context
}

/// An HTTP function through the very adapter that serves it on Lambda.
fn http(routes: Routes, app: App) -> Handler {
    let router = routes.into_router(app);
    Arc::new(move |event, context| {
        let call = serde_json::from_value::<LambdaRequest>(event).map(|request| {
            let event = LambdaEvent::new(request, context);
            lambda_http::Adapter::from(router.clone()).call(event)
        });
        Box::pin(async move { Ok(serde_json::to_value(call?.await?)?) })
    })
}

fn websocket(app: App) -> Handler {
    Arc::new(move |event, context| {
        let app = app.clone();
        Box::pin(async move {
            let event = LambdaEvent::new(serde_json::from_value(event)?, context);
            Ok(serde_json::to_value(websocket::handle(app, event).await?)?)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_function_that_takes_longer_than_it_has_fails_and_is_ended() {
        let (held_by_it, mut ended) = tokio::sync::mpsc::channel::<()>(1);
        let slow = Box::pin(async move {
            let _held = held_by_it;
            std::future::pending().await
        });
        let error = in_time(slow, Duration::from_millis(10)).await.unwrap_err();
        assert_eq!(error.to_string(), "the task timed out after 0 seconds");
        assert_eq!(ended.recv().await, None);
    }

    /// Below the 29 seconds that API Gateway waits (its quotas, "Integration timeout").
    #[test]
    fn a_function_has_the_time_that_the_template_says() {
        let timeout = format!("\n    Timeout: {}\n", TIMEOUT.as_secs());
        assert!(include_str!("../../template.yaml").contains(&timeout));
    }
}
