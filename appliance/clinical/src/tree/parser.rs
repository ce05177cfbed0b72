//! The recursive-descent parser behind [`Node::parse`].

use std::borrow::Cow;

use super::{MAX_DEPTH, MAX_MEMBERS, Node, Text, TreeError};

/// Objects up to this size are checked for repeated names pair by pair, larger ones by sorting.
const SMALL_OBJECT: usize = 16;

pub(super) fn parse(text: &str) -> Result<Node<'_>, TreeError> {
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, depth: 0 };
    let node = parser.value()?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.wrong("something follows the value"));
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn wrong(&self, reason: &'static str) -> TreeError {
        TreeError::Syntax { offset: self.at, reason }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, reason: &'static str) -> Result<(), TreeError> {
        self.skip_space();
        if self.peek() != Some(byte) {
            return Err(self.wrong(reason));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<Node<'a>, TreeError> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Node::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Node::Bool(true)),
            Some(b'f') => self.word("false", Node::Bool(false)),
            Some(b'n') => self.word("null", Node::Null),
            _ => Err(self.wrong("a value is missing")),
        }
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<Node<'a>, TreeError>) -> Result<Node<'a>, TreeError> {
        if self.depth == MAX_DEPTH {
            return Err(TreeError::TooDeep { offset: self.at });
        }
        self.depth += 1;
        self.at += 1;
        let node = inner(self)?;
        self.depth -= 1;
        Ok(node)
    }

    /// Whether the closing bracket comes next, which it takes.
    fn closes(&mut self, bracket: u8) -> bool {
        self.skip_space();
        let closes = self.peek() == Some(bracket);
        self.at += usize::from(closes);
        closes
    }

    fn array(&mut self) -> Result<Node<'a>, TreeError> {
        let mut items = Vec::new();
        if self.closes(b']') {
            return Ok(Node::Array(items));
        }
        loop {
            items.push(self.value()?);
            if self.closes(b']') {
                return Ok(Node::Array(items));
            }
            self.expect(b',', "a comma or ] is missing")?;
        }
    }

    fn object(&mut self) -> Result<Node<'a>, TreeError> {
        let mut members: Vec<(Cow<'a, str>, Node<'a>)> = Vec::new();
        if self.closes(b'}') {
            return Ok(Node::Object(members));
        }
        loop {
            if members.len() == MAX_MEMBERS {
                return Err(TreeError::TooManyMembers { offset: self.at });
            }
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a name in quotes is missing"));
            }
            let name = self.string()?.value;
            self.expect(b':', "a colon is missing")?;
            members.push((name, self.value()?));
            if self.closes(b'}') {
                return self.distinct(members);
            }
            self.expect(b',', "a comma or } is missing")?;
        }
    }

    fn distinct(&self, members: Vec<(Cow<'a, str>, Node<'a>)>) -> Result<Node<'a>, TreeError> {
        match repeated(&members) {
            Some(name) => Err(TreeError::RepeatedName { name: name.to_owned(), offset: self.at }),
            None => Ok(Node::Object(members)),
        }
    }

    fn word(&mut self, word: &str, node: Node<'a>) -> Result<Node<'a>, TreeError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.wrong("not a value"));
        }
        self.at += word.len();
        Ok(node)
    }

    fn number(&mut self) -> Result<Node<'a>, TreeError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(Node::Number(&self.text[start..self.at]))
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn digits(&mut self) -> Result<(), TreeError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if start == self.at { Err(self.wrong("a digit is missing")) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Text<'a>, TreeError> {
        let start = self.at;
        let mut escaped = false;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                Some(0..=0x1f) => return Err(self.wrong("a control character stands in a string")),
                Some(_) => self.at += 1,
                None => return Err(TreeError::Syntax { offset: start, reason: "a string does not end" }),
            }
        }
        self.at += 1;
        let value =
            if escaped { self.unescape(start)? } else { Cow::Borrowed(&self.text[start + 1..self.at - 1]) };
        Ok(Text { value, start, end: self.at })
    }

    fn unescape(&self, start: usize) -> Result<Cow<'a, str>, TreeError> {
        serde_json::from_str::<String>(&self.text[start..self.at])
            .map(Cow::Owned)
            .map_err(|_| TreeError::Syntax { offset: start, reason: "a string has a bad escape" })
    }
}

fn repeated<'m>(members: &'m [(Cow<'_, str>, Node<'_>)]) -> Option<&'m str> {
    if members.len() <= SMALL_OBJECT {
        let seen = |at: usize| members[..at].iter().any(|(name, _)| *name == members[at].0);
        return (1..members.len()).find(|at| seen(*at)).map(|at| members[at].0.as_ref());
    }
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The tree, printed again: equal to the source without white space.
    fn print(node: &Node<'_>, source: &str) -> String {
        match node {
            Node::Null => "null".into(),
            Node::Bool(value) => value.to_string(),
            Node::Number(number) => (*number).into(),
            Node::String(text) => source[text.start..text.end].into(),
            Node::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| print(item, source)).collect();
                format!("[{}]", items.join(","))
            }
            Node::Object(members) => {
                let member = |(name, node): &(Cow<'_, str>, Node<'_>)| {
                    format!("{}:{}", serde_json::to_string(name).unwrap(), print(node, source))
                };
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
            }
        }
    }

    #[test]
    fn every_byte_but_white_space_comes_back() {
        for text in [
            "{ \"a\" : [ 1.50 , -0.0e+10, \"x \\\" \\u00e9 y\" ,true,false,null,{},[] ] }",
            "\"alone\"",
            " 0 ",
            "1E5",
        ] {
            assert_eq!(print(&Node::parse(text).unwrap(), text), holdfast_core::json::compact(text));
        }
    }

    #[test]
    fn bad_texts_are_refused_with_a_code() {
        let repeated = format!("{{{}\"k3\":1}}", (0..40).map(|n| format!("\"k{n}\":0,")).collect::<String>());
        let many = format!("{{{}\"z\":1}}", (0..1000).map(|n| format!("\"k{n}\":0,")).collect::<String>());
        for (text, code) in [
            ("", "json-syntax"),
            ("{", "json-syntax"),
            ("[1,]", "json-syntax"),
            ("{\"a\":1,}", "json-syntax"),
            ("01", "json-syntax"),
            ("1.", "json-syntax"),
            ("-", "json-syntax"),
            ("+1", "json-syntax"),
            ("nul", "json-syntax"),
            ("\"a", "json-syntax"),
            ("\"\\", "json-syntax"),
            ("\"\\x\"", "json-syntax"),
            ("\"\\ud800\"", "json-syntax"),
            ("\"\n\"", "json-syntax"),
            ("1 2", "json-syntax"),
            ("{\"a\":1,\"a\":2}", "json-repeated-name"),
            (&repeated, "json-repeated-name"),
            (&many, "json-too-many-members"),
            (&"[".repeat(65), "json-too-deep"),
            (&"[".repeat(100_000), "json-too-deep"),
        ] {
            assert_eq!(Node::parse(text).unwrap_err().code(), code, "{:.40}", text);
        }
        assert!(Node::parse(&format!("{}{}", "[".repeat(64), "]".repeat(64))).is_ok());
    }

    proptest! {
        /// serde_json is the judge of what is JSON.
        #[test]
        fn accepts_what_serde_json_accepts(text in r#"[\[\]{}:,"\\0-9a-ftnrulse.+\-E \u{e9}]{0,24}"#) {
            let ours = Node::parse(&text);
            let theirs = match serde_json::from_str::<serde_json::Value>(&text) {
                Ok(_) => true,
                Err(error) => error.to_string().contains("out of range"),
            };
            let repeated = matches!(ours, Err(TreeError::RepeatedName { .. }));
            prop_assert_eq!(ours.is_ok() || repeated, theirs);
        }
    }
}
