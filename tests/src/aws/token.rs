//! Opaque page tokens: what a listing needs to go on, in a form that clients cannot read and that
//! can be told from text they made up.

/// Hides the place where the next page begins.
pub fn seal(place: &str) -> String {
    let checksum = checksum(place);
    let hex = place.bytes().map(|byte| format!("{:02x}", byte ^ 0x5a));
    std::iter::once(format!("{checksum:08x}")).chain(hex).collect()
}

/// The place again, or `None` for a token that no listing gave out.
pub fn open(token: &str) -> Option<String> {
    let (checksum_hex, hex) = token.split_at_checked(8)?;
    let bytes: Option<Vec<u8>> = hex
        .as_bytes()
        .chunks(2)
        .map(|pair| Some(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()? ^ 0x5a))
        .collect();
    let place = String::from_utf8(bytes?).ok()?;
    (format!("{:08x}", checksum(&place)) == checksum_hex).then_some(place)
}

/// FNV-1a: short, and enough to notice an invented token.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        for place in ["", "i-0123", "/a/b\u{e9}"] {
            assert_eq!(open(&seal(place)).as_deref(), Some(place));
        }
        for token in ["", "bad", "zzzzzzzz", "0000000011", "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}"] {
            assert_eq!(open(token), None);
        }
    }
}
