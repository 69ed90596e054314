//! A small checker of well-formedness: nesting, quoted attributes, known entities, unique ids.

/// One start tag with its attributes.
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }
}

/// All start tags of a well-formed page, or what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Vec<Tag>, String> {
    let mut rest = text.strip_prefix("<!DOCTYPE html>\n").ok_or("no document type")?;
    let (mut open, mut tags): (Vec<String>, Vec<Tag>) = (Vec::new(), Vec::new());
    while let Some(at) = rest.find('<') {
        entities(&rest[..at])?;
        let end = rest[at..].find('>').ok_or("a tag without an end")? + at;
        let inside = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            let last = open.pop().ok_or(format!("</{name}> closes nothing"))?;
            if last != name {
                return Err(format!("</{name}> closes <{last}>"));
            }
            continue;
        }
        let (inside, closed) = inside.strip_suffix('/').map_or((inside, false), |i| (i, true));
        let name: String = inside.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        if name.is_empty() {
            return Err(format!("a tag without a name: <{inside}>"));
        }
        let tag = Tag { attributes: attributes(&inside[name.len()..])?, name };
        if !closed {
            open.push(tag.name.clone());
        }
        tags.push(tag);
    }
    entities(rest)?;
    if !open.is_empty() {
        return Err(format!("never closed: {open:?}"));
    }
    let mut ids: Vec<&str> = tags.iter().filter_map(|t| t.get("id")).collect();
    let n = ids.len();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() < n { Err("an id comes twice".into()) } else { Ok(tags) }
}

fn attributes(mut text: &str) -> Result<Vec<(String, String)>, String> {
    let mut all: Vec<(String, String)> = Vec::new();
    loop {
        text = text.trim_start();
        if text.is_empty() {
            return Ok(all);
        }
        let (name, after) =
            text.split_once("=\"").ok_or(format!("an attribute without a quoted value: {text}"))?;
        let (value, after) = after.split_once('"').ok_or("a value without an end")?;
        entities(value)?;
        if all.iter().any(|(k, _)| k == name) {
            return Err(format!("the attribute {name} comes twice"));
        }
        all.push((name.into(), value.into()));
        text = after;
    }
}

fn entities(text: &str) -> Result<(), String> {
    for part in text.split('&').skip(1) {
        if !["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|e| part.starts_with(e)) {
            return Err(format!("a bare & before {part:.20}"));
        }
    }
    Ok(())
}

#[test]
fn the_checker_tells_good_from_bad() {
    let page = |body: &str| parse(&format!("<!DOCTYPE html>\n{body}"));
    assert!(page("<p id=\"a\">x &amp; y<br/></p>").is_ok());
    for bad in [
        "<p>",
        "</p>",
        "<p><b></p></b>",
        "<p a=b></p>",
        "a & b",
        "<p id=\"a\"/><p id=\"a\"/>",
        "<p",
        "< p></p>",
    ] {
        assert!(page(bad).is_err(), "{bad}");
    }
}
