//! Base64 as Go's `base64.StdEncoding` reads it.

use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

/// Padding is required, left-over bits are not looked at.
pub(super) const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);
