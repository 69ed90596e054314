//! Where results go: standard output, or a file that appears whole or not at all.

use crate::fail::Fail;
use crate::interrupt;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes to a file through a temporary one beside it, so that nothing is overwritten before its replacement is whole.
/// What is no file, such as a pipe or `/dev/null`, is written to as it is.
pub fn write_file(
    path: &Path,
    fill: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), Fail>,
) -> Result<(), Fail> {
    let failed = |e: std::io::Error| Fail::file("write", path, &e);
    if path.is_dir() {
        return Err(Fail::data("cli.file", format!("write {}: it is a folder", path.display())));
    }
    if path.exists() && !path.is_file() {
        let mut out = BufWriter::new(std::fs::OpenOptions::new().write(true).open(path).map_err(failed)?);
        let filled = fill(&mut out).and_then(|()| out.flush().map_err(failed));
        return filled.or_else(|e| if e.code == CLOSED { Ok(()) } else { Err(e) });
    }
    // A link goes on pointing to its file, whose content is what is replaced.
    let place = if path.is_symlink() { path.canonicalize().map_err(failed)? } else { path.to_path_buf() };
    let temporary = temporary_name(&place);
    let replaces = place.exists();
    interrupt::begin(&temporary);
    let write = || {
        let mut out = BufWriter::new(std::fs::File::create(&temporary).map_err(failed)?);
        fill(&mut out)?;
        let file = out.into_inner().map_err(|e| failed(e.into_error()))?;
        // An older file goes only once the new one would outlast a power cut. Where there is none, nothing can be lost
        // that the next run does not give again, and waiting for the disk can take longer than all the work.
        if replaces { file.sync_all().map_err(failed) } else { Ok(()) }
    };
    let written = write();
    interrupt::end(&temporary, || {
        let placed = written.and_then(|()| std::fs::rename(&temporary, &place).map_err(failed));
        if placed.is_err() {
            // The half-written file is ours alone; failing to remove it changes nothing for the user's data.
            let _ = std::fs::remove_file(&temporary);
        }
        placed
    })
}

fn temporary_name(path: &Path) -> PathBuf {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

/// Writes to standard output; a reader that went away is a quiet end.
pub fn write_stdout(fill: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), Fail>) -> Result<(), Fail> {
    let mut out = BufWriter::new(std::io::stdout());
    let filled = fill(&mut out);
    let flushed = out.flush();
    match (filled, flushed) {
        (Err(e), _) if e.code == CLOSED => Ok(()),
        (Err(e), _) => Err(e),
        (Ok(()), Err(e)) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        (Ok(()), Err(e)) => Err(Fail::data("cli.stdout", format!("write the result: {e}"))),
        (Ok(()), Ok(())) => Ok(()),
    }
}

/// The code of the failure that means "nobody reads any more".
const CLOSED: &str = "cli.closed_pipe";

/// A renderer's failure, with a closed pipe told apart.
pub fn rendered(e: naata_report::Error) -> Fail {
    match &e {
        naata_report::Error::Write(io) if io.kind() == std::io::ErrorKind::BrokenPipe => {
            Fail::data(CLOSED, "write the result: nobody reads it any more")
        }
        _ => Fail::from(e),
    }
}

/// Asks for a folder that is there and can be written to.
pub fn folder(path: &Path) -> Result<(), Fail> {
    std::fs::create_dir_all(path).map_err(|e| Fail::file("make the folder", path, &e))
}
