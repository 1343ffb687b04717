//! From where a request comes.

use std::net::{IpAddr, Ipv6Addr};

use http::HeaderMap;
use ipnet::IpNet;

/// Whether an address is in one of the networks.
pub(super) fn is_among(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address.to_canonical()))
}

/// The client of a request that has come from `peer`: where that is a trusted proxy, the last address that one
/// has put into `X-Forwarded-For` and is no trusted proxy itself; what is before it, a client may have made up.
pub(super) fn client(trusted_proxies: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !is_among(trusted_proxies, peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for");
    let addresses: Vec<&str> = forwarded
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let known = addresses.into_iter().rev().map_while(|address| address.trim().parse().ok());
    let mut last = peer;
    for address in known {
        last = address;
        if !is_among(trusted_proxies, address) {
            break;
        }
    }
    last
}

/// An address, or the first one of its IPv6 network.
pub(super) fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_say_from_where_a_request_comes() {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 192.0.2.7".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.2".parse().unwrap());
        let (proxy, stranger): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [192, 0, 2, 9].into());
        assert_eq!(client(&proxies, proxy, &headers), IpAddr::from([192, 0, 2, 7]));
        assert_eq!(client(&proxies, stranger, &headers), stranger);
        assert_eq!(client(&proxies, proxy, &HeaderMap::new()), proxy);
    }
}
