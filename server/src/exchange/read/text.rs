use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Letters by which UTF-16 without a mark is told: the names of columns are longer, and are ASCII.
const LETTERS: usize = 64;

/// Text in whatever it is written: by its byte-order mark, else UTF-16 by what it looks like, else UTF-8, else Windows-1252,
/// which spreadsheets still write. `None`: it is no text.
pub(super) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return Some(text);
    }
    if let Some(encoding) = utf_16(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        return Some(text);
    }
    if bytes.contains(&0) {
        return None;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text));
    }
    // Pictures and documents are full of these; no text has them.
    let odd = bytes.iter().filter(|&&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)).count();
    if odd * 100 > bytes.len() {
        return None;
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Some(text)
}

/// UTF-16 without a mark: every other byte of ASCII in it is zero.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let begin = &pairs[..pairs.len().min(LETTERS)];
    let count = |of: fn(&[u8; 2]) -> bool| begin.iter().filter(|pair| of(pair)).count();
    let (first, second) = (count(|pair| pair[0] == 0), count(|pair| pair[1] == 0));
    // A title in another script may stand among the first letters; a zero letter is none.
    let most = |zeros: usize| zeros > 0 && zeros * 4 >= begin.len() * 3;
    match (first, second) {
        (0, second) if most(second) => Some(UTF_16LE),
        (first, 0) if most(first) => Some(UTF_16BE),
        _ => None,
    }
}
