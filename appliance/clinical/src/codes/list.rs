//! One list: entries in two texts, as written and as compared, so that a search is a scan over memory.

use memchr::memmem;

use super::System;
use super::fold::{fold, squeeze};
use super::rank::{Folded, Typed};

/// Between the parts of an entry, in [`List::folded`].
const UNIT: char = '\u{1f}';
/// The shortest word that is looked for inside displays of a large list: shorter ones are in nearly all of them.
const MIN_WORD: usize = 2;

/// An entry of a list, owned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The code.
    pub code: String,
    /// What it is called.
    pub display: String,
    /// Words that only help in searching; may be empty.
    pub also: String,
}

/// A code that was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code<'l> {
    /// Where it is from.
    pub system: System,
    /// The code.
    pub code: &'l str,
    /// What it is called.
    pub display: &'l str,
    /// Words that only help in searching; may be empty.
    pub also: &'l str,
}

/// A file of a list that does not read as [`List::to_text`] writes it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot read the code list: line {line} {reason}; import the list again")]
pub struct ListError {
    line: usize,
    reason: &'static str,
}

impl ListError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        "code-list-unreadable"
    }
}

impl Entry {
    /// Of a line `code ⇥ display ⇥ also`.
    pub fn of_line(line: &str) -> Option<Self> {
        let mut parts = line.split('\t').map(str::to_owned);
        let (code, display) = (parts.next()?, parts.next()?);
        let is_whole = !code.is_empty() && !display.is_empty();
        is_whole.then(|| Self { code, display, also: parts.next().unwrap_or_default() })
    }
}

/// The codes of one system, sorted.
#[derive(Clone, Debug)]
pub struct List {
    system: System,
    version: String,
    /// `code ⇥ display ⇥ also ⏎`.
    text: String,
    /// The same as it is compared: `code ␟ display ␟ also ⏎`.
    folded: String,
    /// Where each entry begins in both.
    starts: Vec<(usize, usize)>,
}

impl List {
    /// A list of these entries. Of two with one code the later counts. O(n log n).
    pub fn new(system: System, version: &str, entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut sorted: Vec<Entry> = entries.into_iter().collect();
        sorted.reverse();
        sorted.sort_by(|a, b| a.code.cmp(&b.code));
        sorted.dedup_by(|a, b| a.code == b.code);
        let mut list = Self {
            system,
            version: version.to_owned(),
            text: String::new(),
            folded: String::new(),
            starts: Vec::with_capacity(sorted.len()),
        };
        for entry in &sorted {
            list.push(entry);
        }
        list
    }

    fn push(&mut self, entry: &Entry) {
        let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ");
        self.starts.push((self.text.len(), self.folded.len()));
        for (part, end) in [(&entry.code, '\t'), (&entry.display, '\t'), (&entry.also, '\n')] {
            self.text.push_str(plain(part).trim());
            self.text.push(end);
        }
        for (part, end) in
            [(squeeze(&entry.code), UNIT), (fold(&entry.display), UNIT), (fold(&entry.also), '\n')]
        {
            self.folded.push_str(&part);
            self.folded.push(end);
        }
    }

    /// Which release it is.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many codes it has.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Every code, sorted.
    pub fn entries(&self) -> impl Iterator<Item = Code<'_>> {
        (0..self.len()).map(|at| self.at(at))
    }

    /// What a code is called. O(log n).
    pub fn display(&self, code: &str) -> Option<&str> {
        let at = self.starts.partition_point(|(start, _)| self.code_at(*start) < code);
        (at < self.len() && self.at(at).code == code).then(|| self.at(at).display)
    }

    /// Up to `limit` codes, the likeliest first: the code itself, codes that begin so, displays that begin so, displays with
    /// all the words, entries with all the words. O(n) over the text, a few milliseconds for 100,000 codes.
    pub fn search(&self, typed: &str, limit: usize) -> Vec<Code<'_>> {
        let Some(typed) = Typed::read(typed) else { return Vec::new() };
        let mut found = Vec::new();
        let mut consider = |at: usize| {
            let entry = self.folded_at(at);
            if let Some(rank) = typed.rank(entry) {
                found.push((rank, entry.display.len(), at));
            }
        };
        if let Some(code) = typed.code_needle() {
            self.lines_with(&format!("\n{code}"), &mut consider);
        }
        if typed.needle().len() >= MIN_WORD || self.len() < SMALL {
            self.lines_with(typed.needle(), &mut consider);
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().take(limit).map(|(_, _, at)| self.at(at)).collect()
    }

    /// Every entry that holds the needle, once, in order. A needle that begins with a line feed is at an entry's beginning.
    fn lines_with(&self, needle: &str, take: &mut dyn FnMut(usize)) {
        let at_start = needle.strip_prefix('\n');
        let finder = memmem::Finder::new(at_start.unwrap_or(needle));
        let mut from = 0;
        while let Some(hit) = finder.find(&self.folded.as_bytes()[from..]) {
            let hit = from + hit;
            let line = self.starts.partition_point(|(_, start)| *start <= hit) - 1;
            if at_start.is_none() || self.starts[line].1 == hit {
                take(line);
                from = self.starts.get(line + 1).map_or(self.folded.len(), |(_, start)| *start);
            } else {
                from = hit + 1;
            }
        }
    }

    fn at(&self, at: usize) -> Code<'_> {
        let start = self.starts[at].0;
        let end = self.starts.get(at + 1).map_or(self.text.len(), |(start, _)| *start) - 1;
        let mut parts = self.text[start..end].split('\t');
        let mut next = || parts.next().unwrap_or_default();
        Code { system: self.system, code: next(), display: next(), also: next() }
    }

    fn code_at(&self, start: usize) -> &str {
        self.text[start..].split('\t').next().unwrap_or_default()
    }

    fn folded_at(&self, at: usize) -> Folded<'_> {
        let start = self.starts[at].1;
        let end = self.starts.get(at + 1).map_or(self.folded.len(), |(_, start)| *start) - 1;
        let mut parts = self.folded[start..end].split(UNIT);
        let mut next = || parts.next().unwrap_or_default();
        Folded { code: next(), display: next(), also: next() }
    }

    /// The list as a text that [`List::entries_of_text`] reads: a line `system ⇥ version ⇥ count`, then the entries.
    pub fn to_text(&self) -> String {
        format!("{}\t{}\t{}\n{}", self.system.name(), self.version, self.len(), self.text)
    }

    /// Version and entries of [`List::to_text`].
    ///
    /// # Errors
    /// Another system's list, a line that is no entry, or fewer or more lines than the head says: the file was cut.
    pub fn entries_of_text(system: System, text: &str) -> Result<(String, Vec<Entry>), ListError> {
        let wrong = |line, reason| ListError { line, reason };
        let mut lines = text.lines();
        let mut head = lines.next().unwrap_or_default().split('\t');
        let (name, version, count) = (head.next(), head.next(), head.next());
        if name != Some(system.name()) {
            return Err(wrong(1, "does not name the code system"));
        }
        let version = version.unwrap_or_default().to_owned();
        let count: usize =
            count.and_then(|count| count.parse().ok()).ok_or_else(|| wrong(1, "has no count"))?;
        let mut entries = Vec::with_capacity(count.min(text.len()));
        for (at, line) in lines.enumerate() {
            entries.push(Entry::of_line(line).ok_or_else(|| wrong(at + 2, "is no code with a display"))?);
        }
        if entries.len() != count {
            return Err(wrong(1, "counts other codes than there are: the file was cut or changed"));
        }
        Ok((version, entries))
    }
}

/// A list of which even one letter is looked for.
const SMALL: usize = 5_000;
