//! The cookie that holds a session's token.

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};

/// The cookie's name.
const NAME: &str = "holdfast_session";
/// Without it a request by cookie changes nothing: a page of another origin can send the cookie, but no such header.
pub(crate) const APP_HEADER: HeaderName = HeaderName::from_static("x-holdfast");

/// The token of a request.
pub(crate) fn token(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut values = pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    values.find(|(name, value)| *name == NAME && !value.is_empty()).map(|(_, value)| value.to_owned())
}

/// Hands a token out for so many seconds; 0 takes it back.
pub(super) fn set(headers: &mut HeaderMap, token: &str, seconds: u64, is_https: bool) {
    let secure = if is_https { "; Secure" } else { "" };
    let text = format!("{NAME}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.append(SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        for (line, expected) in [
            ("a=b; holdfast_session=x-1", Some("x-1")),
            ("holdfast_session=x; a=b", Some("x")),
            ("holdfast_session=", None),
            ("xholdfast_session=x", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(line))]);
            assert_eq!(token(&headers).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn no_script_and_no_other_site_gets_at_it() {
        let mut headers = HeaderMap::new();
        set(&mut headers, "x", 60, true);
        let text = headers[SET_COOKIE].to_str().unwrap();
        for part in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/", "Max-Age=60"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
