//! Reading the files on a thread of their own, and making jobs of their lines.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::files::{Format, Source};
use super::job::{Prepared, Spot, prepare, unreadable};
use super::progress::Progress;

/// The files of long histories are packed with `zstd --long=27`; a larger window is refused as a bomb.
const WINDOW_LOG_MAX: u32 = 27;
/// The longest line or file, in bytes: what the API takes is shorter, and it says so itself.
const MAX_LINE: u64 = 256 << 20;

/// Makes a job of every line of every file, in order; ends early when nobody takes them any more.
pub(super) fn prepare_all(files: &[Source], progress: &Arc<Progress>, send: &mpsc::Sender<Prepared>) {
    let mut serial = 0;
    for (at, source) in files.iter().enumerate() {
        // What patients refer to must be there before the first of them.
        let is_first_after = !source.is_facilities && at > 0 && files[at - 1].is_facilities;
        if prepare_file(source, is_first_after, progress, &mut serial, send).is_none() {
            return;
        }
    }
}

fn prepare_file(
    source: &Source,
    mut is_barrier: bool,
    progress: &Arc<Progress>,
    serial: &mut u64,
    send: &mpsc::Sender<Prepared>,
) -> Option<()> {
    let name: Arc<str> = source.name.as_str().into();
    let mut spot = Spot { serial: *serial, file: name, line: 0, position: 0 };
    let mut reader = open(source, progress);
    loop {
        (spot.serial, spot.line) = (*serial, spot.line + 1);
        let read = match &mut reader {
            Ok(reader) => next(reader, source.format),
            Err(error) => Err(std::io::Error::other(error.to_string())),
        };
        (spot.position, *serial) = (progress.position(), *serial + 1);
        let mut prepared = match read {
            Ok(None) => return Some(()),
            Ok(Some(text)) if text.trim().is_empty() => continue,
            Ok(Some(text)) => prepare(spot.clone(), text),
            // What follows a broken line cannot be told from it.
            Err(error) => return send.blocking_send(Prepared::Refused(unreadable(spot, &error))).ok(),
        };
        if let Prepared::Job(job) = &mut prepared {
            job.is_barrier = std::mem::take(&mut is_barrier);
        }
        send.blocking_send(prepared).ok()?;
    }
}

/// Counts what is read of the file, packed or not: by it each line knows how far into the whole it is.
struct Counted<R> {
    inner: R,
    progress: Arc<Progress>,
}

/// Read at a time: little, or a packed file of some hundred KiB would count as read at its first line.
const CHUNK: usize = 8 * 1024;

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let room = buffer.len().min(CHUNK);
        let bytes = self.inner.read(&mut buffer[..room])?;
        self.progress.read(bytes as u64);
        Ok(bytes)
    }
}

fn open(source: &Source, progress: &Arc<Progress>) -> std::io::Result<Box<dyn BufRead>> {
    let file = Counted { inner: File::open(&source.path)?, progress: progress.clone() };
    if source.format != Format::PackedLines {
        return Ok(Box::new(BufReader::with_capacity(CHUNK, file)));
    }
    let mut decoder = zstd::stream::read::Decoder::new(file)?;
    decoder.window_log_max(WINDOW_LOG_MAX)?;
    Ok(Box::new(BufReader::with_capacity(CHUNK, decoder)))
}

fn next(reader: &mut Box<dyn BufRead>, format: Format) -> std::io::Result<Option<String>> {
    let mut text = String::new();
    let mut bounded = reader.take(MAX_LINE);
    let bytes = match format {
        Format::Json => bounded.read_to_string(&mut text)?,
        Format::Lines | Format::PackedLines => bounded.read_line(&mut text)?,
    };
    if bytes as u64 == MAX_LINE {
        return Err(std::io::Error::other("it is longer than 256 MiB"));
    }
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    if let Some(plain) = text.strip_prefix('\u{feff}') {
        text = plain.to_owned();
    }
    Ok((bytes > 0).then_some(text))
}
