//! `lanternet subnet`.

use std::io::Write;

use lanternet_explain::Catalogue;
use lanternet_explain::subnet::{
    Pair, describe, describe_pair, describe_split, split_error, split_length_error, subnet_error,
};
use lanternet_net::subnet::{Subnet, parse_address, parse_mask};

use super::Context;
use crate::failure::{Failure, Status};

/// Show the network, hosts and purpose of an address, bit by bit
///
/// Takes IPv4 and IPv6. The mask is a prefix length or dotted, behind a slash or on its own.
///
/// --same tells whether two addresses share a segment: each is ANDed with the mask. The addresses may
/// carry masks of their own, and these may differ, as they do on misconfigured hosts. Exit code 1 when
/// they do not share one.
///
/// --split lists the subnets with that prefix length, the first 64 of them.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lanternet subnet 192.168.11.130/26
  lanternet subnet 10.1.2.3 255.255.240.0
  lanternet subnet --same 192.168.1.10 192.168.2.20 255.255.255.0
  lanternet subnet 192.168.1.0/24 --split 26")]
pub(crate) struct Args {
    /// Address, such as 192.168.11.130/26 or 2001:db8::1/64
    #[arg(required_unless_present = "same", value_name = "ADDRESS[/MASK]")]
    address: Option<String>,

    /// Mask, when it is not behind the address: 26, /26 or 255.255.255.192
    mask: Option<String>,

    /// Do two addresses share a segment? MASK is for addresses without one
    #[arg(
        long,
        num_args = 2..=3,
        value_names = ["ADDRESS", "ADDRESS", "MASK"],
        conflicts_with_all = ["address", "mask", "split"]
    )]
    same: Option<Vec<String>>,

    /// Divide the network into subnets of this prefix length
    #[arg(long, value_name = "LENGTH")]
    split: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context, out: &mut dyn Write) -> Result<Status, Failure> {
    let catalogue = &context.catalogue;
    if let Some([a, b, mask @ ..]) = args.same.as_deref() {
        let pair = pair(catalogue, a, b, mask.first().map(String::as_str))?;
        out.write_all(describe_pair(catalogue, &pair).as_bytes())?;
        return Ok(if pair.share_a_segment() { Status::Fine } else { Status::Negative });
    }
    let address = args.address.as_deref().unwrap_or_default();
    let subnet = read(catalogue, address, args.mask.as_deref())?;
    let text = match &args.split {
        None => describe(catalogue, &subnet),
        Some(length) => {
            let length = parse_mask(length, subnet.family()).map_err(|error| {
                Failure::BadInput(split_length_error(catalogue, &error, subnet.prefix_len()))
            })?;
            let split = subnet
                .split(length)
                .map_err(|error| Failure::BadInput(split_error(catalogue, &error)))?;
            describe_split(catalogue, &subnet, split)
        }
    };
    out.write_all(text.as_bytes())?;
    Ok(Status::Fine)
}

fn read(catalogue: &Catalogue, address: &str, mask: Option<&str>) -> Result<Subnet, Failure> {
    Subnet::parse(address, mask).map_err(|error| Failure::BadInput(subnet_error(catalogue, &error)))
}

/// The two stations. An address without a mask takes the one at the end, or else the other's.
fn pair(catalogue: &Catalogue, a: &str, b: &str, mask: Option<&str>) -> Result<Pair, Failure> {
    let own = |text: &str| text.split_once('/').map(|(_, mask)| mask.to_owned());
    let shared = mask.map(ToOwned::to_owned);
    let mask_of = |text: &str, other: &str| match own(text) {
        Some(_) => None,
        None => shared.clone().or_else(|| own(other)),
    };
    // The addresses first: "no mask" is not what is wrong with 192.168.1.300.
    for text in [a, b] {
        let address = text.split_once('/').map_or(text, |(address, _)| address);
        parse_address(address)
            .map_err(|error| Failure::BadInput(subnet_error(catalogue, &error.into())))?;
    }
    Ok(Pair {
        a: read(catalogue, a, mask_of(a, b).as_deref())?,
        b: read(catalogue, b, mask_of(b, a).as_deref())?,
    })
}
