//! Asks a URL whether it accepts the new value of a secret that has no database. One request over
//! HTTP/1.1, no redirection: a value never goes to a host that nobody named. What is sent and what
//! comes back is never printed, but for the status.

use std::{error::Error as StdError, io, iter, net::IpAddr};

use http::{
    Request, StatusCode, Uri,
    header::{HeaderName, HeaderValue, USER_AGENT},
    uri::{Authority, PathAndQuery},
};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, Error as ClientError},
    rt::TokioExecutor,
};
use shared::template::Template;

use crate::{
    engine::tls::Trust,
    fault::{Code, Fault},
    hidden::{Hidden, scrubbed},
    secret::{derived::render, document::Document},
    settings::UrlTest,
    work::Work,
};

pub async fn probe(
    work: &Work<'_>,
    test: &UrlTest,
    version: &Document,
) -> Result<&'static str, Fault> {
    let url = rendered("TEST_URL", &test.url, version)?;
    let target = Target::parse(&url)?;
    // Its host may hold the value, whatever that is good for.
    let secret = Hidden::new(version.string("password").ok().flatten().unwrap_or_default());
    let host = scrubbed(&format!("{}:{}", target.host, target.port), &[&secret]);
    let request = request(&target, test, version)?;
    let asked = work.budget.run("it", ask(work.trust, request)).await;
    let status = asked.map_err(|fault| {
        let said = scrubbed(&fault.what(), &[&secret]);
        Fault::new(Code::TestQuery, format!("TEST_URL at {host}: {said}"))
    })?;
    let what = format!("TEST_URL at {host} answers {}", status.as_u16());
    match status {
        _ if status.is_success() => Ok("the new value is accepted where TEST_URL says"),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Fault::new(Code::TestAuth, what)),
        _ => Err(Fault::new(Code::TestQuery, what)),
    }
}

/// Where to ask.
#[derive(Debug)]
struct Target {
    uri: Uri,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
}

impl Target {
    fn parse(url: &Hidden) -> Result<Self, Fault> {
        let refuse = |what: &str| Err(Fault::new(Code::Settings, format!("TEST_URL {what}")));
        let Ok(uri) = url.expose().parse::<Uri>() else { return refuse("is not a URL") };
        let Some(host) = uri.host() else { return refuse("names no host") };
        let host = host.trim_matches(['[', ']']).to_owned();
        let default_port = match uri.scheme_str() {
            Some("https") => 443,
            Some("http") if is_loopback(&host) => 80,
            Some("http") => return refuse("would send the value in clear: only `https` may leave"),
            _ => return refuse("begins neither with `https://` nor with `http://`"),
        };
        let port = uri.port_u16().unwrap_or(default_port);
        match without_user(uri) {
            Some(uri) => Ok(Self { uri, host, port }),
            None => refuse("is not a URL"),
        }
    }
}

/// Returns the URI without the name and the password that may stand before its host: the client
/// would print them when it logs at its finest level.
fn without_user(uri: Uri) -> Option<Uri> {
    let mut parts = uri.into_parts();
    let authority = parts.authority.take()?;
    let (_, host) = authority.as_str().rsplit_once('@').unwrap_or(("", authority.as_str()));
    parts.authority = Some(host.parse::<Authority>().ok()?);
    parts.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    Uri::from_parts(parts).ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn request(target: &Target, test: &UrlTest, version: &Document) -> Result<Request<String>, Fault> {
    let value = rendered("TEST_HEADER", &test.header_value, version)?;
    let refuse = |what: &str| Fault::new(Code::Settings, format!("TEST_HEADER {what}"));
    let name: HeaderName =
        test.header.parse().map_err(|_| refuse("has a name that no header may have"))?;
    let mut value = HeaderValue::from_str(value.expose())
        .map_err(|_| refuse("would hold what no header may hold"))?;
    value.set_sensitive(true);
    Request::get(target.uri.clone())
        .header(USER_AGENT, "caretaker secret-rotation")
        .header(name, value)
        .body(String::new())
        .map_err(|_| Fault::new(Code::Settings, "TEST_URL is not a URL"))
}

async fn ask(trust: &Trust, request: Request<String>) -> Result<StatusCode, Fault> {
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(trust.configs()?.full.as_ref().clone())
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let response = client.request(request).await.map_err(|err| failed(&err))?;
    Ok(response.status())
}

fn failed(err: &ClientError) -> Fault {
    let links = iter::successors(err.source(), |err| (*err).source());
    let tls = links.clone().find_map(tls_error);
    let cause = tls.map_or_else(
        || links.last().map_or_else(|| err.to_string(), ToString::to_string),
        ToString::to_string,
    );
    let what = match tls {
        Some(_) => "no TLS",
        None if err.is_connect() => "no connection",
        None => "no answer",
    };
    Fault::new(Code::TestQuery, format!("{what}: {cause}"))
}

/// Returns what TLS refused, which comes wrapped in errors of input and output.
fn tls_error<'a>(err: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    match err.downcast_ref::<io::Error>() {
        Some(err) => tls_error(err.get_ref()?),
        None => err.downcast_ref(),
    }
}

fn rendered(name: &str, template: &Template, version: &Document) -> Result<Hidden, Fault> {
    render(template, version)
        .map_err(|missing| Fault::new(Code::Settings, format!("{name} {missing}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        let found = Target::parse(&Hidden::new(url)).map_or_else(
            |fault| fault.what(),
            |target| format!("{} {} {}", target.uri, target.host, target.port),
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn a_value_leaves_the_machine_over_tls_only() {
        const CLEAR: &str = "TEST_URL would send the value in clear: only `https` may leave";
        const SCHEME: &str = "TEST_URL begins neither with `https://` nor with `http://`";
        check("https://api.example/check?x=1", "https://api.example/check?x=1 api.example 443");
        check("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443/ 2001:db8::1 8443");
        check("http://127.0.0.1:8080/", "http://127.0.0.1:8080/ 127.0.0.1 8080");
        check("http://[::1]/", "http://[::1]/ ::1 80");
        check("http://localhost", "http://localhost/ localhost 80");
        check("https://app:hunter2@api.example", "https://api.example/ api.example 443");
        check("http://api.example/", CLEAR);
        check("http://127.0.0.1.example/", CLEAR);
        check("http://hunter2@api.example/", CLEAR);
        check("ftp://api.example/", SCHEME);
        check("/hunter2", "TEST_URL names no host");
        check("https://hunter 2/", "TEST_URL is not a URL");
    }
}
