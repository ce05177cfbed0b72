//! Values of a search and of resources, read by the text of R4 alone.

use serde_json::Value;

/// One alternative of a value: its parts between `|`, backslashes taken off.
pub(super) struct Alternative {
    pub(super) parts: Vec<String>,
    /// As it was sent.
    pub(super) raw: String,
}

impl Alternative {
    /// Without regard to `|`.
    pub(super) fn whole(&self) -> String {
        self.parts.join("|")
    }
}

/// The alternatives between commas (<https://hl7.org/fhir/R4/search.html#escaping>).
pub(super) fn alternatives(text: &str) -> Vec<Alternative> {
    let new = || Alternative { parts: vec![String::new()], raw: String::new() };
    let mut out = vec![new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == ',' {
            out.push(new());
            continue;
        }
        let Some(last) = out.last_mut() else { break };
        last.raw.push(c);
        match c {
            '|' => last.parts.push(String::new()),
            '\\' => {
                let next = chars.clone().next();
                let part = last.parts.last_mut();
                match next.filter(|next| matches!(next, ',' | '|' | '$' | '\\')) {
                    Some(escaped) => {
                        chars.next();
                        last.raw.push(escaped);
                        part.into_iter().for_each(|part| part.push(escaped));
                    }
                    None => part.into_iter().for_each(|part| part.push('\\')),
                }
            }
            _ => last.parts.last_mut().into_iter().for_each(|part| part.push(c)),
        }
    }
    out
}

/// A code and its system; the latter empty if there is none.
pub(super) type Token = (String, String);

/// The codes of an element (<https://hl7.org/fhir/R4/search.html#token>).
pub(super) fn tokens(node: &Value) -> Vec<Token> {
    let text = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    let is_contact = |system: &str| matches!(system, "phone" | "email");
    let system = |of: &Value| Some(text(of, "system")).filter(|one| !is_contact(one)).unwrap_or_default();
    let mut out = match node {
        Value::Bool(value) => vec![(value.to_string(), String::new())],
        Value::String(code) => vec![(code.clone(), String::new())],
        Value::Object(_) if node["coding"].is_array() => {
            let codings = node["coding"].as_array().into_iter().flatten();
            codings.map(|coding| (text(coding, "code"), text(coding, "system"))).collect()
        }
        Value::Object(_) if node["value"].is_string() => vec![(text(node, "value"), system(node))],
        Value::Object(_) => vec![(text(node, "code"), text(node, "system"))],
        _ => Vec::new(),
    };
    out.retain(|(code, _)| !code.is_empty());
    out
}

/// What people wrote beside the codes of an element.
pub(super) fn displays(node: &Value) -> Vec<String> {
    let codings = node["coding"].as_array().into_iter().flatten().map(|coding| &coding["display"]);
    let all = [&node["text"], &node["display"]].into_iter().chain(codings);
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The texts of an element: itself, or the parts of a name or an address.
pub(super) fn texts(node: &Value) -> Vec<String> {
    const PARTS: [&str; 9] =
        ["family", "given", "text", "prefix", "suffix", "line", "city", "postalCode", "country"];
    match node {
        Value::String(text) => vec![text.clone()],
        Value::Object(_) => {
            let each = PARTS.iter().flat_map(|part| match &node[*part] {
                Value::Array(items) => items.clone(),
                one => vec![one.clone()],
            });
            each.filter_map(|leaf| leaf.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

/// Lower case without accents and punctuation; `None` where this cannot tell.
pub(super) fn folded(text: &str) -> Option<String> {
    let mut words = vec![String::new()];
    for c in text.chars() {
        let folded = match c {
            '\'' | '`' => continue,
            'ü' | 'Ü' => 'u',
            'é' | 'É' => 'e',
            '田' | '中' | '花' | '子' => c,
            _ if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
            _ if c.is_ascii() => {
                words.push(String::new());
                continue;
            }
            _ => return None,
        };
        words.last_mut()?.push(folded);
    }
    words.retain(|word| !word.is_empty());
    Some(words.join(" "))
}
