//! A network in CIDR notation, as `TRUSTED_PROXIES` names them.
//!
//! It is read here so that a slip stops the start; which addresses it holds is `http_edge`'s to know.

use std::{fmt, net::IpAddr, str::FromStr};

/// A network: an address whose first `prefix` bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    /// Any address of the network.
    pub address: IpAddr,
    /// How many leading bits the network's addresses share.
    pub prefix: u8,
}

impl FromStr for Cidr {
    type Err = ();

    /// Reads `10.0.0.0/8`, `fd00::/8`, or a single address.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(drop)?)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().map_err(drop)?;
        let address = written.to_canonical();
        let bits = if address.is_ipv4() { 32 } else { 128 };
        // `::ffff:10.0.0.0/104` is an IPv4 network whose prefix counts the 96 bits in front.
        let prefix = match prefix {
            None => bits,
            Some(prefix) if written.is_ipv6() && address.is_ipv4() => {
                prefix.checked_sub(96).ok_or(())?
            }
            Some(prefix) => prefix,
        };
        if prefix > bits {
            Err(())
        } else {
            Ok(Self { address, prefix })
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}
