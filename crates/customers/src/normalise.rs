//! Normal forms of e-mail addresses, telephone numbers and names, for comparison.
//!
//! Each function is pure and total: what cannot be a value of its kind gives `None`, and what is given back never
//! replaces what was recorded - it stands beside it to compare with.
//!
//! # Source
//! Telephone numbers: ITU-T E.164 (2010); the Indian numbering plan: 10 national digits, trunk prefix 0 (TRAI 2003).
//! Mail: RFC 5321 (2008), section 2.4 (the domain knows no case, the local part may).

/// An e-mail address in two forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// To write to: trimmed, the domain in lower case, the local part as recorded.
    pub address: String,
    /// To compare with: two addresses with one key reach one mailbox, as far as its provider documents.
    pub key: String,
}

/// Providers that document a tag after `+` as a part of the same mailbox.
const TAGGED: [&str; 10] = [
    "fastmail.com",
    "gmail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "me.com",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
];

/// Brings an e-mail address into normal form; `None` when it cannot be one.
///
/// The key is in lower case. A tag after `+` is left out for providers that document tags, dots in the local part
/// for Gmail alone, and `googlemail.com` is `gmail.com`. Everywhere else two such addresses stay two.
pub fn email(text: &str) -> Option<Email> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    let (local, domain) = text.rsplit_once('@')?;
    let sound =
        |s: &str| !s.is_empty() && !s.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
    let labels = |d: &str| d.contains('.') && d.split('.').all(|l| !l.is_empty());
    if !sound(local) || !sound(domain) || !labels(domain) {
        return None;
    }
    let domain = domain.to_lowercase();
    let provider = if domain == "googlemail.com" { "gmail.com" } else { &domain };
    let mut mailbox = local.to_lowercase();
    if TAGGED.contains(&provider)
        && let Some((before, _)) = mailbox.split_once('+').filter(|(before, _)| !before.is_empty())
    {
        mailbox = before.into();
    }
    if provider == "gmail.com" {
        mailbox.retain(|c| c != '.');
        if mailbox.is_empty() {
            return None;
        }
    }
    Some(Email { address: format!("{local}@{domain}"), key: format!("{mailbox}@{provider}") })
}

/// Countries whose numbers have a fixed number of national digits: calling code and digits.
const FIXED_LENGTH: [(&str, usize); 3] = [("91", 10), ("880", 10), ("1", 10)];

/// Countries without a trunk prefix, where a leading 0 is a part of the number.
const NO_TRUNK: [&str; 2] = ["39", "378"];

/// Brings a telephone number into the form `+` country and national digits; `None` when it cannot be one.
///
/// `country` is the calling code of numbers written without one, such as `91`. Digits of any script count; spaces,
/// hyphens, dots, slashes and brackets do not; what follows `ext` or `x` is left out. For India and Bangladesh a
/// leading 0, or the calling code without a plus before a whole number, is recognised. Numbers too short or too
/// long, toll-free numbers of India, and runs of one digit are no numbers of a person.
pub fn phone(text: &str, country: &str) -> Option<String> {
    let code = (1..=3).contains(&country.len()) && country.bytes().all(|b| b.is_ascii_digit());
    let (digits, international) = digits_of(text).filter(|(_, international)| *international || code)?;
    let whole = |code: &str, number: &str| {
        let length = FIXED_LENGTH.iter().find(|(c, _)| *c == code).map(|(_, n)| *n);
        length.is_none_or(|n| number.len() == n)
    };
    let e164 = if international {
        digits
    } else if let Some(number) = digits.strip_prefix(country)
        && FIXED_LENGTH.iter().any(|(c, n)| *c == country && number.len() == *n)
    {
        digits
    } else {
        let trunk = if NO_TRUNK.contains(&country) { None } else { digits.strip_prefix('0') };
        let number = trunk.unwrap_or(&digits);
        if !whole(country, number) {
            return None;
        }
        format!("{country}{number}")
    };
    if e164.starts_with('0') || !(8..=15).contains(&e164.len()) {
        return None;
    }
    if let Some((code, length)) = FIXED_LENGTH.iter().find(|(c, _)| e164.starts_with(c)) {
        let number = e164.get(code.len()..)?;
        if number.len() != *length {
            return None;
        }
        let first = number.chars().next()?;
        let repeated = number.chars().all(|c| c == first);
        if repeated || *code == "91" && !('2'..='9').contains(&first) {
            return None;
        }
    }
    Some(format!("+{e164}"))
}

/// The ASCII digits of a written number, and whether it states its country.
fn digits_of(text: &str) -> Option<(String, bool)> {
    let text = text.trim().to_lowercase();
    // A spreadsheet that took the number for an amount leaves ".0" behind.
    let text = text.strip_suffix(".0").unwrap_or(&text);
    let number = text.split(['x', 'e']).next().unwrap_or_default();
    let rest = text.get(number.len()..).unwrap_or_default();
    let is_extension = ["x", "ext"].iter().any(|e| rest.starts_with(e));
    if !rest.is_empty() && !is_extension {
        return None;
    }
    // In "+44 (0)20 ..." the bracketed zero is only dialled inside the country.
    let bracketed = number.starts_with('+') || number.starts_with("00");
    let number = if bracketed { number.replacen("(0)", "", 1) } else { number.to_string() };
    let mut digits = String::new();
    let mut plus = false;
    for c in number.chars() {
        match digit(c) {
            Some(d) => digits.push(char::from(b'0' + d)),
            None if matches!(c, '+' | '＋') && digits.is_empty() && !plus => plus = true,
            None if c.is_whitespace() || is_separator(c) => {}
            None => return None,
        }
    }
    if plus {
        // A trunk prefix has no place after a country, yet "+91 098765 43210" is often written.
        let number = digits.strip_prefix("910").filter(|n| n.len() == 10);
        return Some((number.map_or_else(|| digits.clone(), |n| format!("91{n}")), true));
    }
    match digits.strip_prefix("00") {
        Some(rest) => Some((rest.into(), true)),
        None => Some((digits, false)),
    }
}

fn is_separator(c: char) -> bool {
    // The zero-width marks and direction marks come along when a number is copied from a web page.
    matches!(c, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
}

/// The zeros of the decimal digits of all scripts in the basic plane, and of those of India beyond it
/// (Unicode 15.1, general category Nd); nine digits follow each.
const ZEROS: [u32; 45] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50,
    0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x11066, 0x11136, 0x111D0,
    0x112F0, 0x11450, 0x114D0, 0x11650, 0x11730,
];

/// The value of a decimal digit of any script.
pub fn digit(c: char) -> Option<u8> {
    let code = u32::from(c);
    let place = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    let value = code - ZEROS.get(place)?;
    u8::try_from(value).ok().filter(|d| *d < 10)
}

/// Brings a name into a form to compare with; `None` when no letter is left.
///
/// Lower case, one space between words, no punctuation, no invisible marks. In Indic scripts the nukta is left out,
/// since the same name is written with and without it, and letters that have it built in become their base letter
/// (ज़ and ज, ড় and ড); marks set over Latin letters as separate characters are left out too. Letters with a mark
/// built in (é) stay: composing and decomposing them needs tables this crate does not carry. Titles stay as well:
/// "Sri" is an honorific in one name and a given name in the next.
pub fn name(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if is_mark(c) {
            continue;
        }
        let c = without_nukta(c);
        let is_letter = c.is_alphanumeric() || is_sign(c);
        if is_letter {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    let out = out.trim_end().to_string();
    out.chars().any(char::is_alphabetic).then_some(out)
}

/// Marks a name is compared without.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{93c}' | '\u{9bc}' | '\u{a3c}' | '\u{abc}' | '\u{b3c}' | '\u{cbc}'
        | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' | '\'' | '\u{2019}')
}

/// Vowel signs and the virama of the Indic scripts that Unicode does not count as alphabetic.
fn is_sign(c: char) -> bool {
    let code = u32::from(c);
    // Each Indic block from Devanagari to Malayalam has its signs at the same places.
    (0x900..0xD80).contains(&code) && matches!(code & 0x7F, 0x00..=0x03 | 0x3E..=0x4D | 0x55..=0x57)
}

/// Letters with a built-in nukta and their base letters (Unicode 15.1, canonical decompositions).
const WITH_NUKTA: [(char, char); 22] = [
    ('\u{929}', 'न'),
    ('\u{931}', 'र'),
    ('\u{934}', 'ळ'),
    ('\u{958}', 'क'),
    ('\u{959}', 'ख'),
    ('\u{95a}', 'ग'),
    ('\u{95b}', 'ज'),
    ('\u{95c}', 'ड'),
    ('\u{95d}', 'ढ'),
    ('\u{95e}', 'फ'),
    ('\u{95f}', 'य'),
    ('\u{9dc}', 'ড'),
    ('\u{9dd}', 'ঢ'),
    ('\u{9df}', 'য'),
    ('\u{a33}', 'ਲ'),
    ('\u{a36}', 'ਸ'),
    ('\u{a59}', 'ਖ'),
    ('\u{a5a}', 'ਗ'),
    ('\u{a5b}', 'ਜ'),
    ('\u{a5e}', 'ਫ'),
    ('\u{b5c}', 'ଡ'),
    ('\u{b5d}', 'ଢ'),
];

/// The base letter of a letter with a built-in nukta.
fn without_nukta(c: char) -> char {
    WITH_NUKTA.iter().find(|(letter, _)| *letter == c).map_or(c, |(_, base)| *base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mail_is_compared_without_what_its_provider_ignores() {
        let key = |text| email(text).map(|e| e.key);
        assert_eq!(key(" Asha.Rao+Diwali@GMail.com ").as_deref(), Some("asharao@gmail.com"));
        assert_eq!(key("asharao@googlemail.com"), key("asha.rao@gmail.com"));
        assert_eq!(key("Asha.Rao+x@outlook.com").as_deref(), Some("asha.rao@outlook.com"));
        // Elsewhere a tag and a dot may well name another mailbox.
        assert_eq!(key("asha.rao+x@shop.in").as_deref(), Some("asha.rao+x@shop.in"));
        assert_eq!(email("<Asha@Shop.IN>").map(|e| e.address).as_deref(), Some("Asha@shop.in"));
        assert_eq!(key("आशा@उदाहरण.भारत").as_deref(), Some("आशा@उदाहरण.भारत"));
        for bad in [
            "",
            "asha",
            "asha@",
            "@shop.in",
            "asha@shop",
            "a b@shop.in",
            "a@b@shop.in",
            "a@.in",
            "a@shop..in",
            "...@gmail.com",
        ] {
            assert_eq!(email(bad), None, "{bad}");
        }
    }

    #[test]
    fn indian_numbers_come_to_one_form() {
        for text in [
            "9876543210",
            "98765 43210",
            "098765-43210",
            "+91 98765 43210",
            "+91-(0)98765-43210",
            "0091 9876543210",
            "919876543210",
            "९८७६५ ४३२१०",
            "৯৮৭৬৫৪৩২১০",
            "+९१ ९८७६५ ४३२१०",
            "9876543210.0",
            "9876543210 ext 12",
            "\u{202a}+91 98765 43210\u{202c}",
        ] {
            assert_eq!(phone(text, "91").as_deref(), Some("+919876543210"), "{text}");
        }
        assert_eq!(phone("022 2345 6789", "91").as_deref(), Some("+912223456789"));
        // Ten digits that happen to begin with the calling code are a national number.
        assert_eq!(phone("9198765432", "91").as_deref(), Some("+919198765432"));
    }

    #[test]
    fn other_countries_keep_their_own_rules() {
        assert_eq!(phone("01712-345678", "880").as_deref(), Some("+8801712345678"));
        assert_eq!(phone("8801712345678", "880").as_deref(), Some("+8801712345678"));
        assert_eq!(phone("+44 (0)20 7946 0958", "91").as_deref(), Some("+442079460958"));
        assert_eq!(phone("(212) 555-0123", "1").as_deref(), Some("+12125550123"));
        assert_eq!(phone("06 1234 5678", "39").as_deref(), Some("+390612345678"));
    }

    #[test]
    fn what_is_no_number_of_a_person_is_none() {
        for bad in [
            "",
            "n/a",
            "98765",
            "98765432101",
            "9.87654E+09",
            "0000000000",
            "9999999999",
            "1800 123 4567",
            "+91 98765",
            "1234567890",
            "98765 43210 / 98765 43211",
            "asha@shop.in",
            "+",
            "00",
        ] {
            assert_eq!(phone(bad, "91"), None, "{bad}");
        }
        assert_eq!(phone("9876543210", ""), None);
        assert_eq!(phone("9876543210", "IN"), None);
    }

    #[test]
    fn digits_of_all_scripts_have_their_value() {
        assert!(ZEROS.is_sorted());
        for (text, value) in [('0', 0), ('९', 9), ('৭', 7), ('௩', 3), ('٤', 4), ('５', 5)] {
            assert_eq!(digit(text), Some(value), "{text}");
        }
        for c in ['a', 'অ', '/', ':', '²', '½'] {
            assert_eq!(digit(c), None, "{c}");
        }
    }

    #[test]
    fn names_are_compared_without_case_marks_and_nukta() {
        let same = |a: &str, b: &str| assert_eq!(name(a), name(b), "{a} / {b}");
        same("  ASHA   Rao ", "asha rao");
        same("Rao, Asha-Devi", "rao asha devi");
        same("O\u{2019}Brien", "obrien");
        same("\u{921}\u{93c}", "\u{95c}");
        same("फ़रज़ाना", "फरजाना");
        same("ব\u{9a1}\u{9bc}ুয়া", "ব\u{9dc}ুয়া");
        same("क्\u{200d}षमा", "क्षमा");
        assert_ne!(name("रमा"), name("रामा"));
        assert_eq!(name("রীনা দাস").as_deref(), Some("রীনা দাস"));
        for none in ["", " - ", "123", "..."] {
            assert_eq!(name(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn normal_forms_are_stable(text in "[+0-9०-९ ().-]{0,18}", word in "[a-zA-Z \\u{900}-\\u{963}\\u{980}-\\u{9e3}'.-]{0,16}", mail in "[a-zA-Z.+]{1,8}@[a-z]{1,4}[.](com|in)") {
            if let Some(e164) = phone(&text, "91") {
                prop_assert_eq!(phone(&e164, "1"), Some(e164.clone()));
                prop_assert!(e164.len() >= 9 && e164.len() <= 16 && e164[1..].bytes().all(|b| b.is_ascii_digit()));
            }
            if let Some(key) = name(&word) {
                prop_assert_eq!(name(&key), Some(key));
            }
            if let Some(e) = email(&mail) {
                prop_assert_eq!(email(&e.key).map(|e| e.key), Some(e.key));
            }
        }
    }
}
