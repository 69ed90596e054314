//! A zip archive: an Excel workbook of which one sheet is read, or a file packed alone.

use super::Opened;
use super::number::{Style, built_in, custom};
use super::sheet::{Shared, Sheet, Strings, attribute, bad, text_of, wrong};
use super::zip::{Archive, MOST};
use crate::{Error, codes};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeMap;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;

/// The most bytes the texts of a workbook may take.
const STRINGS: usize = 512 << 20;

/// Opens an archive.
pub(super) fn open<'a>(
    file: &str,
    sheet: Option<&str>,
    raw: Box<dyn Read + Send + 'a>,
) -> Result<Opened<'a>, Error> {
    let not = |what: &str| Error::NotText { file: file.into(), what: what.into() };
    let failed = |e: io::Error| Error::Read { file: file.into(), message: e.to_string() };
    let mut data = Vec::new();
    raw.take(MOST + 1).read_to_end(&mut data).map_err(failed)?;
    if data.len() as u64 > MOST {
        return Err(not("a zip archive of more than a gigabyte"));
    }
    let archive = Archive::new(data).ok_or_else(|| not("a zip archive that is damaged or cut off"))?;
    if archive.find("xl/workbook.xml").is_some() {
        return workbook(file, sheet, &archive);
    }
    if archive.find("xl/workbook.bin").is_some() {
        return Err(not("a binary Excel workbook (.xlsb)"));
    }
    if archive.find("content.xml").is_some() {
        return Err(not("an OpenDocument sheet (.ods)"));
    }
    // Some services hand out each export as an archive of its own.
    let real = |name: &str| {
        let hidden = name.rsplit('/').next().unwrap_or(name).starts_with('.');
        !name.ends_with('/') && !name.starts_with("__MACOSX/") && !hidden
    };
    let files: Vec<_> = archive.entries.iter().filter(|e| real(&e.name)).collect();
    match files.as_slice() {
        [only] => {
            let reader = Box::new(archive.open(only, false).map_err(failed)?);
            Ok(Opened { reader, sheet: false, packed: true, notes: Vec::new() })
        }
        _ => Err(not(&format!("a zip archive of {} files; unpack it", files.len()))),
    }
}

fn workbook<'a>(file: &str, wanted: Option<&str>, archive: &Archive) -> Result<Opened<'a>, Error> {
    let failed = |e: io::Error| Error::Read { file: file.into(), message: e.to_string() };
    let (sheets, since_1904) = sheets(archive).map_err(failed)?;
    let strings = strings(archive).map_err(failed)?;
    let styles = styles(archive).map_err(failed)?;
    let shared = Arc::new(Shared { strings, styles, since_1904 });
    let names: Vec<String> = sheets.iter().map(|s| s.name.clone()).collect();
    let mut chosen: Option<(String, Box<dyn Read + Send>)> = None;
    let mut others: Vec<String> = Vec::new();
    for one in &sheets {
        let asked = wanted.map_or(!one.hidden, |w| w == one.name);
        let Some(entry) = archive.find(&one.path).filter(|_| wanted.is_none() || asked) else { continue };
        if one.hidden && !asked {
            continue;
        }
        let mut reader = Sheet::new(archive.open(entry, true).map_err(failed)?, Arc::clone(&shared));
        if chosen.is_some() {
            // Another sheet is worth a word when there is something on it.
            if reader.read(&mut [0; 1]).is_ok_and(|n| n > 0) {
                others.push(one.name.clone());
            }
            continue;
        }
        let mut first = vec![0; 1];
        if reader.read(&mut first).map_err(failed)? > 0 {
            chosen = Some((one.name.clone(), Box::new(Cursor::new(first).chain(reader))));
        }
    }
    match (chosen, wanted) {
        (Some((_, reader)), _) => {
            let notes =
                if others.is_empty() { Vec::new() } else { vec![(codes::SHEET_OTHERS, others.join(", "))] };
            Ok(Opened { reader, sheet: true, packed: true, notes })
        }
        (None, Some(wanted)) if !names.iter().any(|n| n == wanted) => {
            Err(Error::UnknownSheet { file: file.into(), sheet: wanted.into(), sheets: names })
        }
        (None, _) => Err(Error::EmptyFile { file: file.into() }),
    }
}

struct Place {
    name: String,
    path: String,
    hidden: bool,
}

/// Every event of a part of the workbook, until the job says that it has enough.
fn walk(archive: &Archive, part: &str, mut job: impl FnMut(&Event<'_>) -> io::Result<()>) -> io::Result<()> {
    let Some(entry) = archive.find(part) else { return Ok(()) };
    let mut xml = Reader::from_reader(BufReader::new(archive.open(entry, true)?));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(wrong)? {
            Event::Eof => return Ok(()),
            event => job(&event)?,
        }
    }
}

/// The sheets in the order of their tabs, and whether days count from 1904.
fn sheets(archive: &Archive) -> io::Result<(Vec<Place>, bool)> {
    let mut targets: BTreeMap<String, String> = BTreeMap::new();
    walk(archive, "xl/_rels/workbook.xml.rels", |event| {
        if let Event::Empty(tag) | Event::Start(tag) = event
            && let (Some(id), Some(target)) = (attribute(tag, "Id")?, attribute(tag, "Target")?)
        {
            let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
            targets.insert(id, path);
        }
        Ok(())
    })?;
    let (mut sheets, mut since_1904) = (Vec::new(), false);
    walk(archive, "xl/workbook.xml", |event| {
        let (Event::Empty(tag) | Event::Start(tag)) = event else { return Ok(()) };
        match tag.local_name().as_ref() {
            "workbookPr" => {
                since_1904 = attribute(tag, "date1904")?.is_some_and(|v| v == "1" || v == "true");
            }
            "sheet" => {
                let id = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == "id");
                let id = id.map(|a| a.value.into_owned()).unwrap_or_default();
                if let Some(path) = targets.get(&*id) {
                    let name = attribute(tag, "name")?.unwrap_or_default();
                    let hidden = attribute(tag, "state")?.is_some_and(|s| s != "visible");
                    sheets.push(Place { name, path: path.clone(), hidden });
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok((sheets, since_1904))
}

/// The texts cells refer to.
fn strings(archive: &Archive) -> io::Result<Strings> {
    let mut strings = Strings::default();
    let (mut text, mut inside, mut aside) = (String::new(), false, false);
    walk(archive, "xl/sharedStrings.xml", |event| {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => inside = true,
                "rPh" => aside = true,
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == "si" => strings.push(""),
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => inside = false,
                "rPh" => aside = false,
                "si" => {
                    strings.push(&text);
                    text.clear();
                    if strings.bytes() > STRINGS {
                        return Err(bad("the texts of the workbook take more than half a gigabyte"));
                    }
                }
                _ => {}
            },
            event if inside && !aside => text_of(event, &mut text)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(strings)
}

/// How each style shows a number.
fn styles(archive: &Archive) -> io::Result<Vec<Style>> {
    let mut own: BTreeMap<u32, Style> = BTreeMap::new();
    let (mut styles, mut of_cells) = (Vec::new(), false);
    walk(archive, "xl/styles.xml", |event| {
        let number = |tag, name| io::Result::Ok(attribute(tag, name)?.and_then(|v| v.parse::<u32>().ok()));
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "numFmt" => {
                    if let (Some(id), Some(code)) = (number(tag, "numFmtId")?, attribute(tag, "formatCode")?)
                    {
                        own.insert(id, custom(&code));
                    }
                }
                "cellXfs" => of_cells = true,
                "xf" if of_cells => {
                    let id = number(tag, "numFmtId")?.unwrap_or(0);
                    styles.push(own.get(&id).copied().unwrap_or_else(|| built_in(id)));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => of_cells = false,
            _ => {}
        }
        Ok(())
    })?;
    Ok(styles)
}
