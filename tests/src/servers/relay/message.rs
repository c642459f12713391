//! Where the messages of a client end, before and after it has begun to encrypt. Knows nothing of
//! what they say.

use bytes::BytesMut;

/// The types of TLS records. No other message of a client begins with one of these: PostgreSQL's
/// first begin with a length of four bytes, its later ones with a letter; those of MariaDB and
/// MySQL with a length whose first byte is the lowest, and the one before TLS has 32 bytes.
const TLS: std::ops::RangeInclusive<u8> = 20..=23;

/// Takes the first message off what a client has said, if it is complete. A client without TLS is
/// not understood: what it says at once is one message.
pub(super) fn first(said: &mut BytesMut) -> Option<BytesMut> {
    let length = match said[..] {
        [] => return None,
        [kind, _, _, high, low, ..] if TLS.contains(&kind) => {
            5 + usize::from(u16::from_be_bytes([high, low]))
        }
        [kind, ..] if TLS.contains(&kind) => return None,
        // The request for TLS of PostgreSQL, and that of MariaDB and MySQL.
        [0, 0, 0, 8, ..] => 8,
        [32, 0, 0, _, ..] => 36,
        _ => said.len(),
    };
    (said.len() >= length).then(|| said.split_to(length))
}

/// Whether a message says anything. Goodbyes do not, at which nothing is left to be cut: with
/// encryption (TLS 1.3) they have five bytes for a header, five for what every one of our servers
/// understands as the end, one for the type and sixteen for the seal. A client may or may not send
/// them before it is gone, so to count them would make counts differ.
pub(super) fn says_something(message: &[u8]) -> bool {
    message.len() > 5 + 5 + 1 + 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: &[u8], expected: &[&[u8]], rest: &[u8]) {
        let mut said = BytesMut::from(said);
        let messages: Vec<BytesMut> = std::iter::from_fn(|| first(&mut said)).collect();
        assert_eq!(messages, expected);
        assert_eq!(said, rest);
    }

    #[test]
    fn records_are_told_apart() {
        let said = [22, 3, 1, 0, 2, 7, 7, 23, 3, 3, 0, 1, 9, 23, 3, 3, 0];
        check(&said, &[&[22, 3, 1, 0, 2, 7, 7], &[23, 3, 3, 0, 1, 9]], &[23, 3, 3, 0]);
        check(&[23, 3, 3, 0, 2, 1], &[], &[23, 3, 3, 0, 2, 1]);
    }

    #[test]
    fn a_request_for_tls_is_a_message() {
        let postgres = [0, 0, 0, 8, 4, 210, 22, 47];
        let hello = [22, 3, 1, 0, 0];
        check(&[&postgres[..], &hello].concat(), &[&postgres, &hello], &[]);
        let mysql = [&[32, 0, 0, 1][..], &[5; 32]].concat();
        check(&[&mysql[..], &hello].concat(), &[&mysql, &hello], &[]);
    }
}
