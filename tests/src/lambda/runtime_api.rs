//! The Lambda Runtime API of version 2018-06-01, for one process. Speaks the protocol only: what an
//! invocation is, and when it ends, is decided elsewhere.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{convert::Infallible, net::SocketAddr};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

/// Lambda's limit on the answer of a synchronous invocation.
const MAX_ANSWER_BYTES: usize = 6 * 1024 * 1024;

/// What a process asks of, or tells, Lambda.
#[derive(Debug)]
pub(super) enum Heard {
    /// It is ready for an event, and waits until it gets one.
    Next(oneshot::Sender<Event>),
    /// It has answered the invocation with this request id. `false` refuses an id that is not the
    /// current one.
    Ended { request_id: String, end: End, accepted: oneshot::Sender<bool> },
    /// It could not start.
    InitFailed(ReportedError),
}

#[derive(Debug)]
pub(super) enum End {
    Answer(Bytes),
    Error(ReportedError),
}

/// An event with its headers.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) request_id: String,
    pub(super) deadline_ms: u128,
    pub(super) function_arn: String,
    pub(super) trace_id: String,
    pub(super) body: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportedError {
    pub(super) error_type: String,
    pub(super) error_message: String,
}

/// Serves on a free port of 127.0.0.1 until dropped.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    pub(super) heard: mpsc::UnboundedReceiver<Heard>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    pub(super) async fn bind() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (sender, heard) = mpsc::unbounded_channel();
        let server = tokio::spawn(accept(listener, sender));
        Ok(Self { address, heard, server })
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, heard: mpsc::UnboundedSender<Heard>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        // An answer must not wait for the next packet.
        let _ = stream.set_nodelay(true);
        let heard = heard.clone();
        connections.spawn(async move {
            let service = service_fn(|request| {
                let heard = heard.clone();
                async move { Ok::<_, Infallible>(serve(request, &heard).await) }
            });
            // A connection breaks when its process is killed; the process tells more than that.
            let _broken =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn serve(
    request: Request<Incoming>,
    heard: &mpsc::UnboundedSender<Heard>,
) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    let Some(path) = path.strip_prefix("/2018-06-01/runtime/") else {
        return refuse(StatusCode::NOT_FOUND, "NotFound", &format!("no such path: `{path}`"));
    };
    let method = request.method().clone();
    let segments: Vec<&str> = path.split('/').collect();
    match (&method, &segments[..]) {
        (&Method::GET, ["invocation", "next"]) => next(heard).await,
        (&Method::POST, ["init", "error"]) => match reported_error(request).await {
            Ok(error) => {
                tell(heard, Heard::InitFailed(error));
                accepted()
            }
            Err(refusal) => refusal,
        },
        (&Method::POST, ["invocation", request_id, "response"]) => match body(request).await {
            Ok(answer) => end(heard, request_id, End::Answer(answer)).await,
            Err(refusal) => refusal,
        },
        (&Method::POST, ["invocation", request_id, "error"]) => {
            match reported_error(request).await {
                Ok(error) => end(heard, request_id, End::Error(error)).await,
                Err(refusal) => refusal,
            }
        }
        _ => refuse(StatusCode::NOT_FOUND, "NotFound", &format!("no such path: `{path}`")),
    }
}

async fn next(heard: &mpsc::UnboundedSender<Heard>) -> Response<Full<Bytes>> {
    let (sender, event) = oneshot::channel();
    tell(heard, Heard::Next(sender));
    match event.await {
        Ok(event) => Response::builder()
            .header(CONTENT_TYPE, "application/json")
            .header("Lambda-Runtime-Aws-Request-Id", &event.request_id)
            .header("Lambda-Runtime-Deadline-Ms", event.deadline_ms.to_string())
            .header("Lambda-Runtime-Invoked-Function-Arn", &event.function_arn)
            .header("Lambda-Runtime-Trace-Id", &event.trace_id)
            .body(Full::new(event.body))
            .unwrap_or_else(|err| {
                refuse(StatusCode::INTERNAL_SERVER_ERROR, "InvalidHeader", &err.to_string())
            }),
        Err(_) => refuse(StatusCode::GONE, "ShuttingDown", "there will be no further event"),
    }
}

async fn end(
    heard: &mpsc::UnboundedSender<Heard>,
    request_id: &str,
    end: End,
) -> Response<Full<Bytes>> {
    let (sender, is_current) = oneshot::channel();
    tell(heard, Heard::Ended { request_id: request_id.to_owned(), end, accepted: sender });
    match is_current.await {
        Ok(true) => accepted(),
        Ok(false) | Err(_) => refuse(
            StatusCode::BAD_REQUEST,
            "InvalidRequestID",
            &format!("`{request_id}` is not the current invocation"),
        ),
    }
}

/// Whoever listens may have stopped, because the process is about to be killed.
fn tell(heard: &mpsc::UnboundedSender<Heard>, message: Heard) {
    let _nobody_listens = heard.send(message);
}

async fn body(request: Request<Incoming>) -> Result<Bytes, Response<Full<Bytes>>> {
    let body =
        request.into_body().collect().await.map_err(|err| {
            refuse(StatusCode::BAD_REQUEST, "InvalidRequestBody", &err.to_string())
        })?;
    let body = body.to_bytes();
    if body.len() > MAX_ANSWER_BYTES {
        return Err(refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLarge",
            &format!("the answer has {} bytes, more than {MAX_ANSWER_BYTES}", body.len()),
        ));
    }
    Ok(body)
}

async fn reported_error(
    request: Request<Incoming>,
) -> Result<ReportedError, Response<Full<Bytes>>> {
    let body = body(request).await?;
    serde_json::from_slice(&body)
        .map_err(|err| refuse(StatusCode::BAD_REQUEST, "InvalidErrorShape", &err.to_string()))
}

fn accepted() -> Response<Full<Bytes>> {
    reply(StatusCode::ACCEPTED, &json!({ "status": "OK" }))
}

fn refuse(status: StatusCode, error_type: &str, message: &str) -> Response<Full<Bytes>> {
    reply(status, &json!({ "errorType": error_type, "errorMessage": message }))
}

fn reply(status: StatusCode, body: &serde_json::Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.to_string().into()));
    *response.status_mut() = status;
    response
}
