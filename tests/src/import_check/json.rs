//! JSON as it was written: numbers keep their digits, members their order.

use anyhow::{Result, bail};
use std::borrow::Cow;

/// Deeper nesting than any resource has.
const MAX_DEPTH: usize = 200;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// As written: `1.50`.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let value = parser.value()?;
        parser.space();
        if parser.at != text.len() {
            bail!("something follows the value at byte {}", parser.at);
        }
        Ok(value)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Json<'a>> {
        match self {
            Self::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a member that is a string.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    pub(super) fn items(&self) -> &[Json<'a>] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// The items of a member that is an array.
    pub(super) fn items_of(&self, key: &str) -> &[Json<'a>] {
        self.get(key).map_or(&[], Json::items)
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Result<()> {
        self.space();
        if self.peek() != Some(byte) {
            bail!("expected {:?} at byte {}", char::from(byte), self.at);
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<Json<'a>> {
        self.space();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            bail!("nested too deeply at byte {}", self.at);
        }
        let value = match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => Ok(Json::String(self.string()?)),
            Some(_) => self.word(),
            None => bail!("it ends at byte {}", self.at),
        };
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Json<'a>> {
        self.eat(b'{')?;
        let mut members = Vec::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            let key = self.string()?;
            self.eat(b':')?;
            members.push((key, self.value()?));
            self.space();
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(Json::Object(members));
            }
            self.eat(b',')?;
        }
    }

    fn array(&mut self) -> Result<Json<'a>> {
        self.eat(b'[')?;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Json::Array(items));
            }
            self.eat(b',')?;
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>> {
        let start = self.at;
        self.eat(b'"')?;
        let mut has_escapes = false;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escapes = true;
                    self.at += 2;
                }
                Some(_) => self.at += 1,
                None => bail!("a string does not end"),
            }
        }
        self.at += 1;
        let quoted = &self.text[start..self.at];
        if has_escapes {
            return Ok(Cow::Owned(serde_json::from_str(quoted)?));
        }
        Ok(Cow::Borrowed(&quoted[1..quoted.len() - 1]))
    }

    fn word(&mut self) -> Result<Json<'a>> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
            self.at += 1;
        }
        Ok(match &self.text[start..self.at] {
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Json::Number(number),
            _ => bail!("no value at byte {start}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_escapes_are_kept() {
        let parsed =
            Json::parse(r#" {"a":[1.50,-2e3,null,true],"b":{"c":"x\u00e9\n\"y"},"d":[],"e":{}} "#).unwrap();
        assert_eq!(parsed.items_of("a")[0], Json::Number("1.50"));
        assert_eq!(parsed.get("b").and_then(|b| b.text_of("c")), Some("x\u{e9}\n\"y"));
        assert_eq!(parsed.get("e"), Some(&Json::Object(Vec::new())));
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        for bad in ["", "{", "[1", "{\"a\"}", "\"x", "1 2", "nul", "{\"a\":1,}"] {
            assert!(Json::parse(bad).is_err(), "{bad}");
        }
    }
}
