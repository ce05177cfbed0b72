//! One entry of a bundle, read and checked on its own.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::condition::Condition;
use super::error::BundleError;
use crate::resource::Head;
use crate::types::{is_id, is_resource_type};
use crate::url::RequestUrl;

/// What an entry asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Delete a resource.
    Delete,
    /// Create a resource.
    Post,
    /// Replace a resource, or create it under the client's id.
    Put,
    /// Change a resource by a patch.
    Patch,
    /// Read or search.
    Get,
    /// The same, of which only the status and the version are wanted.
    Head,
}

impl Method {
    /// Its place in a transaction: DELETE, POST, PUT and PATCH, GET.
    ///
    /// Source: <https://hl7.org/fhir/R4/http.html#trules>.
    pub fn rank(self) -> u8 {
        match self {
            Self::Delete => 0,
            Self::Post => 1,
            Self::Put | Self::Patch => 2,
            Self::Get | Self::Head => 3,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "DELETE" => Some(Self::Delete),
            "POST" => Some(Self::Post),
            "PUT" => Some(Self::Put),
            "PATCH" => Some(Self::Patch),
            "GET" => Some(Self::Get),
            "HEAD" => Some(Self::Head),
            _ => None,
        }
    }
}

/// One entry, checked on its own; references are not resolved yet.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry<'a> {
    /// Its place in the bundle, from 0.
    pub index: usize,
    /// `fullUrl`, as written.
    pub full_url: Option<String>,
    /// What it asks for.
    pub method: Method,
    /// Of what.
    pub url: RequestUrl,
    /// `request.ifMatch`, as written: `W/"version"`.
    pub if_match: Option<String>,
    /// `request.ifNoneMatch`, as written.
    pub if_none_match: Option<String>,
    /// `request.ifModifiedSince`, as written.
    pub if_modified_since: Option<String>,
    /// What must be searched first: of If-None-Exist, or of a conditional update, patch or delete.
    pub condition: Option<Condition>,
    /// The resource's text, byte for byte.
    pub resource: Option<&'a str>,
    /// The id that stands in the resource.
    pub resource_id: Option<String>,
}

/// Every element that R4 gives an entry; any other is refused. What is not looked at is there to be known.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawEntry<'a> {
    full_url: Option<String>,
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
    request: Option<RawRequest>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "extension")]
    _extension: Option<IgnoredAny>,
    #[serde(rename = "modifierExtension")]
    _modifier_extension: Option<IgnoredAny>,
    #[serde(rename = "link")]
    _link: Option<IgnoredAny>,
    #[serde(rename = "search")]
    _search: Option<IgnoredAny>,
    #[serde(rename = "response")]
    _response: Option<IgnoredAny>,
    #[serde(rename = "_fullUrl")]
    _twin_of_full_url: Option<IgnoredAny>,
}

/// As [`RawEntry`].
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawRequest {
    method: String,
    url: String,
    if_match: Option<String>,
    if_none_match: Option<String>,
    if_none_exist: Option<String>,
    if_modified_since: Option<String>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "extension")]
    _extension: Option<IgnoredAny>,
    #[serde(rename = "modifierExtension")]
    _modifier_extension: Option<IgnoredAny>,
}

impl<'a> Entry<'a> {
    /// Reads an entry that has a `request`.
    pub(super) fn read(index: usize, text: &'a str) -> Result<Self, BundleError> {
        let raw = read_raw(index, text)?;
        let Some(request) = raw.request else { return Err(bad(index, "it has no request")) };
        let method = Method::parse(&request.method)
            .ok_or_else(|| bad(index, format!("its method \"{}\" is not supported", request.method)))?;
        let url = RequestUrl::parse(&request.url).map_err(|reason| BundleError::BadUrl {
            entry: index,
            url: request.url.clone(),
            reason,
        })?;
        let mut entry = Self {
            index,
            full_url: raw.full_url,
            method,
            url,
            if_match: request.if_match,
            if_none_match: request.if_none_match,
            if_modified_since: request.if_modified_since,
            condition: None,
            resource: raw.resource.map(RawValue::get),
            resource_id: None,
        };
        entry.check_url()?;
        entry.check_preconditions()?;
        entry.condition = entry.read_condition(request.if_none_exist.as_deref())?;
        entry.check_resource()?;
        Ok(entry)
    }

    /// Reads an entry of a bundle that only carries resources: it becomes a PUT of the resource's own id, or a
    /// POST if it has none.
    pub(super) fn import(index: usize, text: &'a str) -> Result<Self, BundleError> {
        let raw = read_raw(index, text)?;
        let Some(resource) = raw.resource else { return Err(bad(index, "it has no resource")) };
        Self::of_resource(index, raw.full_url, resource.get())
    }

    /// A PUT of a resource under its own id, or a POST if it has none.
    pub(super) fn of_resource(
        index: usize,
        full_url: Option<String>,
        resource: &'a str,
    ) -> Result<Self, BundleError> {
        let head = read_head(index, resource)?;
        let from_url =
            full_url.as_deref().and_then(crate::reference::parse).map(|target| target.id.to_owned());
        let id = head.id.or(from_url);
        let (method, text) = match &id {
            Some(id) => (Method::Put, format!("{}/{id}", head.kind)),
            None => (Method::Post, head.kind.clone()),
        };
        let url = RequestUrl::parse(&text).map_err(|reason| BundleError::BadUrl {
            entry: index,
            url: text,
            reason,
        })?;
        Ok(Self {
            index,
            full_url,
            method,
            url,
            if_match: None,
            if_none_match: None,
            if_modified_since: None,
            condition: None,
            resource: Some(resource),
            resource_id: id,
        })
    }

    /// Whether it reads, searches or asks, and stores nothing.
    pub fn is_read(&self) -> bool {
        matches!(self.method, Method::Get | Method::Head) || self.url.rest.is_some()
    }

    /// What a transaction can answer on its own writes: reads, searches and histories.
    pub(super) fn check_in_transaction(&self) -> Result<(), BundleError> {
        let is_history = self.url.rest.as_deref() == Some("_history") && !self.url.kind.is_empty();
        if self.url.rest.is_none() || is_history {
            return Ok(());
        }
        let reason =
            "a transaction reads, searches and goes through histories of a type alone; ask for it in a batch";
        Err(BundleError::BadUrl { entry: self.index, url: self.url.text.clone(), reason })
    }

    fn check_url(&self) -> Result<(), BundleError> {
        let url = &self.url;
        let reason = match self.method {
            Method::Get | Method::Head => return Ok(()),
            Method::Post if matches!(url.rest.as_deref(), Some("_search" | "$validate")) => return Ok(()),
            _ if url.rest.is_some() => "there is nothing to be changed, and no such operation",
            Method::Post if url.id.is_some() || !url.query.is_empty() => "a create needs the type alone",
            Method::Put | Method::Patch | Method::Delete if url.version.is_some() => {
                "a version cannot be changed"
            }
            Method::Put | Method::Patch | Method::Delete if url.id.is_some() && !url.query.is_empty() => {
                "it has both an id and a condition"
            }
            Method::Put | Method::Patch | Method::Delete if url.id.is_none() && url.query.is_empty() => {
                "it names neither an id nor a condition"
            }
            _ => return Ok(()),
        };
        Err(BundleError::BadUrl { entry: self.index, url: url.text.clone(), reason })
    }

    /// On a write, `ifNoneMatch` can only say that there must be nothing yet, as on HTTP (RFC 9110 §13.1.2). What cannot be
    /// carried out is refused rather than passed over.
    fn check_preconditions(&self) -> Result<(), BundleError> {
        let Some(value) = self.if_none_match.as_deref().filter(|_| !self.is_read()) else {
            return Ok(());
        };
        let reason = match self.method {
            Method::Put if value.trim() != "*" => "its ifNoneMatch is not \"*\"",
            Method::Put if self.if_match.is_some() => "its ifMatch and its ifNoneMatch contradict each other",
            Method::Put => return Ok(()),
            _ => "ifNoneMatch is for GET, HEAD and PUT alone",
        };
        Err(bad(self.index, reason))
    }

    /// Whether `ifNoneMatch` is `*`.
    pub(super) fn must_be_new(&self) -> bool {
        self.if_none_match.as_deref().is_some_and(|value| value.trim() == "*")
    }

    fn read_condition(&self, if_none_exist: Option<&str>) -> Result<Option<Condition>, BundleError> {
        match self.method {
            _ if self.is_read() => Ok(None),
            Method::Post => if_none_exist
                .map(|query| query.strip_prefix(&format!("{}?", self.url.kind)).unwrap_or(query))
                .map(|query| Condition::parse(self.index, &format!("{}?{query}", self.url.kind)))
                .transpose(),
            Method::Put | Method::Patch | Method::Delete if self.url.id.is_none() => {
                let query = self.url.text.split_once('?').map_or("", |(_, query)| query);
                Condition::parse(self.index, &format!("{}?{query}", self.url.kind)).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// A body must be there when it is needed, of the URL's type and, for PUT, of the URL's id.
    fn check_resource(&mut self) -> Result<(), BundleError> {
        let Some(resource) = self.resource else {
            let needed = matches!(self.method, Method::Post | Method::Put | Method::Patch)
                && self.url.rest.as_deref() != Some("_search");
            return if needed { Err(bad(self.index, "it has no resource")) } else { Ok(()) };
        };
        let head = read_head(self.index, resource)?;
        let is_stored = matches!(self.method, Method::Post | Method::Put) && !self.is_read();
        if is_stored && head.kind != self.url.kind {
            let reason = format!("its resource is a {}, but its URL says {}", head.kind, self.url.kind);
            return Err(bad(self.index, reason));
        }
        if self.method == Method::Put && self.url.id.is_some() && head.id != self.url.id {
            let found = head.id.as_deref().unwrap_or("none");
            return Err(bad(
                self.index,
                format!("its resource's id ({found}) is not the one in \"{}\"", self.url.text),
            ));
        }
        self.resource_id = head.id;
        Ok(())
    }
}

fn read_raw(index: usize, text: &str) -> Result<RawEntry<'_>, BundleError> {
    serde_json::from_str(text).map_err(|error| bad(index, error.to_string()))
}

fn read_head(index: usize, resource: &str) -> Result<Head, BundleError> {
    let head = Head::read(resource).map_err(|error| bad(index, error.to_string()))?;
    if !is_resource_type(&head.kind) {
        return Err(bad(index, format!("R4 has no resource type \"{}\"", head.kind)));
    }
    if head.id.as_deref().is_some_and(|id| !is_id(id)) {
        return Err(bad(index, "its resource's id is not a FHIR id"));
    }
    Ok(head)
}

fn bad(entry: usize, reason: impl Into<String>) -> BundleError {
    BundleError::BadEntry { entry, reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_that_no_entry_has_is_refused_by_its_name() {
        let patient = r#""resource":{"resourceType":"Patient"}"#;
        for (text, says) in [
            (format!(r#"{{{patient},"request":{{"method":"POST","url":"Patient"}},"extra":1}}"#), "`extra`"),
            (
                format!(r#"{{{patient},"request":{{"method":"POST","url":"Patient","ifNone":"x"}}}}"#),
                "`ifNone`",
            ),
        ] {
            let error = Entry::read(3, &text).expect_err(&text).to_string();
            assert!(error.contains("entry[3]") && error.contains(says), "{error}");
        }
    }

    #[test]
    fn every_element_of_an_entry_is_known() {
        let text = r#"{"id":"a","extension":[],"modifierExtension":[],"link":[],"fullUrl":"urn:x","_fullUrl":{},
            "resource":{"resourceType":"Patient"},"search":{"mode":"match"},"response":{"status":"200"},
            "request":{"id":"b","extension":[],"modifierExtension":[],"method":"POST","url":"Patient",
            "ifModifiedSince":"2026-01-01T00:00:00Z"}}"#;
        assert!(Entry::read(0, text).is_ok());
    }
}
