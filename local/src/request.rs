//! What both gateways say of a request.

use http::HeaderMap;
use http::header::HOST;
use http::uri::Authority;

/// Whether a request names the host that it is for as hosts are named (RFC 9110, section 7.2).
pub(crate) fn has_good_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).is_ok(),
        _ => false,
    }
}

/// A new id for a request, of the shape of a UUID.
pub(crate) fn request_id() -> String {
    let hex = shared::Id::random().map(|id| id.to_string()).unwrap_or_default();
    let millis = format!("{:08x}", shared::Time::now().millis() & 0xffff_ffff);
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or("0000").to_owned();
    format!("{millis}-{}-{}-{}-{}", part(0..4), part(4..8), part(8..12), part(12..24))
}

/// The present in the form of API Gateway's `requestTime`, CLF: `31/Jan/2026:09:30:00 +0000`.
pub(crate) fn request_time() -> String {
    jiff::Timestamp::now().strftime("%d/%b/%Y:%H:%M:%S +0000").to_string()
}
