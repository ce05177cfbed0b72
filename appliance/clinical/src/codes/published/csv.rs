//! Records of a comma-separated file (RFC 4180) whose quoted fields may hold line ends.

/// Puts lines together until the quotes are even, then takes the record apart.
#[derive(Default, Debug)]
pub(super) struct Records {
    waiting: String,
}

impl Records {
    /// The fields of the record that ends with this line, if one does.
    pub(super) fn line(&mut self, line: &str) -> Option<Vec<String>> {
        if !self.waiting.is_empty() {
            self.waiting.push(' ');
        }
        self.waiting.push_str(line);
        if self.waiting.matches('"').count() % 2 == 1 {
            return None;
        }
        let record = std::mem::take(&mut self.waiting);
        (!record.trim().is_empty()).then(|| fields(&record))
    }

    /// How many bytes wait for a closing quote.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting.len()
    }
}

fn fields(record: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut chars = record.chars().peekable();
    let mut is_quoted = false;
    while let Some(c) = chars.next() {
        let last = all.len() - 1;
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                all[last].push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => all.push(String::new()),
            other => all[last].push(other),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_commas_quotes_and_line_ends_belong_to_their_field() {
        let mut records = Records::default();
        assert_eq!(records.line(r#""a,1","say ""x""",b"#).unwrap(), ["a,1", "say \"x\"", "b"]);
        assert_eq!(records.line("\"begun"), None);
        assert_eq!(records.line("ended\",c").unwrap(), ["begun ended", "c"]);
        assert_eq!(records.line(""), None);
        assert_eq!(records.line(",").unwrap(), ["", ""]);
    }
}
