//! The document: a Bundle whose first entry is the Composition.

use holdfast_core::json::push_string;

use super::choose::{Choice, Chosen, Record};
use super::describe::{self, Said};
use crate::resource::Head;

/// What a document is made with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame<'f> {
    /// A new UUID: the document's identifier and the Composition's id.
    pub id: &'f str,
    /// When it is made, as a FHIR instant.
    pub at: &'f str,
    /// The server's FHIR address, without a slash at the end.
    pub base: &'f str,
}

const SECTION_PROFILE: &str = "http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips";
const BUNDLE_PROFILE: &str = "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips";
/// The program that puts the summary together, as its author; the same in every document.
const AUTHOR: &str = "6f3b9c6e-5a0e-4f0c-9f39-0a6b1d6f2f10";

impl Choice<'_> {
    /// The document Bundle. `others` are the texts of what it [`wants`](Choice::wants), as far as they were found. O(n).
    pub fn document(&self, frame: &Frame<'_>, others: &[&str]) -> String {
        let mut out = format!(
            "{{\"resourceType\":\"Bundle\",\"meta\":{{\"profile\":[\"{BUNDLE_PROFILE}\"]}},\"identifier\":{{\"system\":\"urn:ietf:rfc:3986\",\"value\":\"urn:uuid:{0}\"}},\"type\":\"document\",\"timestamp\":\"{1}\",\"entry\":[",
            frame.id, frame.at
        );
        entry(&mut out, &format!("urn:uuid:{}", frame.id), &self.composition(frame, others));
        let mut put = |record: &Record<'_>| {
            out.push(',');
            entry(&mut out, &format!("{}/{}", frame.base, record.entity), record.json);
        };
        put(&self.patient);
        for at in self.in_order() {
            put(&self.records[at]);
        }
        for (name, text) in others.iter().filter_map(|text| Some((name_of(text)?, text))) {
            out.push(',');
            entry(&mut out, &format!("{}/{name}", frame.base), text);
        }
        out.push(',');
        entry(&mut out, &format!("urn:uuid:{AUTHOR}"), &author());
        out.push_str("]}");
        out
    }

    /// Every record that a section has, once.
    fn in_order(&self) -> Vec<usize> {
        let mut all: Vec<usize> =
            self.sections.iter().flat_map(|chosen| chosen.records.iter().copied()).collect();
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|at| seen.insert(*at));
        all
    }

    fn composition(&self, frame: &Frame<'_>, others: &[&str]) -> String {
        let day: String = frame.at.chars().take(10).collect();
        let mut out = format!(
            "{{\"resourceType\":\"Composition\",\"id\":\"{}\",\"meta\":{{\"profile\":[\"{SECTION_PROFILE}\"]}},\"status\":\"final\",\"type\":{},\"subject\":{{\"reference\":\"{}\"}},\"date\":\"{}\",\"author\":[{{\"reference\":\"urn:uuid:{AUTHOR}\",\"display\":\"Holdfast\"}}],\"title\":\"Patient summary of {day}\"",
            frame.id,
            loinc("60591-5", "Patient summary Document"),
            self.patient.entity,
            frame.at,
        );
        let keeper =
            others.iter().filter_map(|text| name_of(text)).find(|name| name.starts_with("Organization/"));
        if let Some(keeper) = keeper {
            out.push_str(&format!(",\"custodian\":{{\"reference\":\"{keeper}\"}}"));
        }
        out.push_str(",\"section\":[");
        for (at, chosen) in self.sections.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            out.push_str(&self.section(chosen));
        }
        out.push_str("]}");
        out
    }

    fn section(&self, chosen: &Chosen) -> String {
        let section = chosen.section;
        let lines: Vec<Said> =
            chosen.records.iter().map(|at| describe::line(&self.records[*at].node)).collect();
        let mut out = String::from("{\"title\":");
        push_string(&mut out, section.title);
        out.push_str(",\"code\":");
        out.push_str(&loinc(section.code.0, section.code.1));
        out.push_str(",\"text\":{\"status\":\"generated\",\"div\":");
        push_string(&mut out, &narrative(&lines, section.empty));
        out.push('}');
        if chosen.records.is_empty() {
            out.push_str(
                ",\"emptyReason\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/list-empty-reason\",\"code\":\"unavailable\",\"display\":\"Unavailable\"}]}}",
            );
            return out;
        }
        out.push_str(",\"entry\":[");
        for (at, place) in chosen.records.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            out.push_str(&format!("{comma}{{\"reference\":\"{}\"}}", self.records[*place].entity));
        }
        out.push_str("]}");
        out
    }
}

fn entry(out: &mut String, full_url: &str, resource: &str) {
    out.push_str("{\"fullUrl\":");
    push_string(out, full_url);
    out.push_str(",\"resource\":");
    out.push_str(resource);
    out.push('}');
}

fn name_of(text: &str) -> Option<String> {
    let head = Head::read(text).ok()?;
    Some(format!("{}/{}", head.kind, head.id?))
}

fn loinc(code: &str, display: &str) -> String {
    format!(
        "{{\"coding\":[{{\"system\":\"http://loinc.org\",\"code\":\"{code}\",\"display\":\"{display}\"}}]}}"
    )
}

fn author() -> String {
    format!(
        "{{\"resourceType\":\"Device\",\"id\":\"{AUTHOR}\",\"deviceName\":[{{\"name\":\"Holdfast\",\"type\":\"manufacturer-name\"}}],\"type\":{{\"text\":\"Record system that put the summary together\"}}}}"
    )
}

/// The narrative of a section: a table, or a sentence if there is nothing.
fn narrative(lines: &[Said], empty: &str) -> String {
    let mut out = String::from("<div xmlns=\"http://www.w3.org/1999/xhtml\">");
    if lines.is_empty() {
        out.push_str(&format!("<p>{empty}</p></div>"));
        return out;
    }
    out.push_str("<table><thead><tr><th>What</th><th>Details</th><th>When</th></tr></thead><tbody>");
    for line in lines {
        out.push_str("<tr>");
        for cell in [&line.what, &line.more, &line.when] {
            out.push_str("<td>");
            escape(&mut out, cell);
            out.push_str("</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    out
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // XML 1.0 has no other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push(' '),
            c => out.push(c),
        }
    }
}
