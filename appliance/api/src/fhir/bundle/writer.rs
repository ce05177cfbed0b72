//! Writing a Bundle by joining stored bytes.

use holdfast_core::json::push_string;

/// A Bundle being written. Members come in the order: links, total, entries.
#[derive(Debug)]
pub(crate) struct BundleWriter {
    out: String,
    links: usize,
    entries: usize,
}

impl BundleWriter {
    /// An empty Bundle of this type.
    pub(crate) fn new(kind: &str) -> Self {
        let mut out = String::with_capacity(4096);
        out.push_str("{\"resourceType\":\"Bundle\",\"type\":");
        push_string(&mut out, kind);
        Self { out, links: 0, entries: 0 }
    }

    /// Makes room for so many bytes at once, for a page of a hundred kilobytes would else be copied again and again as it grows.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.out.reserve(bytes);
    }

    /// Adds a link.
    pub(crate) fn link(&mut self, relation: &str, url: &str) {
        self.out.push_str(if self.links == 0 { ",\"link\":[" } else { "," });
        self.links += 1;
        self.out.push_str("{\"relation\":");
        push_string(&mut self.out, relation);
        self.out.push_str(",\"url\":");
        push_string(&mut self.out, url);
        self.out.push('}');
    }

    /// Says how many there are in all.
    pub(crate) fn total(&mut self, total: u64) {
        self.end_links();
        self.out.push_str(",\"total\":");
        self.out.push_str(&total.to_string());
    }

    /// Begins an entry.
    pub(crate) fn entry(&mut self) -> EntryWriter<'_> {
        self.end_links();
        self.out.push_str(if self.entries == 0 { ",\"entry\":[{" } else { ",{" });
        self.entries += 1;
        EntryWriter { out: &mut self.out, is_empty: true }
    }

    /// The Bundle's text.
    pub(crate) fn finish(mut self) -> String {
        self.end_links();
        self.out.push_str(if self.entries > 0 { "]}" } else { "}" });
        self.out
    }

    fn end_links(&mut self) {
        if self.links > 0 {
            self.out.push(']');
            self.links = 0;
        }
    }
}

/// One entry being written.
#[derive(Debug)]
pub(crate) struct EntryWriter<'a> {
    out: &'a mut String,
    is_empty: bool,
}

impl EntryWriter<'_> {
    /// `fullUrl`.
    pub(crate) fn full_url(&mut self, url: &str) {
        self.name("fullUrl");
        push_string(self.out, url);
    }

    /// A resource's bytes as stored.
    pub(crate) fn resource(&mut self, json: &str) {
        self.name("resource");
        self.out.push_str(json);
    }

    /// Why the entry is in a searchset: `match`, `include` or `outcome`.
    pub(crate) fn search_mode(&mut self, mode: &str) {
        self.name("search");
        self.out.push_str("{\"mode\":");
        push_string(self.out, mode);
        self.out.push('}');
    }

    /// What was asked for.
    pub(crate) fn request(&mut self, method: &str, url: &str) {
        self.name("request");
        self.out.push('{');
        self.members(&[("method", Some(method)), ("url", Some(url))]);
        self.out.push('}');
    }

    /// What came of it; `outcome` is an OperationOutcome.
    pub(crate) fn response(
        &mut self,
        status: &str,
        location: Option<&str>,
        etag: Option<&str>,
        last_modified: Option<&str>,
        outcome: Option<&str>,
    ) {
        self.name("response");
        self.out.push('{');
        let rest = [("location", location), ("etag", etag), ("lastModified", last_modified)];
        self.members(&[("status", Some(status))]);
        for (name, value) in rest {
            if value.is_some() {
                self.out.push(',');
                self.members(&[(name, value)]);
            }
        }
        if let Some(outcome) = outcome {
            self.out.push_str(",\"outcome\":");
            self.out.push_str(outcome);
        }
        self.out.push('}');
    }

    /// Ends the entry.
    pub(crate) fn finish(self) {
        self.out.push('}');
    }

    fn name(&mut self, name: &str) {
        if !std::mem::take(&mut self.is_empty) {
            self.out.push(',');
        }
        push_string(self.out, name);
        self.out.push(':');
    }

    fn members(&mut self, members: &[(&str, Option<&str>)]) {
        let present = members.iter().filter_map(|(name, value)| Some((name, (*value)?)));
        for (at, (name, value)) in present.enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            push_string(self.out, name);
            self.out.push(':');
            push_string(self.out, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stand_as_they_were() {
        let mut bundle = BundleWriter::new("searchset");
        bundle.link("self", "http://x/\"");
        bundle.link("next", "y");
        bundle.total(1);
        let mut entry = bundle.entry();
        entry.full_url("u");
        entry.resource("{\"v\":1.50}");
        entry.search_mode("match");
        entry.finish();
        let mut entry = bundle.entry();
        entry.response("200 OK", None, Some("W/\"1\""), None, Some("{}"));
        entry.finish();
        assert_eq!(
            bundle.finish(),
            concat!(
                r#"{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://x/\""},"#,
                r#"{"relation":"next","url":"y"}],"total":1,"entry":[{"fullUrl":"u","resource":{"v":1.50},"#,
                r#""search":{"mode":"match"}},{"response":{"status":"200 OK","etag":"W/\"1\"","outcome":{}}}]}"#
            )
        );
        assert_eq!(
            BundleWriter::new("batch-response").finish(),
            r#"{"resourceType":"Bundle","type":"batch-response"}"#
        );
    }
}
