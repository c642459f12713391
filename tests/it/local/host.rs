//! Runs a function where `cargo lambda watch` would, and answers as it does: 200 with the answer of
//! the function, 500 with its error.

use std::{convert::Infallible, net::Ipv4Addr, sync::Arc};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tests::lambda::{Function, Outcome};
use tokio::{
    net::{TcpListener, TcpSocket},
    task,
};

use super::NAME;

/// A port that is ours, and that nobody answers at until the function is there.
pub(super) struct Host {
    socket: Option<TcpSocket>,
    port: u16,
}

impl Host {
    pub(super) fn bind() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        Self { port: socket.local_addr().unwrap().port(), socket: Some(socket) }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Serves the function from now on.
    pub(super) fn serve(&mut self, function: Function) {
        let listener = self.socket.take().unwrap().listen(16).unwrap();
        tokio::spawn(accept(listener, Arc::new(function)));
    }
}

async fn accept(listener: TcpListener, function: Arc<Function>) {
    while let Ok((stream, _)) = listener.accept().await {
        let function = Arc::clone(&function);
        let service = service_fn(move |request| invoke(request, Arc::clone(&function)));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn invoke(
    request: Request<Incoming>,
    function: Arc<Function>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    assert_eq!(head.method, Method::POST);
    assert_eq!(head.uri.path(), format!("/2015-03-31/functions/{NAME}/invocations"));
    let event = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
    let invocation = task::spawn_blocking(move || function.invoke(&event)).await.unwrap();
    let (status, body) = match invocation.outcome {
        Outcome::Answer(answer) => (StatusCode::OK, answer),
        Outcome::Error { error_type, message } => (
            StatusCode::INTERNAL_SERVER_ERROR,
            json!({ "errorType": error_type, "errorMessage": message, "stackTrace": [] }),
        ),
        other => panic!("{other:?}"),
    };
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    Ok(response)
}
