//! A function that does whatever harm its event says, for the tests of the harness. Does nothing
//! of its own accord.

use std::{
    env, future, hint,
    io::{self, Read as _, Write as _},
    net::TcpStream,
    process,
    time::Duration,
};

use lambda_runtime::{Context, Diagnostic, LambdaEvent, run, service_fn};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    Fail {
        error_type: String,
        message: String,
    },
    Panic(String),
    Exit(i32),
    Hang,
    /// Connects to an address, then hangs: whoever listens knows that the invocation is under way.
    KnockAndHang(String),
    Allocate {
        mib: usize,
    },
    /// Writes the text to standard output, then to standard error.
    Log(String),
    /// Answers with what Lambda told about the invocation.
    Context,
    /// Answers with the whole environment.
    Environment,
    /// Writes SSM parameters one after the other, up to the first failure.
    Put {
        names: Vec<String>,
        overwrite: bool,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    if env::var_os("EXIT_AT_START").is_some() {
        writeln!(io::stderr(), "leaving at the start")?;
        process::exit(4);
    }
    run(service_fn(async |event: LambdaEvent<Deed>| commit(event.payload, &event.context).await))
        .await
}

async fn commit(deed: Deed, context: &Context) -> Result<Value, Diagnostic> {
    match deed {
        Deed::Fail { error_type, message } => {
            return Err(Diagnostic { error_type, error_message: message });
        }
        Deed::Panic(message) => panic!("{message}"),
        Deed::Exit(code) => process::exit(code),
        Deed::Hang => future::pending::<()>().await,
        Deed::KnockAndHang(address) => {
            let _connection = TcpStream::connect(address).map_err(|err| failed(&err))?;
            future::pending::<()>().await;
        }
        Deed::Allocate { mib } => {
            hint::black_box(vec![1_u8; mib * 1024 * 1024]);
        }
        Deed::Log(text) => {
            writeln!(io::stdout(), "out: {text}").map_err(|err| failed(&err))?;
            writeln!(io::stderr(), "err: {text}").map_err(|err| failed(&err))?;
        }
        Deed::Context => {
            return Ok(json!({
                "request_id": context.request_id,
                "deadline_ms": context.deadline,
                "arn": context.invoked_function_arn,
                "trace_id": context.xray_trace_id,
            }));
        }
        Deed::Environment => return Ok(json!(env::vars().collect::<Vec<_>>())),
        Deed::Put { names, overwrite } => {
            for name in names {
                put(&name, overwrite).map_err(|err| failed(&err))?;
            }
        }
    }
    Ok(Value::Null)
}

/// One call of `ssm:PutParameter`, by hand: the SDK would make this program, which only tests are
/// made of, as slow to build as a function.
fn put(name: &str, overwrite: bool) -> io::Result<()> {
    let var = |name| env::var_os(name).unwrap_or_default().into_string().unwrap_or_default();
    let endpoint = var("AWS_ENDPOINT_URL");
    let host = endpoint.trim_start_matches("http://");
    let body = json!({ "Name": name, "Value": "x", "Type": "String", "Overwrite": overwrite });
    let body = body.to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/x-amz-json-1.1\r\nx-amz-target: AmazonSSM.PutParameter\r\n\
         x-amz-date: 20260101T000000Z\r\nauthorization: AWS4-HMAC-SHA256 \
         Credential={}/20260101/{}/ssm/aws4_request, SignedHeaders=host, Signature=0\r\n\
         content-length: {}\r\n\r\n{body}",
        var("AWS_ACCESS_KEY_ID"),
        var("AWS_REGION"),
        body.len(),
    );
    let mut connection = TcpStream::connect(host)?;
    let patience_ms = var("ATTEMPT_TIMEOUT_MS").parse().map_err(io::Error::other)?;
    connection.set_read_timeout(Some(Duration::from_millis(patience_ms)))?;
    connection.write_all(request.as_bytes())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let is_whole = head.lines().any(|line| line == format!("content-length: {}", body.len()));
    if head.starts_with("HTTP/1.1 200") && is_whole {
        return Ok(());
    }
    Err(io::Error::other(answer))
}

fn failed(err: &io::Error) -> Diagnostic {
    Diagnostic { error_type: "Io".to_owned(), error_message: err.to_string() }
}
