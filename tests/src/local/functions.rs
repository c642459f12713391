//! Invokes functions over HTTP, by the API of Lambda that `cargo lambda watch` serves. Never gives
//! up on a function that takes its time: it may be compiling.

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http::{Request, Uri, header::HOST};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// Where functions are invoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Functions {
    /// Host and port.
    authority: String,
}

/// How an invocation ended, in the function's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Done(Value),
    /// Its code and its sentence, or whatever else came.
    Failed(String),
}

impl Functions {
    /// Where `cargo lambda watch` listens unless told otherwise.
    pub const DEFAULT: &str = "http://127.0.0.1:9000";

    pub fn at(url: &str) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("`{url}` is no URL"))?;
        let (scheme, authority) = (uri.scheme_str(), uri.authority());
        let authority = authority.filter(|it| it.port().is_some()).map(ToString::to_string);
        let authority = authority.with_context(|| format!("`{url}` has no host and port"))?;
        ensure!(scheme == Some("http") && uri.path() == "/", "`{url}` is not http://<host>:<port>");
        Ok(Self { authority })
    }

    /// Whether anybody listens there.
    pub async fn are_there(&self) -> bool {
        TcpStream::connect(&self.authority).await.is_ok()
    }

    /// Invokes a function and waits for its answer. An error is that of the connection.
    pub async fn invoke(&self, function: &str, event: &Value) -> anyhow::Result<Answer> {
        let stream = TcpStream::connect(&self.authority).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::post(format!("/2015-03-31/functions/{function}/invocations"))
            .header(HOST, &self.authority)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(event.to_string())))?;
        let asked = async move {
            let response = sender.send_request(request).await?;
            let is_error = !response.status().is_success()
                || response.headers().contains_key("x-amz-function-error");
            let body = response.into_body().collect().await?.to_bytes();
            anyhow::Ok(answer(is_error, &body))
        };
        // The connection ends when the sender is gone.
        let (answer, _ended) = tokio::join!(asked, connection);
        answer
    }
}

/// Lambda reports an error of a function with a header, `cargo lambda watch` with a status, and
/// others with nothing but its form.
fn answer(is_error: bool, body: &[u8]) -> Answer {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let text = |name: &str| value.as_ref()?.get(name)?.as_str();
    match (text("errorType"), text("errorMessage")) {
        (Some(kind), Some(message)) => Answer::Failed(format!("{kind}: {message}")),
        _ if is_error || value.is_none() => {
            Answer::Failed(String::from_utf8_lossy(body).trim().to_owned())
        }
        _ => Answer::Done(value.unwrap_or_default()),
    }
}

impl std::fmt::Display for Functions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_url_is_a_host_and_a_port() {
        let functions = Functions::at("http://localhost:9001").unwrap();
        assert_eq!(functions.to_string(), "http://localhost:9001");
        assert!(Functions::at(Functions::DEFAULT).is_ok());
        for wrong in ["localhost:9000", "http://localhost", "https://a:1", "http://a:1/x", ""] {
            assert!(Functions::at(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_error_is_known_by_its_status_its_header_or_its_form() {
        let error = br#"{"errorType": "E_DB_AUTH", "errorMessage": "no"}"#;
        for is_error in [true, false] {
            assert_eq!(answer(is_error, error), Answer::Failed("E_DB_AUTH: no".to_owned()));
        }
        assert_eq!(answer(true, b"{}\n"), Answer::Failed("{}".to_owned()));
        assert_eq!(answer(false, b"no JSON"), Answer::Failed("no JSON".to_owned()));
        assert_eq!(answer(false, br#"{"step": "set"}"#), Answer::Done(json!({"step": "set"})));
        assert_eq!(answer(false, b"null"), Answer::Done(Value::Null));
    }
}
