//! Links of a narrative: `href` of `a` and `src` of `img`, which a transaction replaces as it does those of elements.
//!
//! Source: <https://hl7.org/fhir/R4/http.html#trules>, <https://hl7.org/fhir/R4/narrative.html#xhtml>.

/// The narrative with the links replaced for which there is a target; `None` if there are none. What is no XHTML is left
/// as it is from there on: a check refuses it. O(n).
pub(super) fn rewrite(xhtml: &str, target_of: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(open) = xhtml[at..].find('<').map(|found| at + found) {
        let Some(end) = markup_end(&xhtml[open..]).map(|end| open + end) else { break };
        let link = link_of(&xhtml[open..end]).map(|(from, to)| (open + from, open + to));
        if let Some((start, stop)) = link
            && let Some(target) = target_of(&xhtml[start..stop].replace("&amp;", "&"))
        {
            out.push_str(&xhtml[copied..start]);
            out.push_str(&target);
            copied = stop;
        }
        at = end;
    }
    (copied > 0).then(|| out + &xhtml[copied..])
}

/// Where a tag, comment or CDATA section ends that begins here.
fn markup_end(text: &str) -> Option<usize> {
    for (begin, end) in [("<!--", "-->"), ("<![CDATA[", "]]>")] {
        if let Some(rest) = text.strip_prefix(begin) {
            return rest.find(end).map(|at| begin.len() + at + end.len());
        }
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// Where the link of a tag stands, if it has one.
fn link_of(tag: &str) -> Option<(usize, usize)> {
    let name_end = tag[1..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(tag.len(), |at| at + 1);
    let wanted = match &tag[1..name_end] {
        "a" => "href",
        "img" => "src",
        _ => return None,
    };
    attribute(tag, name_end, wanted)
}

/// Where the value of an attribute stands, without its quotes.
fn attribute(tag: &str, mut at: usize, wanted: &str) -> Option<(usize, usize)> {
    loop {
        at += tag[at..].find(|c: char| !c.is_ascii_whitespace())?;
        if tag[at..].starts_with(['>', '/']) {
            return None;
        }
        let equals = at + tag[at..].find('=')?;
        let open = equals + 1 + tag[equals + 1..].find(|c: char| !c.is_ascii_whitespace())?;
        let quote = tag[open..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let close = open + 1 + tag[open + 1..].find(quote)?;
        if tag[at..equals].trim_end() == wanted {
            return Some((open + 1, close));
        }
        at = close + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_replaced_where_xhtml_has_them() {
        let target =
            |url: &str| (url == "urn:uuid:u" || url == "http://x/?a&b").then(|| "Patient/1".to_owned());
        for (xhtml, expected) in [
            ("<div><a href=\"urn:uuid:u\">é</a></div>", Some("<div><a href=\"Patient/1\">é</a></div>")),
            (
                "<div><img alt='>' src = 'urn:uuid:u'/><a title=\"x\" href='http://x/?a&amp;b'/></div>",
                Some("<div><img alt='>' src = 'Patient/1'/><a title=\"x\" href='Patient/1'/></div>"),
            ),
            ("<div><a href=\"urn:uuid:other\"/></div>", None),
            ("<div><p href=\"urn:uuid:u\">urn:uuid:u</p><!-- <a href='urn:uuid:u'/> --></div>", None),
            ("<div><![CDATA[<a href='urn:uuid:u'/>]]><abbr href='urn:uuid:u'/></div>", None),
            ("<div><a href='urn:uuid:u", None),
            ("<div><a href", None),
            ("<", None),
            ("", None),
        ] {
            assert_eq!(rewrite(xhtml, &target).as_deref(), expected, "{xhtml}");
        }
    }
}
