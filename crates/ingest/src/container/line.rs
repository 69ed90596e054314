//! A cell as text of a line, for containers that hold cells and no text.

/// Writes a cell as one of a line, quoted where it has to be.
pub(super) fn write(text: &str, out: &mut Vec<u8>) {
    let quoted = text.contains(['"', ',', '\n', '\r']);
    if quoted {
        out.push(b'"');
    }
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '"' => out.extend(b"\"\""),
            '\n' if before == '\r' => {}
            '\n' | '\r' => out.push(b' '),
            c => out.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        before = c;
    }
    if quoted {
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_needed_and_stay_on_their_line() {
        let mut out = Vec::new();
        write("5\" pipe, long\r\nsecond\nthird", &mut out);
        assert_eq!(out, b"\"5\"\" pipe, long second third\"");
    }
}
