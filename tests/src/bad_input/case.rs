//! One bad request, and what must come of it.

use super::wire::Step;
use std::time::Duration;

/// What must come of a request.
#[derive(Debug, Clone)]
pub(super) enum Expect {
    /// A 4xx with an OperationOutcome, whose text or expression contains each of `says`; nothing is stored.
    Refused {
        /// Which statuses; empty: any 4xx.
        statuses: Vec<u16>,
        /// The element or parameter, and where it matters the reason.
        says: Vec<String>,
    },
    /// It is lawful: a 2xx, and something is stored.
    Stored,
    /// It is lawful: a 2xx, and nothing is stored.
    Answered,
    /// Each entry of a batch stands alone: a 200 whose entry has this status, and no more entries than this are stored.
    EntryRefused {
        /// The entry, from 0.
        entry: usize,
        /// What its outcome says.
        says: Vec<String>,
    },
    /// No HTTP request, or none that was finished: any 4xx or a closed connection, within the limit; nothing is stored.
    CutOff,
}

/// Who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum User {
    /// The program that made the records.
    Anna,
    /// Nobody: no token.
    Nobody,
    /// Somebody whose token is not known.
    Stranger,
}

/// A request line, headers and body, or the steps of a client that sends none of these properly.
#[derive(Debug, Clone)]
pub(super) enum Request {
    /// Sent as it should be, whatever is in it.
    Plain {
        method: String,
        target: String,
        /// Beside host, authorization, connection and content-length. A content type stands here if there is one.
        headers: Vec<(String, String)>,
        body: Option<Vec<u8>>,
        user: User,
    },
    /// Byte by byte. `{host}` and `{token}` in the first step are filled in.
    Raw(Vec<Step>),
}

/// One case.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// What is bad.
    pub(super) kind: &'static str,
    /// Which variant.
    pub(super) name: String,
    pub(super) request: Request,
    pub(super) expect: Expect,
    /// The most that it may take.
    pub(super) limit: Duration,
}

/// A request on a busy machine.
pub(super) const USUAL_LIMIT: Duration = Duration::from_secs(30);
pub(super) const FHIR_JSON: &str = "application/fhir+json";
const SHOWN_CHARS: usize = 90;

impl Case {
    pub(super) fn new(kind: &'static str, method: &str, target: &str, body: Option<&[u8]>) -> Self {
        let body = body.map(<[u8]>::to_vec);
        let said = body.as_deref().map(|body| shown(&String::from_utf8_lossy(body))).unwrap_or_default();
        let headers =
            if body.is_some() { vec![("content-type".to_owned(), FHIR_JSON.to_owned())] } else { Vec::new() };
        let (method, target) = (method.to_owned(), target.to_owned());
        let name = format!("{method} {} {said}", shown(&target));
        let request = Request::Plain { method, target, headers, body, user: User::Anna };
        Self { kind, name, request, expect: Expect::Answered, limit: USUAL_LIMIT }
    }

    pub(super) fn get(kind: &'static str, target: &str) -> Self {
        Self::new(kind, "GET", target, None)
    }

    pub(super) fn post(kind: &'static str, target: &str, body: &str) -> Self {
        Self::new(kind, "POST", target, Some(body.as_bytes()))
    }

    pub(super) fn raw(kind: &'static str, name: &str, steps: Vec<Step>) -> Self {
        let request = Request::Raw(steps);
        Self { kind, name: name.to_owned(), request, expect: Expect::CutOff, limit: USUAL_LIMIT }
    }

    /// Sets a header, in place of one of the same name.
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        if let Request::Plain { headers, .. } = &mut self.request {
            headers.retain(|(own, _)| own != name);
            headers.push((name.to_owned(), value.to_owned()));
            self.name = format!("{} [{name}: {}]", self.name, shown(value));
        }
        self
    }

    pub(super) fn without_header(mut self, name: &str) -> Self {
        if let Request::Plain { headers, .. } = &mut self.request {
            headers.retain(|(own, _)| own != name);
            self.name = format!("{} [no {name}]", self.name);
        }
        self
    }

    pub(super) fn by(mut self, who: User) -> Self {
        if let Request::Plain { user, .. } = &mut self.request {
            *user = who;
        }
        self
    }

    pub(super) fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    pub(super) fn expect(self, expect: Expect) -> Self {
        Self { expect, ..self }
    }

    /// Must be refused with an outcome that says each of these.
    pub(super) fn refused(self, says: &[&str]) -> Self {
        self.refused_with(&[], says)
    }

    pub(super) fn refused_with(self, statuses: &[u16], says: &[&str]) -> Self {
        let says = says.iter().map(|one| (*one).to_owned()).collect();
        self.expect(Expect::Refused { statuses: statuses.to_vec(), says })
    }

    pub(super) fn stored(self) -> Self {
        self.expect(Expect::Stored)
    }

    /// Whether nothing of it may be stored.
    pub(super) fn may_store_nothing(&self) -> bool {
        !matches!(self.expect, Expect::Stored | Expect::EntryRefused { .. })
    }

    /// Whether it is bad, and not a lawful neighbour of what is bad.
    pub(super) fn is_refusal(&self) -> bool {
        !matches!(self.expect, Expect::Stored | Expect::Answered)
    }

    /// The steps, with host and token filled in.
    pub(super) fn steps(&self, authority: &str, token: &str) -> Vec<Step> {
        match &self.request {
            Request::Raw(steps) => {
                steps.iter().enumerate().map(|(at, step)| filled(at, step, authority, token)).collect()
            }
            Request::Plain { method, target, headers, body, user } => {
                let mut head =
                    format!("{method} {target} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n");
                match user {
                    User::Anna => head += &format!("authorization: Bearer {token}\r\n"),
                    User::Stranger => head += "authorization: Bearer not-a-token\r\n",
                    User::Nobody => {}
                }
                for (name, value) in headers {
                    head += &format!("{name}: {value}\r\n");
                }
                if let Some(body) = body {
                    head += &format!("content-length: {}\r\n", body.len());
                }
                head += "\r\n";
                let mut bytes = head.into_bytes();
                bytes.extend_from_slice(body.as_deref().unwrap_or_default());
                vec![Step::Send(bytes)]
            }
        }
    }
}

fn filled(at: usize, step: &Step, authority: &str, token: &str) -> Step {
    match step {
        Step::Send(bytes) if at == 0 => {
            let text = String::from_utf8_lossy(bytes);
            Step::Send(text.replace("{host}", authority).replace("{token}", token).into_bytes())
        }
        other => other.clone(),
    }
}

/// The beginning of a text, on one line.
pub(super) fn shown(text: &str) -> String {
    let short: String =
        text.chars().take(SHOWN_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() { format!("{short}… ({} bytes)", text.len()) } else { short }
}
