//! A function that does whatever harm its event says, for the tests of the harness. Calls no AWS.

use std::{env, future, hint, io, io::Write as _, net::TcpStream, process};

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
        Deed::Hang => future::pending().await,
        Deed::KnockAndHang(address) => {
            let _connection = TcpStream::connect(address).map_err(|err| io_failed(&err))?;
            future::pending().await
        }
        Deed::Allocate { mib } => {
            hint::black_box(vec![1_u8; mib * 1024 * 1024]);
        }
        Deed::Log(text) => {
            writeln!(io::stdout(), "out: {text}").map_err(|err| io_failed(&err))?;
            writeln!(io::stderr(), "err: {text}").map_err(|err| io_failed(&err))?;
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
    }
    Ok(Value::Null)
}

fn io_failed(err: &io::Error) -> Diagnostic {
    Diagnostic { error_type: "Io".to_owned(), error_message: err.to_string() }
}
