//! Who may use an API: hashed tokens that may change while it is served, and the token of `--dev`.
//!
//! As text a token is one line: `NAME ROLE[,ROLE] BLAKE3-OF-THE-TOKEN-IN-HEX`. A token is 32 random bytes, so a plain
//! hash is enough; the token itself is shown once and kept nowhere. Where the text is kept is each binary's to say.

use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::policy::{Authenticator, Principal, Role};

/// The usual name of the file with the hashed tokens, in a data folder.
pub const TOKENS_FILE: &str = "tokens";
/// The usual name of the file with the token of `--dev`.
pub const DEV_TOKEN_FILE: &str = "dev-token";

/// Random bytes in a token.
const TOKEN_BYTES: usize = 32;
const MAX_NAME: usize = 64;
/// The roles by the names that a command line takes.
const ROLES: [(&str, Role); 4] = [
    ("admin", Role::Admin),
    ("clinician", Role::Clinician),
    ("reception", Role::Reception),
    ("system", Role::System),
];

/// Why a token cannot be made or a list of tokens not be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TokenError {
    /// A line of the list is not a token's.
    #[error("line {0} is not a token's; remove that line and make the token again")]
    Line(usize),
    /// The name cannot be used.
    #[error(
        "cannot name a token {0:?}: it is not 1 to {MAX_NAME} letters, digits and -_./@; choose another name"
    )]
    Name(String),
    /// There is no such role.
    #[error("cannot give the role {0:?}: there is none; use admin, clinician, reception or system")]
    Role(String),
    /// The random source failed.
    #[error("cannot make a token: the system's random source failed; try again")]
    Random,
}

impl TokenError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Line(_) => "tokens-damaged",
            Self::Name(_) => "token-name",
            Self::Role(_) => "role",
            Self::Random => "random",
        }
    }
}

/// One token, by its hash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownToken {
    /// Whose.
    pub name: String,
    /// What they are here for.
    pub roles: Vec<Role>,
    hash: blake3::Hash,
}

impl KnownToken {
    fn new(name: &str, roles: Vec<Role>, token: &str) -> Self {
        Self { name: name.to_owned(), roles, hash: blake3::hash(token.as_bytes()) }
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (name, roles, hash) = (words.next()?, words.next()?, words.next()?);
        let roles = roles.split(',').map(|name| parse_role(name).ok()).collect::<Option<_>>()?;
        Some(Self { name: name.to_owned(), roles, hash: blake3::Hash::from_hex(hash).ok()? })
    }

    fn line(&self) -> String {
        format!("{} {} {}\n", self.name, self.role_names(), self.hash.to_hex())
    }

    /// `admin,clinician`.
    pub fn role_names(&self) -> String {
        let name = |role: &Role| ROLES.iter().find(|(_, known)| known == role).map_or("?", |(name, _)| name);
        self.roles.iter().map(name).collect::<Vec<_>>().join(",")
    }
}

/// A role by its name on the command line.
///
/// # Errors
/// [`TokenError::Role`].
pub fn parse_role(name: &str) -> Result<Role, TokenError> {
    let known = ROLES.iter().find(|(known, _)| *known == name);
    known.map(|(_, role)| *role).ok_or_else(|| TokenError::Role(name.to_owned()))
}

/// The tokens of a text; empty lines are passed over.
///
/// # Errors
/// [`TokenError::Line`].
pub fn parse(text: &str) -> Result<Vec<KnownToken>, TokenError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| KnownToken::parse(line).ok_or(TokenError::Line(at + 1))).collect()
}

/// The text of tokens, as [`parse`] reads it.
pub fn to_text(tokens: &[KnownToken]) -> String {
    tokens.iter().map(KnownToken::line).collect()
}

/// Adds a token, replacing one of the same name; the token, which is shown nowhere again.
///
/// # Errors
/// [`TokenError::Name`], [`TokenError::Random`].
pub fn add(tokens: &mut Vec<KnownToken>, name: &str, roles: Vec<Role>) -> Result<String, TokenError> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./@".contains(&b);
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_plain) {
        return Err(TokenError::Name(name.to_owned()));
    }
    let token = random_token()?;
    remove(tokens, name);
    tokens.push(KnownToken::new(name, roles, &token));
    Ok(token)
}

/// Removes a token; whether there was one.
pub fn remove(tokens: &mut Vec<KnownToken>, name: &str) -> bool {
    let before = tokens.len();
    tokens.retain(|token| token.name != name);
    tokens.len() < before
}

/// A new token's text.
///
/// # Errors
/// [`TokenError::Random`].
pub fn random_token() -> Result<String, TokenError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| TokenError::Random)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The token in a text, if it is a whole one.
pub fn whole_token(text: &str) -> Option<&str> {
    let text = text.trim();
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == TOKEN_BYTES).then_some(text)
}

/// The tokens in force.
#[derive(Debug)]
pub struct Tokens {
    dev: Option<KnownToken>,
    known: RwLock<Vec<KnownToken>>,
}

impl Tokens {
    /// Those of a list, and that of `--dev` if it is given.
    pub fn new(known: Vec<KnownToken>, dev: Option<&str>) -> Arc<Self> {
        let dev = dev.map(|token| KnownToken::new("developer", vec![Role::Admin, Role::Clinician], token));
        Arc::new(Self { dev, known: RwLock::new(known) })
    }

    /// Puts others in force; whether anything changed.
    pub fn replace(&self, known: Vec<KnownToken>) -> bool {
        let mut held = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let changed = *held != known;
        *held = known;
        changed
    }
}

impl Authenticator for Tokens {
    fn principal(&self, token: &str) -> Option<Principal> {
        // `blake3::Hash` compares in constant time, and every token is compared.
        let hash = blake3::hash(token.as_bytes());
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = None;
        for one in known.iter().chain(&self.dev) {
            if one.hash == hash {
                found = Some(Principal::new(one.name.clone(), one.roles.iter().copied()));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_added_replaced_and_removed() {
        let mut list = Vec::new();
        let first = add(&mut list, "importer", vec![Role::System]).unwrap();
        let second = add(&mut list, "importer", vec![Role::System, Role::Admin]).unwrap();
        let text = to_text(&list);
        assert!(!text.contains(&second), "only the hash is kept");
        let tokens = Tokens::new(parse(&text).unwrap(), Some("dev"));
        assert!(tokens.principal(&first).is_none(), "a replaced token is withdrawn");
        assert_eq!(
            tokens.principal(&second).unwrap(),
            Principal::new("importer", [Role::System, Role::Admin])
        );
        assert_eq!(tokens.principal("dev").unwrap().id, "developer");
        assert!(remove(&mut list, "importer") && !remove(&mut list, "importer"));
        assert!(tokens.replace(list) && tokens.principal(&second).is_none());
    }

    #[test]
    fn damaged_lists_odd_names_and_unknown_roles_are_refused() {
        for name in ["", "a b", "a\nb", &"x".repeat(65)] {
            assert_eq!(add(&mut Vec::new(), name, vec![Role::Admin]).unwrap_err().code(), "token-name");
        }
        assert_eq!(parse("\nimporter system nothex\n"), Err(TokenError::Line(2)));
        assert_eq!(parse_role("king").unwrap_err().code(), "role");
    }

    #[test]
    fn whole_tokens_are_told_from_others() {
        let token = random_token().unwrap();
        assert_eq!((token.len(), whole_token(&format!(" {token}\n"))), (43, Some(&*token)));
        assert_eq!((whole_token(""), whole_token(&token[1..])), (None, None));
    }
}
