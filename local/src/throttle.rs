//! The throttles of the gateways: token buckets, one for each route (API Gateway, "Throttle requests to
//! your HTTP APIs for better throughput").

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use tokio::time::Instant;

/// How many requests a second a route takes, and how many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Throttle {
    #[serde(rename = "ThrottlingRateLimit")]
    pub rate: u32,
    #[serde(rename = "ThrottlingBurstLimit")]
    pub burst: u32,
}

/// The throttles of an API's routes; without any, nothing is throttled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Throttles {
    /// Of the routes that have none of their own.
    pub default: Option<Throttle>,
    /// By route key.
    pub routes: BTreeMap<String, Throttle>,
}

impl Throttles {
    /// A full bucket for a route.
    pub fn bucket(&self, route: &str) -> Bucket {
        Bucket::new(self.routes.get(route).copied().or(self.default))
    }
}

/// What is left for a route at the moment.
#[derive(Debug)]
pub struct Bucket {
    throttle: Option<Throttle>,
    left: Mutex<(f64, Instant)>,
}

impl Bucket {
    fn new(throttle: Option<Throttle>) -> Self {
        let burst = throttle.map_or(0, |throttle| throttle.burst);
        Self { throttle, left: Mutex::new((burst.into(), Instant::now())) }
    }

    /// Whether one more request may pass.
    pub fn take(&self) -> bool {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> bool {
        let Some(Throttle { rate, burst }) = self.throttle else { return true };
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let grown = now.duration_since(left.1).as_secs_f64() * f64::from(rate);
        *left = ((left.0 + grown).min(burst.into()), now);
        let passes = left.0 >= 1.0;
        if passes {
            left.0 -= 1.0;
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_is_full_after_a_pause_and_fills_at_its_rate() {
        let default = Some(Throttle { rate: 2, burst: 3 });
        let bucket = Throttles { default, ..Throttles::default() }.bucket("GET /");
        let began = Instant::now();
        let taken = |seconds| {
            let now = began + Duration::from_secs(seconds);
            (0..10).filter(|_| bucket.take_at(now)).count()
        };
        assert_eq!((taken(0), taken(1), taken(61)), (3, 2, 3));
        assert!((0..1000).all(|_| Throttles::default().bucket("GET /").take()));
    }
}
