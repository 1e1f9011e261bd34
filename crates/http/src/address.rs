//! Who is at the other end. Forwarding headers are believed only from proxies that the operator named, and of them only
//! the right-most hop that no named proxy could have written itself.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::HeaderName;

/// Set by every proxy on the way: the addresses it saw, the newest on the right.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Set by a single proxy: the address it saw.
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// The socket's other end, put into the request by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddress(pub SocketAddr);

/// The address that the request is accounted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What one client can hardly have many of: the address, or the /64 network of an IPv6 one.
    pub fn accountable(self) -> IpAddr {
        match self.0 {
            IpAddr::V6(address) => IpAddr::V6((u128::from(address) & (u128::MAX << 64)).into()),
            address @ IpAddr::V4(_) => address,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    bits: u128,
    mask: u128,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        // IPv4 is compared as ::ffff:a.b.c.d, whose first 96 bits are fixed.
        let (fixed, width) = if address.is_ipv4() {
            (96, 32)
        } else {
            (0, 128)
        };
        let prefix = prefix.unwrap_or(width);
        if prefix > width {
            return None;
        }
        let mask = u128::MAX.checked_shl(128 - fixed - prefix).unwrap_or(0);
        Some(Self {
            bits: mapped(address) & mask,
            mask,
        })
    }

    fn contains(self, address: IpAddr) -> bool {
        mapped(address) & self.mask == self.bits
    }
}

fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// The proxies whose forwarding headers are believed; by default none.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Reads a comma-separated list of addresses and CIDR networks; the error is the entry that is neither.
    pub fn parse(list: &str) -> std::result::Result<Self, String> {
        list.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(|entry| Network::parse(entry).ok_or_else(|| entry.to_owned()))
            .collect::<std::result::Result<_, _>>()
            .map(Self)
    }

    /// Whether this address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The client behind `peer`: the right-most hop of `X-Forwarded-For` that is not one of these proxies, else
    /// `X-Real-IP`, else the peer; and always the peer where it is not one of them.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            return ClientAddress(peer);
        }
        let lines: Vec<&str> = headers
            .get_all(X_FORWARDED_FOR)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .collect();
        let mut nearest = peer;
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            // What cannot be read was not written by a trusted proxy: the hop before it is the last known one.
            let Some(address) = parse_hop(hop) else {
                return ClientAddress(nearest);
            };
            nearest = address;
            if !self.contains(address) {
                return ClientAddress(address);
            }
        }
        if lines.is_empty() {
            let real = headers.get(X_REAL_IP).and_then(|value| value.to_str().ok());
            nearest = real.and_then(parse_hop).unwrap_or(peer);
        }
        ClientAddress(nearest)
    }
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text
        .parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, headers: &[(HeaderName, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value.parse().unwrap());
        }
        let trusted = TrustedProxies::parse(trusted).unwrap();
        trusted.client(peer.parse().unwrap(), &map).0.to_string()
    }

    #[test]
    fn fix_12_forged_forwarded_for_does_not_change_the_client() {
        let forged = [(X_FORWARDED_FOR, "1.2.3.4"), (X_REAL_IP, "5.6.7.8")];
        assert_eq!(client("", "9.9.9.9", &forged), "9.9.9.9");
        assert_eq!(client("10.0.0.0/8", "9.9.9.9", &forged), "9.9.9.9");
        // A proxy appends what it saw; what stands left of it came from the client.
        let appended = [(X_FORWARDED_FOR, "1.2.3.4, 9.9.9.9")];
        assert_eq!(client("10.0.0.0/8", "10.1.1.1", &appended), "9.9.9.9");
        let lines = [
            (X_FORWARDED_FOR, "1.2.3.4"),
            (X_FORWARDED_FOR, "9.9.9.9, 10.2.2.2"),
        ];
        assert_eq!(client("10.0.0.0/8", "10.1.1.1", &lines), "9.9.9.9");
    }

    #[test]
    fn unreadable_hops_stop_at_the_last_known_one() {
        let hops = [(X_FORWARDED_FOR, "1.2.3.4, unknown, 10.2.2.2")];
        assert_eq!(client("10.0.0.0/8", "10.1.1.1", &hops), "10.2.2.2");
    }

    #[test]
    fn every_form_of_an_address_is_read() {
        let hop = |text: &str| client("::1", "::1", &[(X_FORWARDED_FOR, text)]);
        assert_eq!(hop("9.9.9.9:443"), "9.9.9.9");
        assert_eq!(hop("[2001:db8::7]:443"), "2001:db8::7");
        assert_eq!(hop("[2001:db8::7]"), "2001:db8::7");
        assert_eq!(hop("::ffff:9.9.9.9"), "9.9.9.9");
        assert_eq!(
            client("127.0.0.1", "::ffff:127.0.0.1", &[(X_REAL_IP, "9.9.9.9")]),
            "9.9.9.9"
        );
    }

    #[test]
    fn all_hops_trusted_gives_the_first() {
        let hops = [(X_FORWARDED_FOR, "10.3.3.3, 10.2.2.2")];
        assert_eq!(client("10.0.0.0/8", "10.1.1.1", &hops), "10.3.3.3");
    }

    #[test]
    fn a_list_names_its_wrong_entry() {
        assert!(TrustedProxies::parse(" 10.0.0.0/8, ::1 ,127.0.0.1,").is_ok());
        assert_eq!(
            TrustedProxies::parse("::1, 10.0.0.0/33").unwrap_err(),
            "10.0.0.0/33"
        );
        assert!(
            TrustedProxies::parse("0.0.0.0/0")
                .unwrap()
                .contains("8.8.8.8".parse().unwrap())
        );
        assert!(
            !TrustedProxies::parse("0.0.0.0/0")
                .unwrap()
                .contains("2001::1".parse().unwrap())
        );
        assert!(
            TrustedProxies::parse("::/0")
                .unwrap()
                .contains("2001::1".parse().unwrap())
        );
    }

    #[test]
    fn a_whole_ipv6_network_is_one_client() {
        let of = |text: &str| ClientAddress(text.parse().unwrap()).accountable();
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
