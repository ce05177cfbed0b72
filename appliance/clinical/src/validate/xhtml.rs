//! The narrative's XHTML: one `<div>`, well-formed, and nothing in it that runs or loads
//! (<https://hl7.org/fhir/R4/narrative.html#xhtml>).

/// Elements that R4 forbids, or that run or load something.
const FORBIDDEN: [&str; 18] = [
    "applet", "audio", "base", "body", "button", "embed", "form", "frame", "frameset", "head", "html",
    "iframe", "input", "link", "meta", "object", "script", "video",
];

/// Deeper than any report's tables.
const MAX_DEPTH: usize = 200;

/// What is wrong with a narrative, in one pass. O(n).
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    let mut rest = text.trim();
    if !is_div(rest) {
        return Err("the narrative does not start with <div; put it into one div");
    }
    let mut open: Vec<&str> = Vec::new();
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        rest = if let Some(comment) = rest.strip_prefix("<!--") {
            after(comment, "-->").ok_or("a comment of the narrative does not end; close it with -->")?
        } else if let Some(raw) = rest.strip_prefix("<![CDATA[") {
            after(raw, "]]>").ok_or("a CDATA section of the narrative does not end; close it with ]]>")?
        } else if let Some(closing) = rest.strip_prefix("</") {
            let (name, behind) = closing.split_once('>').ok_or(UNCLOSED)?;
            if open.pop() != Some(name.trim_end()) {
                return Err(
                    "the narrative closes an element that is not open; close them in the order they opened",
                );
            }
            behind
        } else {
            tag(&rest[1..], &mut open)?
        };
        if open.is_empty() {
            break;
        }
    }
    match (open.is_empty(), rest.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err("something follows the narrative's div; put everything into one div"),
        (false, _) => Err("the narrative does not close all its elements; close each with </name>"),
    }
}

const UNCLOSED: &str = "a tag of the narrative does not end; close it with >";

fn is_div(text: &str) -> bool {
    text.strip_prefix("<div").is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\r', '>', '/']))
}

fn after<'t>(text: &'t str, end: &str) -> Option<&'t str> {
    text.find(end).map(|at| &text[at + end.len()..])
}

/// An opening tag, from its name on; what stands behind it.
fn tag<'t>(text: &'t str, open: &mut Vec<&'t str>) -> Result<&'t str, &'static str> {
    let end = text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).ok_or(UNCLOSED)?;
    let name = &text[..end];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || name.contains('<') {
        return Err("the narrative is not XHTML: a < stands where no tag is; write &lt;");
    }
    if FORBIDDEN.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden)) {
        return Err(
            "the narrative holds an element that runs or loads something (script, form, iframe, object or the like); take it out",
        );
    }
    let mut rest = text[end..].trim_ascii_start();
    loop {
        if let Some(behind) = rest.strip_prefix('>') {
            if open.len() == MAX_DEPTH {
                return Err("the narrative nests deeper than 200 elements; flatten it");
            }
            open.push(name);
            return Ok(behind);
        }
        if let Some(behind) = rest.strip_prefix("/>") {
            return Ok(behind);
        }
        rest = attribute(rest)?.trim_ascii_start();
    }
}

/// One attribute; what stands behind it.
fn attribute(text: &str) -> Result<&str, &'static str> {
    const BAD: &str = "the narrative is not XHTML: write each attribute as name=\"value\"";
    let (name, rest) = text.split_at(
        text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '<')).ok_or(UNCLOSED)?,
    );
    let rest = rest.trim_ascii_start().strip_prefix('=').ok_or(BAD)?.trim_ascii_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(BAD)?;
    let (value, behind) = rest[1..].split_once(quote).ok_or(BAD)?;
    let starts =
        |text: &str, start: &str| text.get(..start.len()).is_some_and(|t| t.eq_ignore_ascii_case(start));
    if name.is_empty() || value.contains('<') {
        return Err(BAD);
    }
    if starts(name, "on") {
        return Err("the narrative holds an event attribute such as onclick; take it out");
    }
    let value: &str = value.trim_ascii_start();
    if starts(value, "javascript:") || starts(value, "vbscript:") {
        return Err("the narrative holds a link that runs a script; take it out");
    }
    Ok(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lawful_narratives_pass() {
        for text in [
            "<div>a</div>",
            " <div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a &lt; b<br/></p><!-- <script> --></div>\n",
            "<div/>",
            "<div class='x' ><a href=\"#o\" ><img src=\"#i\" alt=\"a>b\"/></a ></div>",
            "<div><![CDATA[ a < b ]]></div>",
            "<div>ü 漢</div>",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn unlawful_narratives_are_refused() {
        let deep = format!("{}{}", "<div>".repeat(300), "</div>".repeat(300));
        for text in [
            "",
            "a",
            "<p>a</p>",
            "<divx>a</divx>",
            "<div>a",
            "<div>a</p>",
            "<div><p>a</div></p>",
            "<div>a</div>b",
            "<div>a</div><div>b</div>",
            "<div>a < b</div>",
            "<div><script>x</script></div>",
            "<div><SCRIPT src=\"x\"/></div>",
            "<div><iframe src=\"x\"/></div>",
            "<div onclick=\"x\">a</div>",
            "<div><p OnMouseOver='x'>a</p></div>",
            "<div><a href=\" JavaScript:x\">a</a></div>",
            "<div class=x>a</div>",
            "<div hidden>a</div>",
            "<div class=\"x>a</div>",
            "<div><!-- a</div>",
            "<div><!DOCTYPE html></div>",
            "<div><?xml?></div>",
            "<div><",
            "<div",
            "<div ü",
            "<div ü=\"",
            &deep,
        ] {
            assert!(check(text).is_err(), "{text:.80}");
        }
    }
}
