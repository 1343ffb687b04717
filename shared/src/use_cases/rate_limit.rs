//! Counting what is limited of people and addresses: in the database, so that a limit holds across all
//! instances.

use std::net::IpAddr;

use futures::future::try_join;

use crate::documents::rate_counter::RateCounter;
use crate::rate_limit::{Counted, Limit, Rate};
use crate::{App, Result};

/// Counts something that `who` does. One round trip.
/// Errors: rate limited, when that was too often.
pub async fn consume(app: &App, limit: Limit, who: &str) -> Result<()> {
    let Some(rate) = app.config.limits.rate(limit) else { return Ok(()) };
    count(app, limit, rate, who).await?.refuse_past(rate)
}

/// Counts something that `who` does. One round trip.
pub async fn count(app: &App, limit: Limit, rate: Rate, who: &str) -> Result<Counted> {
    Ok(RateCounter::consume(&app.db, &counter(limit, who), rate.window).await?)
}

/// Takes back one that was counted of `who`: it was no failure.
pub async fn give_back(app: &App, limit: Limit, who: &str) -> Result<()> {
    match app.config.limits.rate(limit) {
        Some(_) => Ok(RateCounter::give_back(&app.db, &counter(limit, who)).await?),
        None => Ok(()),
    }
}

fn counter(limit: Limit, who: &str) -> String {
    format!("{}:{who}", limit.name())
}

/// Counts something that comes from an address. Who has an IPv6 network has 2^64 addresses, so that the
/// network is counted (RFC 4291, section 2.5.4).
/// Errors: rate limited, when that was too often.
pub async fn consume_from(app: &App, limit: Limit, address: Option<&str>) -> Result<()> {
    consume(app, limit, &network(address)).await
}

/// As [`consume_from`], where who is refused comes back again and again: it costs nothing more.
/// Errors: rate limited, when that was too often.
pub async fn consume_remembering(app: &App, limit: Limit, address: Option<&str>) -> Result<()> {
    let Some(rate) = app.config.limits.rate(limit) else { return Ok(()) };
    count_beside(app, limit, rate, &network(address), async { Ok(()) }).await
}

/// Counts something of `who`, side by side with `finding`. Who is refused already costs nothing more.
/// Errors: rate limited, when that was too often; those of `finding`.
pub async fn count_beside<T>(
    app: &App,
    limit: Limit,
    rate: Rate,
    who: &str,
    finding: impl Future<Output = Result<T>>,
) -> Result<T> {
    refuse_remembered(app, limit, rate, who)?;
    let (found, counted) = try_join(finding, count(app, limit, rate, who)).await?;
    let allowed = counted.refuse_past(rate);
    if allowed.is_err() {
        app.senders.refuse(who, limit, counted.ends_at);
    }
    allowed.map(|()| found)
}

/// Refuses who is known to be refused, which costs nothing.
/// Errors: rate limited.
pub fn refuse_remembered(app: &App, limit: Limit, rate: Rate, who: &str) -> Result<()> {
    let refused = app.senders.refused_until(who, limit);
    refused.map_or(Ok(()), |ends_at| Counted { count: i64::MAX, ends_at }.refuse_past(rate))
}

/// Counts bytes that come from an address, before they are stored. A round trip once in a while.
/// Errors: rate limited, when there were too many.
pub async fn consume_volume(app: &App, address: Option<&str>, bytes: usize) -> Result<()> {
    let Some(rate) = app.config.limits.rate(Limit::Volume) else { return Ok(()) };
    let network = network(address);
    refuse_remembered(app, Limit::Volume, rate, &network)?;
    for _ in 0..app.senders.weigh(&network, bytes) {
        count_beside(app, Limit::Volume, rate, &network, async { Ok(()) }).await?;
    }
    Ok(())
}

/// Refuses what `who` has done too often already, without counting. One round trip.
/// Errors: rate limited, when that was too often.
pub async fn refuse_past(app: &App, limit: Limit, who: &str) -> Result<()> {
    let Some(rate) = app.config.limits.rate(limit) else { return Ok(()) };
    let counted = RateCounter::look(&app.db, &counter(limit, who), rate.window).await?;
    counted.map_or(Ok(()), |counted| counted.once_more().refuse_past(rate))
}

/// The network that an address is in. What comes from nowhere shares one count: the gateway says where
/// each call comes from.
pub fn network(address: Option<&str>) -> String {
    match address.and_then(|address| address.parse().ok()) {
        Some(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(IpAddr::V6(address)) => address.to_canonical().to_string(),
        Some(IpAddr::V4(address)) => address.to_string(),
        None => "nowhere".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_counted_as_one() {
        for (address, counted) in [
            (Some("192.0.2.7"), "192.0.2.7"),
            (Some("::ffff:192.0.2.7"), "192.0.2.7"),
            (Some("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64"),
            (Some("not an address"), "nowhere"),
            (None, "nowhere"),
        ] {
            assert_eq!(network(address), counted);
        }
    }
}
