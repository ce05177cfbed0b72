//! What a package needs of others (Debian policy §7.1). dpkg unpacks a package before it notices that something is missing: the running
//! version would be replaced by one that may not start. So it is looked at before.

/// A package that is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Present {
    name: String,
    version: String,
    /// What else it stands for: names, some with a version.
    provides: String,
}

/// How [`Present::parse`] wants `dpkg-query --show` to print a package.
pub(super) const FORMAT: &str = "${db:Status-Status}\t${Package}\t${Version}\t${Provides}\n";

impl Present {
    /// The installed ones of what `dpkg-query` prints.
    pub(super) fn parse(printed: &str) -> Vec<Self> {
        let one = |line: &str| {
            let mut parts = line.split('\t');
            let (state, name, version) = (parts.next()?, parts.next()?, parts.next()?);
            let provides = parts.next().unwrap_or_default();
            let [name, version, provides] = [name, version, provides].map(str::to_owned);
            (state == "installed").then_some(Self { name, version, provides })
        };
        printed.lines().filter_map(one).collect()
    }

    fn fits<E>(&self, need: &Need<'_>, compare: &mut Compare<'_, E>) -> Result<bool, E> {
        if self.name == need.name && meets(&self.version, need, compare)? {
            return Ok(true);
        }
        for provided in self.provides.split(',').filter_map(Need::parse) {
            let fits = match (&need.bound, &provided.bound) {
                (None, _) => true,
                // What is provided without a version meets no bound.
                (Some(_), None) => false,
                (Some(_), Some((_, version))) => meets(version, need, compare)?,
            };
            if provided.name == need.name && fits {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a version stands to another as an operator of Debian's says: `(version, operator, other)`.
pub(super) type Compare<'a, E> = dyn FnMut(&str, &str, &str) -> Result<bool, E> + 'a;

/// One name, and what is asked of its version: an operator and a version.
#[derive(Debug, PartialEq, Eq)]
struct Need<'a> {
    name: &'a str,
    bound: Option<(&'a str, &'a str)>,
}

impl<'a> Need<'a> {
    /// `name`, `name:any`, `name (>= 1.2)`; `None` of nothing.
    fn parse(text: &'a str) -> Option<Self> {
        let (name, bound) = text.split_once('(').unwrap_or((text, ""));
        let name = name.split(':').next().unwrap_or_default().trim();
        let bound = bound.trim_end().trim_end_matches(')').trim();
        let at = bound.find(|c| !matches!(c, '<' | '=' | '>'));
        let bound = at.map(|at| bound.split_at(at)).map(|(operator, version)| (operator, version.trim()));
        (!name.is_empty()).then_some(Self { name, bound })
    }
}

fn meets<E>(version: &str, need: &Need<'_>, compare: &mut Compare<'_, E>) -> Result<bool, E> {
    match need.bound {
        None => Ok(true),
        Some((operator, wanted)) => compare(version, operator, wanted),
    }
}

/// The first part of a `Depends` that nothing present meets, as it is written; `None` if all is here.
///
/// # Errors
/// That versions cannot be compared.
pub(super) fn missing<'d, E>(
    depends: &'d str,
    present: &[Present],
    compare: &mut Compare<'_, E>,
) -> Result<Option<&'d str>, E> {
    for all in depends.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let mut is_here = false;
        for need in all.split('|').filter_map(Need::parse) {
            for one in present {
                is_here = is_here || one.fits(&need, compare)?;
            }
        }
        if !is_here {
            return Ok(Some(all));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions of one digit, for the test.
    fn compare(version: &str, operator: &str, other: &str) -> Result<bool, String> {
        Ok(match operator {
            "<<" => version < other,
            "<=" => version <= other,
            "=" => version == other,
            ">=" => version >= other,
            ">>" => version > other,
            other => return Err(other.to_owned()),
        })
    }

    #[test]
    fn first_part_that_nothing_meets_is_named() {
        let printed = "installed\tlibgtk\t3\t\n\
                       installed\tlibwebkit\t5\tlibweb (= 4), browser\n\
                       config-files\tlibold\t1\t\n\
                       installed\tmawk\t1\tawk\n";
        let present = Present::parse(printed);
        assert_eq!(present.len(), 3, "what was removed is not here");
        for (depends, expected) in [
            ("", None),
            ("libgtk", None),
            ("libgtk:any (>= 3), libwebkit", None),
            ("libgtk (>> 3)", Some("libgtk (>> 3)")),
            ("libgtk (<< 4), libwebkit(>=6) | libweb (>= 4)", None),
            ("libweb (>= 5)", Some("libweb (>= 5)")),
            ("browser, awk", None),
            ("browser (>= 1)", Some("browser (>= 1)")),
            ("libgtk, libold | libnew (= 2), awk", Some("libold | libnew (= 2)")),
        ] {
            assert_eq!(missing(depends, &present, &mut compare).unwrap(), expected, "{depends}");
        }
        assert_eq!(missing("libgtk (=> 1)", &present, &mut compare).unwrap_err(), "=>");
    }
}
