//! Who may use the API: a file of hashed tokens that may change while the node runs, and the token of `--dev`.
//!
//! One line a token: `NAME ROLE[,ROLE] BLAKE3-OF-THE-TOKEN-IN-HEX`. A token is 32 random bytes, so a plain hash is
//! enough; the token itself is shown once and kept nowhere.

use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_api::access::policy::{Authenticator, Principal, Role};
use holdfast_link::keys::{KeyError, read_private, write_private};

use crate::data_dir::DataDir;
use crate::failure::Failure;

/// Random bytes in a token.
const TOKEN_BYTES: usize = 32;
const MAX_NAME: usize = 64;
/// The roles by the names that the command line takes.
const ROLES: [(&str, Role); 4] = [
    ("admin", Role::Admin),
    ("clinician", Role::Clinician),
    ("reception", Role::Reception),
    ("system", Role::System),
];

/// One line of the file.
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
        let roles = roles.split(',').map(parse_role).collect::<Option<_>>()?;
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
pub fn parse_role(name: &str) -> Option<Role> {
    ROLES.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
}

/// The tokens of a data folder; none if there is no file.
///
/// # Errors
/// [`Failure::Key`] if the file cannot be read or others can, [`Failure::Other`] if a line is damaged.
pub fn load(dir: &DataDir) -> Result<Vec<KnownToken>, Failure> {
    let bytes = match read_private(&dir.tokens()) {
        Ok(bytes) => bytes,
        Err(KeyError::Missing { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| KnownToken::parse(line).ok_or_else(|| damaged(dir, at + 1))).collect()
}

fn damaged(dir: &DataDir, line: usize) -> Failure {
    let path = dir.tokens();
    let text = format!(
        "cannot use {}: line {line} is not a token's; remove that line and add the token again with `holdfast-node token add`",
        path.display()
    );
    Failure::with_exit("tokens-damaged", 11, text)
}

fn save(dir: &DataDir, tokens: &[KnownToken]) -> Result<(), Failure> {
    let text: String = tokens.iter().map(KnownToken::line).collect();
    Ok(write_private(dir.path(), "tokens", text.as_bytes())?)
}

/// Adds a token, replacing one of the same name; the token, which is shown nowhere again.
///
/// # Errors
/// [`Failure`] if the name cannot be used or the file cannot be written.
pub fn add(dir: &DataDir, name: &str, roles: Vec<Role>) -> Result<String, Failure> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./@".contains(&b);
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_plain) {
        let text = format!(
            "cannot name a token {name:?}: it is not 1 to {MAX_NAME} letters, digits and -_./@; choose another name"
        );
        return Err(Failure::other("token-name", text));
    }
    holdfast_link::keys::ensure_private_dir(dir.path())?;
    let mut tokens = load(dir)?;
    tokens.retain(|token| token.name != name);
    let token = random_token()?;
    tokens.push(KnownToken::new(name, roles, &token));
    save(dir, &tokens)?;
    Ok(token)
}

/// Removes a token; whether there was one.
///
/// # Errors
/// [`Failure`] if the file cannot be read or written.
pub fn remove(dir: &DataDir, name: &str) -> Result<bool, Failure> {
    let mut tokens = load(dir)?;
    let before = tokens.len();
    tokens.retain(|token| token.name != name);
    save(dir, &tokens)?;
    Ok(tokens.len() < before)
}

/// The token of `--dev`: the one of the last run, else a new one, readable by its owner alone.
///
/// # Errors
/// [`Failure`] if it cannot be written.
pub fn dev_token(dir: &DataDir) -> Result<String, Failure> {
    let known = read_private(&dir.dev_token()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let is_whole = |text: &String| URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == TOKEN_BYTES);
    if let Some(token) = known.map(|text| text.trim().to_owned()).filter(is_whole) {
        return Ok(token);
    }
    let token = random_token()?;
    write_private(dir.path(), "dev-token", token.as_bytes())?;
    Ok(token)
}

fn random_token() -> Result<String, Failure> {
    let mut bytes = [0; TOKEN_BYTES];
    let random = "cannot make a token: the system's random source failed; try again";
    getrandom::fill(&mut bytes).map_err(|_| Failure::other("random", random))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The tokens in force.
#[derive(Debug)]
pub struct Tokens {
    dev: Option<KnownToken>,
    known: RwLock<Vec<KnownToken>>,
}

impl Tokens {
    /// Those of the file, and of `--dev` if it is given.
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
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        let first = add(&dir, "importer", vec![Role::System]).unwrap();
        let second = add(&dir, "importer", vec![Role::System, Role::Admin]).unwrap();
        let tokens = Tokens::new(load(&dir).unwrap(), Some("dev"));
        assert!(tokens.principal(&first).is_none(), "a replaced token is withdrawn");
        assert_eq!(
            tokens.principal(&second).unwrap(),
            Principal::new("importer", [Role::System, Role::Admin])
        );
        assert_eq!(tokens.principal("dev").unwrap().id, "developer");
        assert!(!std::fs::read_to_string(dir.tokens()).unwrap().contains(&second), "only the hash is kept");
        assert!(remove(&dir, "importer").unwrap() && !remove(&dir, "importer").unwrap());
        assert!(tokens.replace(load(&dir).unwrap()));
        assert!(tokens.principal(&second).is_none());
    }

    #[test]
    fn damaged_file_and_odd_names_are_refused() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        for name in ["", "a b", "a\nb", &"x".repeat(65)] {
            assert_eq!(add(&dir, name, vec![Role::Admin]).unwrap_err().code(), "token-name");
        }
        let _lock = dir.lock().unwrap();
        write_private(dir.path(), "tokens", b"importer system nothex\n").unwrap();
        assert_eq!(load(&dir).unwrap_err().code(), "tokens-damaged");
    }

    #[test]
    fn dev_token_stays_the_same_over_restarts() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        let _lock = dir.lock().unwrap();
        let token = dev_token(&dir).unwrap();
        assert_eq!(dev_token(&dir).unwrap(), token);
        assert_eq!(token.len(), 43);
    }
}
