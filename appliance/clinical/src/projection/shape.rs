//! Which part of a resource is wanted.

/// What `_summary` asks for (<https://hl7.org/fhir/R4/search.html#summary>).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Summary {
    /// The whole resource.
    #[default]
    False,
    /// The elements that R4 marks as part of the summary.
    True,
    /// The narrative, and what must be there.
    Text,
    /// All but the narrative.
    Data,
    /// How many there are; for searches alone.
    Count,
}

/// Which part of each resource is wanted: `_summary` or `_elements`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shape {
    /// `_summary`.
    pub summary: Summary,
    /// `_elements`; empty: all.
    pub elements: Vec<String>,
}

/// A parameter that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot use {name}=\"{value}\": it is not {expected}; correct it")]
pub struct ShapeError {
    /// The parameter.
    pub name: &'static str,
    /// As sent.
    pub value: String,
    /// What it should be.
    pub expected: &'static str,
}

impl ShapeError {
    /// Stable name of the error, for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        "bad-parameter"
    }
}

impl Shape {
    /// The parameters that it is read from.
    pub const NAMES: [&'static str; 2] = ["_summary", "_elements"];

    /// Reads the shape off a query's pairs, already percent-decoded; others are passed over.
    ///
    /// # Errors
    /// [`ShapeError`] if a value cannot be used, or if both are asked for.
    pub fn read<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> Result<Self, ShapeError> {
        let mut shape = Self::default();
        for (name, value) in pairs {
            let value = value.as_ref();
            match name.as_ref() {
                "_summary" => shape.summary = summary(value)?,
                "_elements" => shape.elements.extend(elements(value)?),
                _ => {}
            }
        }
        if shape.summary != Summary::False && !shape.elements.is_empty() {
            let value = shape.elements.join(",");
            return Err(ShapeError { name: "_elements", value, expected: "asked for without _summary" });
        }
        Ok(shape)
    }

    /// Whether resources go out whole, so that their bytes need not be looked at.
    pub fn is_whole(&self) -> bool {
        self.elements.is_empty() && matches!(self.summary, Summary::False | Summary::Count)
    }
}

fn summary(value: &str) -> Result<Summary, ShapeError> {
    match value {
        "true" => Ok(Summary::True),
        "false" => Ok(Summary::False),
        "text" => Ok(Summary::Text),
        "data" => Ok(Summary::Data),
        "count" => Ok(Summary::Count),
        _ => {
            let expected = "one of true, text, data, count and false";
            Err(ShapeError { name: "_summary", value: value.to_owned(), expected })
        }
    }
}

/// Names of elements, with or without the type in front.
fn elements(value: &str) -> Result<Vec<String>, ShapeError> {
    let name = |part: &str| {
        let name = part.rsplit_once('.').map_or(part, |(_, name)| name);
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
        is_name.then(|| name.to_owned())
    };
    let expected = "a list of elements of the resource itself, such as name,birthDate";
    let wrong = || ShapeError { name: "_elements", value: value.to_owned(), expected };
    value.split(',').map(|part| name(part.trim()).ok_or_else(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_read_or_refused() {
        let read = |pairs: &[(&str, &str)]| Shape::read(pairs);
        assert!(read(&[("name", "x")]).unwrap().is_whole());
        assert_eq!(read(&[("_summary", "text")]).unwrap().summary, Summary::Text);
        assert_eq!(read(&[("_elements", "name,Patient.birthDate")]).unwrap().elements, ["name", "birthDate"]);
        assert!(read(&[("_summary", "false"), ("_elements", "id")]).is_ok());
        for (pairs, name) in [
            (&[("_summary", "yes")][..], "_summary"),
            (&[("_summary", "")], "_summary"),
            (&[("_elements", "")], "_elements"),
            (&[("_elements", "a,,b")], "_elements"),
            (&[("_elements", "a b")], "_elements"),
            (&[("_summary", "true"), ("_elements", "id")], "_elements"),
        ] {
            assert_eq!(read(pairs).unwrap_err().name, name, "{pairs:?}");
        }
    }
}
