//! What a file is that is no text, by how it begins.

/// How files of a kind begin, and what it is called.
const KINDS: [(&[u8], &str); 9] = [
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"SQLite format 3\0", "a database"),
    // Before 2007 Excel and Word wrote them.
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old spreadsheet or document"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
];

/// What it is, where it can be told.
pub(super) fn of(bytes: &[u8]) -> Option<&'static str> {
    KINDS.iter().find(|(begin, _)| bytes.starts_with(begin)).map(|&(_, kind)| kind)
}
