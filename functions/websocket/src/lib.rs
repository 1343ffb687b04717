//! The WebSocket: `$connect`, `$disconnect` and every frame.
//!
//! What a function returns for a frame is not sent to the client, so that answers go through
//! `@connections` like everything else.

mod events;
mod frame;
mod input;

use std::time::Duration;

use aws_lambda_events::apigw::{
    ApiGatewayProxyResponse, ApiGatewayWebsocketProxyRequest, ApiGatewayWebsocketProxyRequestContext,
};
use lambda_runtime::LambdaEvent;
use shared::documents::connection::Connection;
use shared::use_cases::presence;
use shared::{App, Error, Result, Time, events as out, news};
use tracing::Instrument;

use events::Caller;
pub use events::EVENTS;
use frame::Frame;

/// How long a frame may take before it is answered with `unavailable`.
const DEADLINE: Duration = Duration::from_millis(4800);

/// Handles one event of the gateway. Whatever a client sends, the answer is a response: an error would
/// make the gateway send the client a message of its own.
///
/// # Errors
/// None but what is wrong with the gateway's event itself.
pub async fn handle(
    app: App,
    event: LambdaEvent<ApiGatewayWebsocketProxyRequest>,
) -> Result<ApiGatewayProxyResponse, shared::lambda::Error> {
    let ApiGatewayWebsocketProxyRequest { request_context: context, body, .. } = event.payload;
    let id = context.connection_id.clone().ok_or("the event has no connectionId")?;
    let route = context.route_key.clone().unwrap_or_default();
    let span = tracing::info_span!("websocket", request_id = context.request_id, connection = id);
    let status = async {
        match context.event_type.as_deref() {
            Some("CONNECT") => connect(&app, &id, &context).await,
            Some("DISCONNECT") => disconnect(&app, &id).await,
            _ => message(&app, &id, &context, &body.unwrap_or_default()).await,
        }
    }
    .instrument(span.clone())
    .await;
    tracing::info!(parent: &span, route, status, "handled");
    let mut response = ApiGatewayProxyResponse::default();
    response.status_code = status;
    Ok(response)
}

/// Lets a client in, unless its connection cannot be stored.
async fn connect(app: &App, id: &str, context: &ApiGatewayWebsocketProxyRequestContext) -> i64 {
    let connected_at = Time::from_millis(context.connected_at);
    status(Connection::open(&app.db, id, connected_at).await.map_err(Error::from))
}

async fn disconnect(app: &App, id: &str) -> i64 {
    let left = presence::leave(app, id).await;
    status(match left {
        Ok(farewell) => {
            news::tell(app, farewell.into_iter().collect()).await;
            Ok(())
        }
        Err(error) => Err(error),
    })
}

fn status(result: Result<()>) -> i64 {
    match result {
        Ok(()) => 200,
        Err(error) => {
            error.log();
            i64::from(error.code().status().as_u16())
        }
    }
}

/// Answers a frame, and then tells the others.
async fn message(
    app: &App,
    id: &str,
    context: &ApiGatewayWebsocketProxyRequestContext,
    body: &str,
) -> i64 {
    let frame = Frame::read(body);
    let answer = tokio::time::timeout(DEADLINE, answer(app, id, context, frame.event)).await;
    match answer.unwrap_or_else(|elapsed| Err(Error::unavailable(elapsed))) {
        Ok(answer) => {
            let ack =
                (!frame.id.is_null()).then_some(out::Reply::Ack { id: &frame.id, data: &answer.ack });
            let mut frames = Vec::new();
            for part in [answer.event.map(|event| out::frame(&event)), ack.map(|ack| out::frame(&ack))] {
                match part {
                    Some(Ok(bytes)) => frames.push(bytes),
                    Some(Err(error)) => error.log(),
                    None => {}
                }
            }
            news::send(app, id, frames).await;
            news::tell(app, answer.news).await;
            200
        }
        Err(error) => {
            error.log();
            let reply = out::Reply::Error { id: &frame.id, data: &error };
            if let Ok(bytes) = out::frame(&reply) {
                news::send(app, id, vec![bytes]).await;
            }
            i64::from(error.code().status().as_u16())
        }
    }
}

async fn answer(
    app: &App,
    id: &str,
    context: &ApiGatewayWebsocketProxyRequestContext,
    event: Result<(String, serde_json::Value)>,
) -> Result<events::Answer> {
    let (event, data) = event?;
    if event == "ping" {
        return Ok(events::Answer::pong());
    }
    let connection = Connection::find(&app.db, id).await?;
    let connection = connection.ok_or_else(|| Error::unauthorized("The connection has ended"))?;
    let caller = Caller {
        connection,
        ip_address: context.identity.source_ip.clone(),
        user_agent: context.identity.user_agent.clone(),
    };
    events::handle(app, &caller, &event, data).await
}
