//! Asks a URL whether it accepts the new value of a secret that has no database. One request over
//! HTTP/1.1, no redirection: a value never goes to a host that nobody named. What is sent and what
//! comes back is never told, but for the status.

use std::{net::IpAddr, sync::Arc};

use hyper::{
    Request, StatusCode, Uri,
    client::conn::http1,
    header::{HOST, HeaderName, HeaderValue, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::{
    engine::tls::Trust,
    fault::{Code, Fault},
    hidden::{Hidden, scrubbed},
    rotate::Work,
    secret::{derived::Template, document::Document},
    settings::UrlTest,
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
    let asked = work.budget.run("it", ask(&target, work.trust, request)).await;
    let status = asked.map_err(|fault| {
        let said = scrubbed(fault.what(), &[&secret]);
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
    is_tls: bool,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
}

impl Target {
    fn parse(url: &Hidden) -> Result<Self, Fault> {
        let refuse = |what: &str| Err(Fault::new(Code::Settings, format!("TEST_URL {what}")));
        let Ok(uri) = url.expose().parse::<Uri>() else { return refuse("is no URL") };
        let Some(host) = uri.host() else { return refuse("names no host") };
        let host = host.trim_matches(['[', ']']).to_owned();
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if is_loopback(&host) => false,
            Some("http") => return refuse("would send the value in clear: only `https` may leave"),
            _ => return refuse("begins neither with `https://` nor with `http://`"),
        };
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Ok(Self { uri, is_tls, host, port })
    }
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
    let host = target.uri.authority().map_or("", |authority| authority.as_str());
    // A name and a password before the `@` are not for this header.
    let host = host.rsplit('@').next().unwrap_or_default();
    let path = target.uri.path_and_query().map_or("/", |path| path.as_str());
    Request::get(path)
        .header(HOST, host)
        .header(USER_AGENT, "caretaker secret-rotation")
        .header(name, value)
        .body(String::new())
        .map_err(|_| Fault::new(Code::Settings, "TEST_URL is no URL"))
}

async fn ask(
    target: &Target,
    trust: &Trust,
    request: Request<String>,
) -> Result<StatusCode, Fault> {
    let failed = |what: &str| Fault::new(Code::TestQuery, what);
    let stream = TcpStream::connect((target.host.as_str(), target.port))
        .await
        .map_err(|err| failed(&format!("no connection: {err}")))?;
    if !target.is_tls {
        return exchange(stream, request).await;
    }
    let config = Arc::clone(&trust.configs()?.full);
    let name = ServerName::try_from(target.host.clone())
        .map_err(|err| failed(&format!("no name for a certificate: {err}")))?;
    let stream = TlsConnector::from(config)
        .connect(name, stream)
        .await
        .map_err(|err| failed(&format!("no TLS: {err}")))?;
    exchange(stream, request).await
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<String>,
) -> Result<StatusCode, Fault> {
    let failed = |err: hyper::Error| Fault::new(Code::TestQuery, format!("no answer: {err}"));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let connection = tokio::spawn(async { drop(connection.await) });
    let response = sender.send_request(request).await.map_err(failed);
    // Its body is nobody's business.
    connection.abort();
    Ok(response?.status())
}

fn rendered(name: &str, template: &Template, version: &Document) -> Result<Hidden, Fault> {
    let rendered = template.render(version).map(Hidden::new);
    rendered.map_err(|field| {
        Fault::new(Code::Settings, format!("{name} asks for `{field}`, which is missing"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        let found = Target::parse(&Hidden::new(url)).map_or_else(
            |fault| fault.what().to_owned(),
            |target| format!("{} {} {}", target.is_tls, target.host, target.port),
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn a_value_leaves_the_machine_over_tls_only() {
        const CLEAR: &str = "TEST_URL would send the value in clear: only `https` may leave";
        const SCHEME: &str = "TEST_URL begins neither with `https://` nor with `http://`";
        check("https://api.example/check?x=1", "true api.example 443");
        check("https://[2001:db8::1]:8443", "true 2001:db8::1 8443");
        check("http://127.0.0.1:8080/", "false 127.0.0.1 8080");
        check("http://[::1]/", "false ::1 80");
        check("http://localhost", "false localhost 80");
        check("http://api.example/", CLEAR);
        check("http://127.0.0.1.example/", CLEAR);
        check("http://hunter2@api.example/", CLEAR);
        check("ftp://api.example/", SCHEME);
        check("/hunter2", "TEST_URL names no host");
        check("https://hunter 2/", "TEST_URL is no URL");
    }
}
