//! Where the walk stands, written out only when something is wrong there.

use std::fmt::Write as _;

/// The members and items from the outermost resource inwards.
#[derive(Default)]
pub(super) struct Path<'t>(Vec<Step<'t>>);

#[derive(Clone, Copy)]
enum Step<'t> {
    Member(&'t str),
    Item(usize),
}

/// Longer names are cut: they are in no definition, and an issue stays readable.
const NAME_CHARS: usize = 60;

impl<'t> Path<'t> {
    pub(super) fn push_member(&mut self, name: &'t str) {
        self.0.push(Step::Member(name));
    }

    pub(super) fn push_item(&mut self, index: usize) {
        self.0.push(Step::Item(index));
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// `Patient.contact[1].name`, and `more` behind it; `None` at the outside of a text that is no resource.
    pub(super) fn expression(&self, more: &str) -> Option<String> {
        let mut text = String::new();
        for step in &self.0 {
            match step {
                Step::Member(name) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(short(name));
                }
                Step::Item(index) => write!(text, "[{index}]").expect("a String takes any text"),
            }
        }
        if !more.is_empty() {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(short(more));
        }
        (!text.is_empty()).then_some(text)
    }
}

/// At most [`NAME_CHARS`] of a name.
pub(super) fn short(name: &str) -> &str {
    name.char_indices().nth(NAME_CHARS).map_or(name, |(end, _)| &name[..end])
}
