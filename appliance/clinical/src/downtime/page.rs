//! The document.

use std::borrow::Cow;

use super::{Cover, Visit, Words};
use crate::identity::person::Person;
use crate::ips::{Choice, Said};
use crate::tree::Node;

const STYLE: &str = include_str!("pack.css");
/// What fits on a page beside the lines to write on: of each section so many.
const MOST: usize = 12;
/// Characters of the last note.
const MOST_OF_NOTE: usize = 1_200;
/// Lines to write on.
const LINES: usize = 6;

/// The pack as one HTML document. O(n) in the records given.
pub fn pack(cover: &Cover<'_>, visits: &[Visit], words: &Words) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"{}\" dir=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{} {}</title><style>{STYLE}</style></head><body>",
        words.language,
        words.direction,
        text(words.title),
        text(cover.day)
    );
    first_page(&mut out, cover, visits, words);
    for (at, visit) in visits.iter().enumerate() {
        chart(&mut out, visit, words, (at + 2, cover));
    }
    out.push_str("</body></html>");
    out
}

fn first_page(out: &mut String, cover: &Cover<'_>, visits: &[Visit], words: &Words) {
    out.push_str(&format!(
        "<main><h1>{}: <bdi>{}</bdi></h1><p class=\"made\">{} <b><bdi>{}</bdi></b></p><p>{}</p>",
        text(words.title),
        text(cover.clinic),
        words.made,
        text(cover.made_at),
        words.warning
    ));
    if cover.left_out > 0 {
        out.push_str(&format!("<p><b>{} {}</b></p>", words.left_out, cover.left_out));
    }
    if cover.is_cut {
        out.push_str(&format!("<p><b>{}</b></p>", words.is_cut));
    }
    if visits.is_empty() {
        out.push_str(&format!("<p class=\"empty\">{}</p></main>", words.nobody));
        return;
    }
    out.push_str("<table><thead><tr>");
    for head in [words.time, words.name, words.born, words.number, words.reason, words.page] {
        out.push_str(&format!("<th scope=\"col\">{head}</th>"));
    }
    out.push_str("</tr></thead><tbody>");
    for (at, visit) in visits.iter().enumerate() {
        let person = Person::read(&visit.patient);
        let (when, why) = appointments(visit);
        out.push_str("<tr>");
        for cell in [
            &when,
            &name(&person, words),
            person.birth_date.as_deref().unwrap_or_default(),
            person.mrn().unwrap_or_default(),
            &why,
            &(at + 2).to_string(),
        ] {
            out.push_str(&format!("<td><bdi>{}</bdi></td>", text(cell)));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></main>");
}

fn chart(out: &mut String, visit: &Visit, words: &Words, (page, cover): (usize, &Cover<'_>)) {
    let person = Person::read(&visit.patient);
    let (when, why) = appointments(visit);
    out.push_str(&format!("<article><h1><bdi>{}</bdi></h1><dl>", text(&name(&person, words))));
    let known = [
        (words.born, person.birth_date.as_deref().unwrap_or_default()),
        (words.number, person.mrn().unwrap_or_default()),
        (words.phone, person.phones.first().map(String::as_str).unwrap_or_default()),
        (words.time, &when),
        (words.reason, &why),
    ];
    for (label, value) in known.iter().filter(|(_, value)| !value.is_empty()) {
        out.push_str(&format!("<div><dt>{label}</dt><dd><bdi>{}</bdi></dd></div>", text(value)));
    }
    out.push_str("</dl>");
    let said =
        Choice::of(&visit.patient, visit.record.iter().map(String::as_str)).map(|choice| choice.said());
    let said = said.unwrap_or_default();
    let section = |out: &mut String, code: &str, class: &str| {
        let Some((title, empty)) = words.section(code) else { return };
        out.push_str(&format!("<section class=\"{class}\"><h2>{title}</h2>"));
        let lines =
            said.iter().find(|(known, _)| *known == code).map(|(_, lines)| &lines[..]).unwrap_or_default();
        list(out, lines, empty, words);
        out.push_str("</section>");
    };
    section(out, "48765-2", "urgent");
    out.push_str("<div class=\"two\">");
    for code in ["10160-0", "11450-4", "8716-3", "30954-2"] {
        section(out, code, "");
    }
    out.push_str("</div>");
    section(out, "11369-6", "");
    note(out, visit.note.as_deref(), words);
    out.push_str(&format!(
        "<section class=\"lines\"><h2>{}</h2>{}</section>",
        words.write_here,
        "<div></div>".repeat(LINES)
    ));
    out.push_str(&format!(
        "<p class=\"soft\">{} {page} · {} <bdi>{}</bdi></p></article>",
        words.page,
        words.made,
        text(cover.made_at)
    ));
}

fn list(out: &mut String, lines: &[Said], empty: &str, words: &Words) {
    if lines.is_empty() {
        out.push_str(&format!("<p class=\"empty\">{empty}</p>"));
        return;
    }
    out.push_str("<ul>");
    for Said { when, what, more } in lines.iter().take(MOST) {
        let tail: Vec<&str> =
            [more.as_str(), when.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        let tail = if tail.is_empty() { String::new() } else { format!(": {}", tail.join(" · ")) };
        out.push_str(&format!("<li><bdi><b>{}</b>{}</bdi></li>", text(what), text(&tail)));
    }
    if lines.len() > MOST {
        out.push_str(&format!("<li class=\"soft\">{} ({})</li>", words.more, lines.len() - MOST));
    }
    out.push_str("</ul>");
}

fn note(out: &mut String, note: Option<&str>, words: &Words) {
    out.push_str(&format!("<section><h2>{}</h2>", words.last_note));
    let read = note.and_then(|json| Node::parse(json).ok());
    let Some(node) = read else {
        out.push_str(&format!("<p class=\"empty\">{}</p></section>", words.no_note));
        return;
    };
    let date: String = member(&node, "date").chars().take(10).collect();
    let mut whole = String::new();
    node.walk(&["section"], &mut |section| {
        let mut div = String::new();
        section.walk(&["text", "div"], &mut |leaf| div.push_str(leaf.as_text().unwrap_or_default()));
        whole.push_str(&format!("{}: {}\n", member(section, "title"), plain(&div)));
    });
    let cut: String = whole.chars().take(MOST_OF_NOTE).collect();
    let rest = if cut.len() < whole.len() { format!(" … {}", words.more) } else { String::new() };
    out.push_str(&format!(
        "<p class=\"note\"><b><bdi>{}</bdi> {}</b>\n<bdi>{}</bdi>{rest}</p></section>",
        text(&member(&node, "title")),
        text(&date),
        text(cut.trim_end())
    ));
}

/// The words of a narrative, without its markup.
fn plain(div: &str) -> String {
    let mut out = String::new();
    let mut is_in_tag = false;
    for letter in div.chars() {
        match letter {
            '<' => is_in_tag = true,
            '>' => {
                is_in_tag = false;
                out.push(' ');
            }
            _ if !is_in_tag => out.push(letter),
            _ => {}
        }
    }
    let out = out
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// When somebody comes, and why: as their appointments have it.
fn appointments(visit: &Visit) -> (String, String) {
    let (mut times, mut reasons) = (Vec::new(), Vec::new());
    for node in visit.appointments.iter().filter_map(|json| Node::parse(json).ok()) {
        // The clinic's own time stands in the instant as it was written.
        times.extend(member(&node, "start").get(11..16).map(str::to_owned));
        let said =
            [member(&node, "description"), first_text(&node, "reasonCode"), first_text(&node, "serviceType")];
        reasons.extend(said.into_iter().find(|text| !text.is_empty()));
    }
    (times.join(", "), reasons.join(", "))
}

fn first_text(node: &Node<'_>, name: &str) -> String {
    let mut found = String::new();
    node.walk(&[name], &mut |concept| {
        if found.is_empty() {
            found = member(concept, "text");
        }
        concept.walk(&["coding"], &mut |coding| {
            if found.is_empty() {
                found = member(coding, "display");
            }
        });
    });
    found
}

fn member(node: &Node<'_>, name: &str) -> String {
    node.member(name).and_then(Node::as_text).unwrap_or_default().to_owned()
}

fn name(person: &Person, words: &Words) -> String {
    let name = person.name();
    if name.is_empty() { words.no_name.to_owned() } else { name }
}

/// As text of an HTML document.
fn text(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len() + 16);
    for letter in raw.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}
