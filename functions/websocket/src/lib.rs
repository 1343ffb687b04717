//! The WebSocket: `$connect`, `$disconnect` and every frame.
//!
//! What a function returns for a frame is not sent to the client, so that answers go through
//! `@connections` like everything else.

mod events;
mod frame;

use std::pin::pin;
use std::time::Duration;

use aws_lambda_events::apigw::{
    ApiGatewayProxyResponse, ApiGatewayWebsocketProxyRequest, ApiGatewayWebsocketProxyRequestContext,
};
use bytes::Bytes;
use http::HeaderMap;
use http::header::ORIGIN;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use shared::documents::participant::Side;
use shared::error::Code;
use shared::push::{Reply, frame};
use shared::rate_limit::Limit;
use shared::use_cases::outbox::Outbound;
use shared::use_cases::{connections, maintenance, outbox, rate_limit};
use shared::{App, Error, Result, Time, deadline};
use tracing::Instrument;

use events::{Answer, ClientEvent, Sender, limit_of};
pub use events::{EVENTS, asyncapi};
pub use frame::Frame;

/// How long the others wait for the sender to take its answer.
const HEAD_START: Duration = Duration::from_millis(300);

/// Handles one event of the gateway. Whatever a client sends, the answer is a response: an error would
/// make the gateway send the client a message of its own.
///
/// # Errors
/// None but what is wrong with the gateway's event itself.
pub async fn handle(
    app: App,
    event: LambdaEvent<ApiGatewayWebsocketProxyRequest>,
) -> Result<ApiGatewayProxyResponse, shared::api::lambda::Error> {
    let ends_at = event.context.deadline;
    let ApiGatewayWebsocketProxyRequest { request_context: context, headers, body, .. } = event.payload;
    let id = context.connection_id.clone().ok_or("the event has no connectionId")?;
    let route = context.route_key.clone().unwrap_or_default();
    let span = tracing::info_span!("websocket", request_id = context.request_id, connection = id);
    let answer = async {
        match context.event_type.as_deref() {
            Some("CONNECT") if !is_from_a_known_page(&app, &headers) => Answered::with(403),
            Some("CONNECT") => connect(app.clone(), id.clone(), &context, ends_at).await,
            Some("DISCONNECT") => disconnect(app.clone(), id.clone(), ends_at).await,
            _ => {
                let body = body.unwrap_or_default();
                let client = Client {
                    request_id: context.request_id.clone(),
                    bytes: body.len(),
                    ip_address: context.identity.source_ip.clone(),
                    user_agent: context.identity.user_agent.clone(),
                };
                Box::pin(message(app.clone(), id.clone(), client, body, ends_at)).await
            }
        }
    }
    .instrument(span.clone())
    .await;
    let Answered { status, said } = answer;
    span.in_scope(|| tracing::info!(route, status, "handled"));
    let mut response = ApiGatewayProxyResponse::default();
    response.status_code = status;
    response.body = said.map(Into::into);
    Ok(response)
}

/// What the gateway is told of an event. It sends none of it to the client.
struct Answered {
    status: i64,
    /// The error that the client was sent instead of an answer, as over HTTP, or [`OF_AGENT`]. API Gateway
    /// drops it; a gateway of one machine knows by it who is refused, and who works here.
    said: Option<String>,
}

/// Of what an agent sent.
const OF_AGENT: &str = r#"{"side":"agent"}"#;

impl Answered {
    fn with(status: i64) -> Self {
        Self { status, said: None }
    }
}

/// Whether a client is not a browser, or shows a page that may use the live chat: the same-origin policy
/// does not hold for WebSockets, so that the server must ask (RFC 6455, section 10.2).
fn is_from_a_known_page(app: &App, headers: &HeaderMap) -> bool {
    headers.get(ORIGIN).is_none_or(|origin| app.config.allows(origin.as_bytes()))
}

/// Lets a client in, unless its connection cannot be stored.
async fn connect(
    app: App,
    id: String,
    context: &ApiGatewayWebsocketProxyRequestContext,
    ends_at: u64,
) -> Answered {
    let connected_at = Time::from_millis(context.connected_at);
    let address = context.identity.source_ip.clone();
    let background = app.background.clone();
    let work = async move { connections::open(&app, &id, connected_at, address.as_deref()).await };
    let opened = deadline::within(&background, ends_at, work, |_| async {}).await;
    status(opened.and_then(|opened| opened))
}

async fn disconnect(app: App, id: String, ends_at: u64) -> Answered {
    let left = connections::disconnect(&app, &id, deadline::end_of_work(ends_at));
    // Nobody waits for an answer: it has all the time that Lambda gives.
    let left = tokio::time::timeout(deadline::until(ends_at), left).await;
    status(left.unwrap_or_else(|elapsed| Err(Error::unavailable(elapsed))))
}

fn status(result: Result<()>) -> Answered {
    Answered::with(match result {
        Ok(()) => 200,
        Err(error) => {
            error.log();
            i64::from(error.code().status().as_u16())
        }
    })
}

/// Answers a frame, and dispatches then what follows from it.
async fn message(app: App, id: String, client: Client, body: String, ends_at: u64) -> Answered {
    let Frame { id: frame_id, is_quiet, event } = Frame::read(&body);
    let (address, request_id) = (client.ip_address.clone(), client.request_id.clone());
    let (working, dispatching, id_too) = (app.clone(), app.clone(), id.clone());
    let work = async move { answer(&working, &id_too, client, event).await };
    // The sender has been told that it failed, the others must see that it did not.
    let late = move |answer: Result<(Answer<Value>, _)>| async move {
        if let Ok((answer, _)) = answer {
            outbox::dispatch(&dispatching, answer.outbound, deadline::end_of_work(ends_at)).await;
        }
    };
    let answer = deadline::within(&app.background, ends_at, work, late).await;
    match answer.and_then(|answer| answer) {
        Ok((Answer { event, ack, mut outbound }, is_agent)) => {
            let is_asked = !frame_id.is_null();
            if is_asked || is_quiet {
                // Its ack says what these would say again, or nobody wants to hear it.
                outbound.spare(&id);
            }
            let event = event.filter(|event| if is_asked { !event.is_acked() } else { !is_quiet });
            let ack = is_asked.then_some(Reply::Ack { id: &frame_id, data: &ack });
            let event = event.map(|event| frame(&event));
            let frames = event.into_iter().chain(ack.map(|ack| frame(&ack))).collect();
            answer_and_dispatch(&app, &id, frames, outbound, ends_at).await;
            Answered { status: 200, said: is_agent.then(|| OF_AGENT.to_owned()) }
        }
        Err(error) => {
            error.log();
            let error = error.of_request(request_id);
            let reply = frame(&Reply::Error { id: &frame_id, data: &error });
            if error.code() == Code::RateLimited {
                refuse(&app, &id, reply, address.as_deref(), ends_at).await;
            } else {
                answer_and_dispatch(&app, &id, vec![reply], Outbound::default(), ends_at).await;
            }
            // What a client did wrong it has been told; for the gateway it would be a fault of ours.
            let status = if error.code().status().is_server_error() { 500 } else { 200 };
            Answered { status, said: serde_json::to_string(&error).ok() }
        }
    }
}

/// Tells a sender that it was too much, and counts that: who floods gets no more done than this.
async fn refuse(app: &App, id: &str, reply: Result<Bytes>, address: Option<&str>, ends_at: u64) {
    let telling = app.push.send(id, reply.into_iter().collect());
    if tokio::time::timeout(deadline::until(ends_at), telling).await.is_err() {
        tracing::warn!("the time was over before a refusal was told");
    }
    if let Err(error) = connections::refused(app, id, address).await {
        error.log();
    }
}

/// The sender gets its answer first, but if it is slow to take it, the others do not wait. Then there
/// is time for maintenance.
async fn answer_and_dispatch(
    app: &App,
    id: &str,
    frames: Vec<Result<Bytes>>,
    outbound: Outbound,
    ends_at: u64,
) {
    let frames = frames.into_iter().filter_map(|frame| frame.map_err(|error| error.log()).ok());
    let mut answering = pin!(app.push.send(id, frames.collect()));
    let until = deadline::end_of_work(ends_at);
    let all = async {
        match tokio::time::timeout(HEAD_START, &mut answering).await {
            Ok(()) => outbox::dispatch(app, outbound, until).await,
            Err(_) => {
                futures::future::join(answering, outbox::dispatch(app, outbound, until)).await;
            }
        }
        maintenance::run_if_due(app, until).await;
    };
    if tokio::time::timeout(deadline::until(ends_at), all).await.is_err() {
        tracing::error!("the time was over before everything was dispatched");
    }
}

/// What the gateway says of a client and its frame, and how long that is.
struct Client {
    request_id: Option<String>,
    bytes: usize,
    ip_address: Option<String>,
    user_agent: Option<String>,
}

/// The answer to a frame, and whether it came from an agent.
async fn answer(
    app: &App,
    id: &str,
    client: Client,
    event: Result<(String, Value)>,
) -> Result<(Answer<Value>, bool)> {
    // What cannot be read is counted, too.
    let limit = event.as_ref().map_or(Limit::Frames, |(event, _)| limit_of(event));
    let Client { bytes, ip_address, user_agent, .. } = client;
    let connection = connections::consume(app, id, limit, ip_address.as_deref()).await?;
    let side = connection.person.as_ref().map(|person| person.side);
    if side == Some(Side::Visitor) {
        rate_limit::consume_volume(app, ip_address.as_deref(), bytes).await?;
    }
    let (event, data) = event?;
    let sender = Sender { connection, ip_address, user_agent, bytes };
    let event = ClientEvent::decode(&sender, &event, data)?;
    let is_agent = side == Some(Side::Agent) || matches!(event, ClientEvent::AgentConnect(_));
    Ok((event.handle(app, &sender).await?, is_agent))
}
