//! Under a locale without a language ("C") WebKitGTK tells pages a language tag that is none, and their dates and numbers
//! fail. So the program begins anew under one that has a language.

use std::os::unix::process::CommandExt;
use std::process::Command;

const LOCALE: &str = "en_US.UTF-8";
/// Set for the program that begins anew, so that it does so once.
const MARK: &str = "HOLDFAST_DESKTOP_LOCALE_SET";
/// In the order in which they count.
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// Returns if the locale names a language, or if nothing could be done about it.
pub(crate) fn ensure() {
    let named = VARIABLES.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if names_a_language(named.as_deref()) || std::env::var_os(MARK).is_some() {
        return;
    }
    let Ok(this) = std::env::current_exe() else { return };
    let mut anew = Command::new(this);
    anew.args(std::env::args_os().skip(1)).env(MARK, "1");
    anew.env("LANG", LOCALE).env("LC_ALL", LOCALE).env("LANGUAGE", "en_US:en");
    // It returns only if it failed; the window then opens under the locale that there is.
    let error = anew.exec();
    eprintln!("holdfast-desktop: the locale stays as it is: {error}");
}

fn names_a_language(locale: Option<&str>) -> bool {
    let name = locale.unwrap_or("C").split(['.', '@']).next().unwrap_or("C");
    !matches!(name, "C" | "POSIX" | "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_without_a_language_are_told() {
        for (locale, has) in [
            (None, false),
            (Some("C"), false),
            (Some("C.UTF-8"), false),
            (Some("POSIX"), false),
            (Some("en_US.UTF-8"), true),
            (Some("ar"), true),
        ] {
            assert_eq!(names_a_language(locale), has, "{locale:?}");
        }
    }
}
