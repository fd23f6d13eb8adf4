use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::ReadError;

/// Text in whatever it is written: by its byte-order mark, else UTF-8, else Windows-1252, which spreadsheets still write.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return Ok(text);
    }
    if bytes.contains(&0) {
        return Err(ReadError::NotText);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    // Pictures and documents are full of these; no text has them.
    let odd = bytes.iter().filter(|&&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)).count();
    if odd * 100 > bytes.len() {
        return Err(ReadError::NotText);
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok(text)
}
