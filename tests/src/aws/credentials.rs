//! Reads who signs a request, and for which service and region. Verifies no signature and never
//! compares dates: the world's clock is not the signer's.

use http::HeaderMap;

use super::call::ServiceError;

/// The credential scope of a signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) access_key: String,
    pub(super) region: String,
    /// The signing name of the service.
    pub(super) service: String,
    pub(super) session_token: Option<String>,
}

/// Reads the `Authorization` header of Signature Version 4.
pub(super) fn credentials(headers: &HeaderMap) -> Result<Credentials, ServiceError> {
    let Some(authorization) = text(headers, "authorization") else {
        let missing = "Request is missing Authentication Token";
        return Err(ServiceError::client("MissingAuthenticationToken", missing).with_status(403));
    };
    let Some(fields) = authorization.strip_prefix("AWS4-HMAC-SHA256") else {
        return Err(incomplete(format!(
            "Unsupported AWS 'algorithm': '{}'",
            authorization.split(' ').next().unwrap_or_default()
        )));
    };
    let field = |name: &str| {
        fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let mut missing: Vec<String> = ["Credential", "Signature", "SignedHeaders"]
        .into_iter()
        .filter(|name| field(name).is_none_or(str::is_empty))
        .map(|name| format!("Authorization header requires '{name}' parameter."))
        .collect();
    if text(headers, "x-amz-date").or_else(|| text(headers, "date")).is_none() {
        missing.push(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
                .to_owned(),
        );
    }
    if !missing.is_empty() {
        return Err(incomplete(format!("{} Authorization={authorization}", missing.join(" "))));
    }
    let scope = field("Credential").unwrap_or_default();
    let [access_key, date, region, service, "aws4_request"] =
        scope.split('/').collect::<Vec<_>>()[..]
    else {
        return Err(incomplete(format!(
            "Credential must have exactly 5 slash-delimited elements, \
             e.g. keyid/date/region/service/aws4_request, got '{scope}'"
        )));
    };
    if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(incomplete(format!(
            "Date in Credential scope must be in ISO-8601 basic form, got '{date}'"
        )));
    }
    Ok(Credentials {
        access_key: access_key.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        session_token: text(headers, "x-amz-security-token").map(ToOwned::to_owned),
    })
}

fn incomplete(message: String) -> ServiceError {
    ServiceError::client("IncompleteSignature", message)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(authorization: &str) -> Result<Credentials, ServiceError> {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", authorization.parse().unwrap());
        headers.insert("x-amz-date", "20260601T080000Z".parse().unwrap());
        credentials(&headers)
    }

    #[test]
    fn reads_the_scope() {
        let header = "AWS4-HMAC-SHA256 Credential=local/20260601/eu-west-1/ec2/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=0f";
        let credentials = check(header).unwrap();
        assert_eq!(credentials.access_key, "local");
        assert_eq!(credentials.region, "eu-west-1");
        assert_eq!(credentials.service, "ec2");
    }

    #[test]
    fn names_what_is_missing() {
        let error = check("AWS4-HMAC-SHA256 Credential=a/20260601/r/s/aws4_request").unwrap_err();
        assert_eq!(error.code, "IncompleteSignature");
        assert!(error.message.contains("requires 'Signature' parameter"), "{error}");
        let error =
            check("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=h, Signature=0").unwrap_err();
        assert!(error.message.contains("exactly 5 slash-delimited"), "{error}");
        assert_eq!(check("Basic eA==").unwrap_err().code, "IncompleteSignature");
    }

    #[test]
    fn an_unsigned_request_has_no_token() {
        let error = credentials(&HeaderMap::new()).unwrap_err();
        assert_eq!((error.status, &*error.code), (403, "MissingAuthenticationToken"));
    }
}
