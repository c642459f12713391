//! The local AWS alone: a client that reads pages as fast as they come and understands nothing of
//! them but the token, so that what is measured is the server.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};

use crate::{
    fleet::{self, State},
    measure::{mebibytes, median, rounds},
};

const PAGE_SIZE: usize = 1000;
/// What the design allows for 100,000 instances.
const BUDGET: Duration = Duration::from_secs(1);

pub(crate) fn measure(n_instances: usize) -> anyhow::Result<()> {
    let (tenth, _) = list(n_instances / 10)?;
    let (whole, n_bytes) = list(n_instances)?;
    writeln!(
        io::stdout(),
        "local AWS lists {n_instances} instances in pages of {PAGE_SIZE}, median of {:.0} MiB\n  \
         {:<22} {:>8.1} ms {:>6.1}x a tenth {:>6.2}x the budget of {BUDGET:?}",
        mebibytes(n_bytes),
        "DescribeInstances",
        whole.as_secs_f64() * 1e3,
        whole.as_secs_f64() / tenth.as_secs_f64(),
        whole.as_secs_f64() / BUDGET.as_secs_f64(),
    )?;
    Ok(())
}

fn list(n_instances: usize) -> anyhow::Result<(Duration, u64)> {
    let deployed = fleet::account(n_instances, State::InStep)?;
    let endpoint = deployed.aws.endpoint();
    let address = endpoint.strip_prefix("http://").context("an endpoint without TLS")?;
    let mut connection = BufReader::new(TcpStream::connect(address)?);
    let mut durations = Vec::new();
    let mut n_bytes = 0;
    for _ in 0..rounds(5) {
        let began = Instant::now();
        let (mut n_listed, mut token) = (0, None);
        n_bytes = 0;
        loop {
            let page = page(&mut connection, address, token.as_deref())?;
            n_bytes += page.len() as u64;
            n_listed += page.matches("<instanceId>").count();
            token = element(&page, "nextToken").map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        durations.push(began.elapsed());
        ensure!(n_listed == n_instances, "{n_listed} of {n_instances} were listed");
    }
    Ok((median(&mut durations), n_bytes))
}

fn page(
    connection: &mut BufReader<TcpStream>,
    host: &str,
    token: Option<&str>,
) -> anyhow::Result<String> {
    let token = token.map(|token| format!("&NextToken={token}")).unwrap_or_default();
    let body = format!(
        "Action=DescribeInstances&Version=2016-11-15&MaxResults={PAGE_SIZE}\
         &Filter.1.Name=tag-key&Filter.1.Value.1=Schedule{token}"
    );
    // The local AWS reads who calls and where from this, and checks no signature.
    let scope = format!("Credential=local/20260601/{}/ec2/aws4_request", fleet::REGION);
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\nx-amz-date: 20260601T090000Z\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         authorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host;x-amz-date, Signature=0\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.get_mut().write_all(request.as_bytes())?;

    let mut line = String::new();
    connection.read_line(&mut line)?;
    let is_ok = line.contains(" 200 ");
    let mut length = 0;
    while line.trim() != "" {
        line.clear();
        connection.read_line(&mut line)?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut page = vec![0; length];
    connection.read_exact(&mut page)?;
    let page = String::from_utf8(page)?;
    ensure!(is_ok, "refused: {page}");
    Ok(page)
}

fn element<'page>(page: &'page str, name: &str) -> Option<&'page str> {
    let (_, rest) = page.split_once(&format!("<{name}>"))?;
    Some(rest.split_once("</")?.0).filter(|text| !text.is_empty())
}
