//! Digits of other scripts, and numbers written in them.

/// The text with Devanagari and Bengali digits as Latin ones and no-break blanks as blanks; `None` when something
/// beyond ASCII is left.
pub(crate) fn latin(cell: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(cell).ok()?;
    text.chars().map(|c| Some(latin_char(c)).filter(char::is_ascii)).collect()
}

/// One character, with digits of other scripts as Latin ones.
pub(crate) fn latin_char(c: char) -> char {
    let digit = |zero: char| char::from_digit(c as u32 - zero as u32, 10).unwrap_or(c);
    match c {
        '०'..='९' => digit('०'),
        '০'..='৯' => digit('০'),
        '\u{A0}' | '\u{202F}' | '\u{2009}' => ' ',
        '\u{2212}' => '-',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_become_latin_and_words_do_not() {
        assert_eq!(latin("०१२३४५६७८९ ০১২৩৪৫৬৭৮৯".as_bytes()).as_deref(), Some("0123456789 0123456789"));
        assert_eq!(latin("−१२".as_bytes()).as_deref(), Some("-12"));
        assert_eq!(latin("१२ रुपये".as_bytes()), None);
        assert_eq!(latin(b"\xFF"), None);
    }
}
