//! The two query protocols: form parameters in, XML out. They differ in the envelope only.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{Response, request::Parts};

use super::{
    super::{
        call::{Input, Outcome, Reply, ServiceError},
        form::Form,
        xml::Xml,
    },
    response,
};

const XML: &str = "text/xml;charset=UTF-8";

pub(super) fn decode(
    version: &str,
    head: &Parts,
    body: &[u8],
) -> Result<(String, Input), ServiceError> {
    let mut form = match head.uri.query() {
        Some(query) if body.is_empty() => Form::parse(query.as_bytes()),
        _ => Form::parse(body),
    };
    let Some(operation) = form.take("Action") else {
        return Err(ServiceError::client(
            "MissingAction",
            "The request must contain the parameter Action",
        ));
    };
    match form.take("Version") {
        Some(asked) if asked == version => Ok((operation, Input::Query(form))),
        asked => Err(ServiceError::client(
            "InvalidAction",
            format!(
                "Could not find operation {operation} for version {}",
                asked.as_deref().unwrap_or("NO_VERSION_SPECIFIED")
            ),
        )),
    }
}

pub(super) fn encode_ec2(
    version: &str,
    operation: &str,
    outcome: Outcome,
    request_id: &str,
) -> Response<Bytes> {
    match outcome.and_then(into_xml) {
        Ok(xml) => {
            let body = xml.into_string();
            let mut document = String::with_capacity(body.len() + 256);
            declare(&mut document);
            push(
                &mut document,
                format_args!(
                    "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/{version}/\">\
                     <requestId>{request_id}</requestId>"
                ),
            );
            document.push_str(&body);
            push(&mut document, format_args!("</{operation}Response>"));
            response(200, XML, request_id, document)
        }
        Err(error) => {
            let mut xml = Xml::new();
            xml.element("Response", |xml| {
                xml.element("Errors", |xml| {
                    xml.element("Error", |xml| {
                        xml.text("Code", &error.code).text("Message", &error.message);
                    });
                });
                xml.text("RequestID", request_id);
            });
            let mut document = String::new();
            declare(&mut document);
            document.push_str(&xml.into_string());
            response(error.status, XML, request_id, document)
        }
    }
}

pub(super) fn encode_aws(
    service: &str,
    version: &str,
    operation: &str,
    outcome: Outcome,
    request_id: &str,
) -> Response<Bytes> {
    let namespace = namespace(service, version);
    match outcome.and_then(into_xml) {
        Ok(xml) => {
            let body = xml.into_string();
            let mut document = String::with_capacity(body.len() + 256);
            push(&mut document, format_args!("<{operation}Response xmlns=\"{namespace}\">"));
            // An operation without output has no result element.
            if !body.is_empty() {
                push(&mut document, format_args!("<{operation}Result>"));
                document.push_str(&body);
                push(&mut document, format_args!("</{operation}Result>"));
            }
            push(
                &mut document,
                format_args!(
                    "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\
                     </{operation}Response>"
                ),
            );
            response(200, "text/xml", request_id, document)
        }
        Err(error) => error_aws(&namespace, &error, request_id),
    }
}

pub(super) fn error_aws(
    namespace: &str,
    error: &ServiceError,
    request_id: &str,
) -> Response<Bytes> {
    let fault = if error.status < 500 { "Sender" } else { "Receiver" };
    let mut xml = Xml::new();
    xml.element("Error", |xml| {
        xml.text("Type", fault).text("Code", &error.code).text("Message", &error.message);
    });
    xml.text("RequestId", request_id);
    let body = xml.into_string();
    let document = format!("<ErrorResponse xmlns=\"{namespace}\">{body}</ErrorResponse>");
    response(error.status, "text/xml", request_id, document)
}

fn namespace(service: &str, version: &str) -> String {
    let scheme = if service == "sts" { "https" } else { "http" };
    format!("{scheme}://{service}.amazonaws.com/doc/{version}/")
}

fn into_xml(reply: Reply) -> Result<Xml, ServiceError> {
    match reply {
        Reply::Xml(xml) => Ok(xml),
        Reply::Json(_) => Err(ServiceError::client(
            "InternalFailure",
            "the operation of the local AWS answered in JSON to a query call",
        )
        .with_status(500)),
    }
}

fn declare(document: &mut String) {
    document.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
}

fn push(document: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = document.write_fmt(text);
}
