//! What is wrong with an address or a mask, for somebody who writes one for the first time.

use lanternet_net::subnet::{AddressError, Family, MaskError, SplitError, SubnetError};

use crate::args;
use crate::explained::Explained;
use crate::locale::Catalogue;

/// A text that is no address.
pub fn address_error(catalogue: &Catalogue, error: &AddressError) -> Explained {
    let text = |id: &str, args| catalogue.text(id, &args);
    match error {
        AddressError::NotAnAddress { text: given } => Explained::new(
            text("subnet-error-not-an-address", args!(given)),
            catalogue.phrase("subnet-help-address"),
        ),
        AddressError::OctetCount { text: given, count } => Explained::new(
            text("subnet-error-octet-count", args!(given, count count = *count)),
            catalogue.phrase("subnet-help-octets"),
        ),
        AddressError::OctetEmpty { text: given, position } => Explained::new(
            text("subnet-error-octet-empty", args!(given, position)),
            catalogue.phrase("subnet-help-octets"),
        ),
        AddressError::OctetNotANumber { text: given, position, octet } => Explained::new(
            text("subnet-error-octet-not-a-number", args!(given, position, octet)),
            catalogue.phrase("subnet-help-octets"),
        ),
        AddressError::OctetTooLarge { text: given, position, octet } => Explained::new(
            text("subnet-error-octet-too-large", args!(given, position, octet)),
            catalogue.phrase("subnet-help-octet-bits"),
        ),
        AddressError::LeadingZero { text: given, position, octet, decimal, octal } => {
            let help = match octal {
                Some(octal) => text("subnet-help-leading-zero", args!(octet, decimal, octal)),
                None => text("subnet-help-leading-zero-decimal", args!(octet, decimal)),
            };
            Explained::new(text("subnet-error-leading-zero", args!(given, position, octet)), help)
        }
        AddressError::TwoGaps { text: given } => Explained::new(
            text("subnet-error-two-gaps", args!(given)),
            catalogue.phrase("subnet-help-two-gaps"),
        ),
        AddressError::GroupTooLong { text: given, group } => Explained::new(
            text("subnet-error-group-too-long", args!(given, group)),
            catalogue.phrase("subnet-help-groups"),
        ),
        AddressError::GroupNotHex { text: given, group } => Explained::new(
            text("subnet-error-group-not-hex", args!(given, group)),
            catalogue.phrase("subnet-help-groups"),
        ),
        AddressError::GroupCount { text: given, count, gap: false } => Explained::new(
            text("subnet-error-group-count", args!(given, count count = *count)),
            catalogue.phrase("subnet-help-groups"),
        ),
        AddressError::GroupCount { text: given, count, gap: true } => Explained::new(
            text("subnet-error-group-count-gap", args!(given, count count = *count)),
            catalogue.phrase("subnet-help-groups"),
        ),
        AddressError::Zone { text: given, zone } => Explained::new(
            text("subnet-error-zone", args!(given, zone)),
            text("subnet-help-zone", args!(zone)),
        ),
    }
}

/// A text that is no mask.
fn mask_error(catalogue: &Catalogue, error: &MaskError) -> Explained {
    let text = |id: &str, args| catalogue.text(id, &args);
    match error {
        MaskError::NotAMask { text: given, family } => Explained::new(
            text("subnet-error-not-a-mask", args!(given)),
            mask_help(catalogue, *family),
        ),
        MaskError::TooLong { text: given, family } => {
            let args = args!(given, bits = family.bits(), family = family.name());
            Explained::new(
                text("subnet-error-prefix-too-long", args),
                mask_help(catalogue, *family),
            )
        }
        MaskError::Octets(error) => {
            let inner = address_error(catalogue, error);
            let message = text("subnet-error-in-mask", args!(error = inner.message));
            Explained { message, help: inner.help }
        }
        MaskError::NotContiguous { mask, zero, one } => {
            let binary = mask.octets().map(|octet| format!("{octet:08b}")).join(".");
            Explained::new(
                text("subnet-error-not-contiguous", args!(mask, zero, one, binary)),
                catalogue.phrase("subnet-help-not-contiguous"),
            )
        }
        MaskError::Wildcard { mask, meant } => Explained::new(
            text("subnet-error-wildcard", args!(mask)),
            text("subnet-help-wildcard", args!(meant)),
        ),
        MaskError::DottedForIpv6 { text: given } => Explained::new(
            text("subnet-error-dotted-ipv6", args!(given)),
            mask_help(catalogue, Family::V6),
        ),
    }
}

fn mask_help(catalogue: &Catalogue, family: Family) -> String {
    match family {
        Family::V4 => catalogue.phrase("subnet-help-mask"),
        Family::V6 => catalogue.phrase("subnet-help-mask-ipv6"),
    }
}

/// An address and a mask that do not make a subnet.
pub fn subnet_error(catalogue: &Catalogue, error: &SubnetError) -> Explained {
    let text = |id: &str, args| catalogue.text(id, &args);
    match error {
        SubnetError::Address(error) => address_error(catalogue, error),
        SubnetError::Mask(error) => mask_error(catalogue, error),
        SubnetError::NoMask { address } => {
            let message = text("subnet-error-no-mask", args!(address));
            let help = match Family::of(*address) {
                Family::V4 => text("subnet-help-no-mask", args!(address)),
                Family::V6 => text("subnet-help-no-mask-ipv6", args!(address)),
            };
            Explained::new(message, help)
        }
        SubnetError::Disagree { first, first_len, second, second_len, .. } => {
            let (first, second) = (as_mask(first), as_mask(second));
            Explained::new(
                text("subnet-error-disagree", args!(first, first_len, second, second_len)),
                catalogue.phrase("subnet-help-disagree"),
            )
        }
    }
}

/// A prefix length with its slash, which tells it from other numbers; a dotted mask as it is.
fn as_mask(text: &str) -> String {
    if text.contains('.') { text.to_owned() } else { format!("/{}", text.trim_start_matches('/')) }
}

/// A text that is no prefix length to divide a subnet of `own` bits by.
pub fn split_length_error(catalogue: &Catalogue, error: &MaskError, own: u8) -> Explained {
    let message = match error {
        MaskError::NotAMask { text: given, .. } => {
            catalogue.text("subnet-error-not-a-length", &args!(given))
        }
        error => mask_error(catalogue, error).message,
    };
    Explained::new(message, catalogue.text("subnet-help-split", &args!(own)))
}

/// A division that cannot be.
pub fn split_error(catalogue: &Catalogue, error: &SplitError) -> Explained {
    match error {
        SplitError::TooShort { asked, own } => Explained::new(
            catalogue.text("subnet-error-split-too-short", &args!(asked, own)),
            catalogue.text("subnet-help-split", &args!(own)),
        ),
        SplitError::TooLong { asked, max } => {
            let message = catalogue.text("subnet-error-split-too-long", &args!(asked, max));
            Explained { message, help: None }
        }
    }
}
