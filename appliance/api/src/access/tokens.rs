//! Who may use an API: hashed tokens that may change while it is served, and the token of `--dev`.
//!
//! As text a token is one line: `NAME ROLE[,ROLE] BLAKE3-OF-THE-TOKEN-IN-HEX [SCOPE…] [patient=ID]`. A token is 32 random bytes, so a plain
//! hash is enough; the token itself is shown once and kept nowhere. Where the text is kept is each binary's to say.

use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::policy::{Authenticator, Principal, Role};
use super::scopes::{Scope, ScopeError};

/// The usual name of the file with the hashed tokens, in a data folder.
pub const TOKENS_FILE: &str = "tokens";
/// The usual name of the file with the token of `--dev`.
pub const DEV_TOKEN_FILE: &str = "dev-token";

/// Random bytes in a token.
const TOKEN_BYTES: usize = 32;
const MAX_NAME: usize = 64;

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
    #[error(
        "cannot give the role {0:?}: there is none; use admin, clinician, front-desk, manager, nurse, pharmacist or system"
    )]
    Role(String),
    /// A scope cannot be used.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// Not a FHIR id.
    #[error("cannot bind a token to the patient {0:?}: that is not a FHIR id; give the id of a Patient")]
    Patient(String),
    /// A scope for one patient, and no patient.
    #[error("cannot use the scope {0:?}: it is for one patient, and none is named; name the patient")]
    NoPatient(String),
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
            Self::Scope(_) | Self::NoPatient(_) => "scope",
            Self::Patient(_) => "patient",
            Self::Random => "random",
        }
    }
}

/// What a token is good for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rights {
    /// What its holder is here for.
    pub roles: Vec<Role>,
    /// What narrows that; empty: nothing does.
    pub scopes: Vec<Scope>,
    /// The one patient whose record it opens; none: everybody's.
    pub patient: Option<String>,
}

impl Rights {
    /// Those of roles alone.
    pub fn of(roles: impl IntoIterator<Item = Role>) -> Self {
        Self { roles: roles.into_iter().collect(), ..Self::default() }
    }

    /// Reads them as a command line gives them.
    ///
    /// # Errors
    /// [`TokenError`] that names what cannot be used.
    pub fn read(roles: &[String], scopes: &[String], patient: Option<&str>) -> Result<Self, TokenError> {
        let roles = roles.iter().map(|role| parse_role(role)).collect::<Result<_, _>>()?;
        let scopes = scopes.iter().map(|text| Scope::parse(text)).collect::<Result<Vec<_>, _>>()?;
        if let Some(id) = patient.filter(|id| !holdfast_clinical::types::is_id(id)) {
            return Err(TokenError::Patient(id.to_owned()));
        }
        if let Some(scope) = scopes.iter().find(|scope| scope.is_patients() && patient.is_none()) {
            return Err(TokenError::NoPatient(scope.as_str().to_owned()));
        }
        Ok(Self { roles, scopes, patient: patient.map(str::to_owned) })
    }

    /// `admin,clinician user/*.rs patient=p1`, as a list of tokens shows them.
    pub fn describe(&self) -> String {
        let mut words = vec![self.role_names()];
        words.extend(self.limits());
        words.join(" ")
    }

    fn role_names(&self) -> String {
        self.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(",")
    }

    fn limits(&self) -> impl Iterator<Item = String> {
        let patient = self.patient.iter().map(|id| format!("{PATIENT}{id}"));
        self.scopes.iter().map(|scope| scope.as_str().to_owned()).chain(patient)
    }
}

/// Before the id of the patient to whom a token is bound.
const PATIENT: &str = "patient=";

/// One token, by its hash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownToken {
    /// Whose.
    pub name: String,
    /// What it is good for.
    pub rights: Rights,
    hash: blake3::Hash,
    /// Who asks with it: worked out once, since every request needs it.
    principal: Principal,
}

impl KnownToken {
    fn new(name: &str, rights: Rights, hash: blake3::Hash) -> Self {
        let Rights { roles, scopes, patient } = &rights;
        let principal = Principal::new(name, roles.iter().copied()).limited(scopes, patient.as_deref());
        Self { name: name.to_owned(), rights, hash, principal }
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (name, roles, hash) = (words.next()?, words.next()?, words.next()?);
        let roles: Vec<String> = roles.split(',').map(str::to_owned).collect();
        let (patient, scopes): (Vec<&str>, Vec<&str>) = words.partition(|word| word.starts_with(PATIENT));
        let patient = patient.first().map(|word| &word[PATIENT.len()..]);
        let scopes: Vec<String> = scopes.into_iter().map(str::to_owned).collect();
        let rights = Rights::read(&roles, &scopes, patient).ok()?;
        Some(Self::new(name, rights, blake3::Hash::from_hex(hash).ok()?))
    }

    fn line(&self) -> String {
        let head = format!("{} {} {}", self.name, self.rights.role_names(), self.hash.to_hex());
        std::iter::once(head).chain(self.rights.limits()).collect::<Vec<_>>().join(" ") + "\n"
    }
}

fn hash_of(token: &str) -> blake3::Hash {
    blake3::hash(token.as_bytes())
}

/// A role by its name on the command line.
///
/// # Errors
/// [`TokenError::Role`].
pub fn parse_role(name: &str) -> Result<Role, TokenError> {
    Role::parse(name).ok_or_else(|| TokenError::Role(name.to_owned()))
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
pub fn add(tokens: &mut Vec<KnownToken>, name: &str, rights: Rights) -> Result<String, TokenError> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./@".contains(&b);
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_plain) {
        return Err(TokenError::Name(name.to_owned()));
    }
    let token = random_token()?;
    remove(tokens, name);
    tokens.push(KnownToken::new(name, rights, hash_of(&token)));
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
    Ok(URL_SAFE_NO_PAD.encode(random_bytes::<TOKEN_BYTES>()?))
}

/// Random bytes of the system's.
///
/// # Errors
/// [`TokenError::Random`].
pub fn random_bytes<const COUNT: usize>() -> Result<[u8; COUNT], TokenError> {
    let mut bytes = [0; COUNT];
    getrandom::fill(&mut bytes).map_err(|_| TokenError::Random)?;
    Ok(bytes)
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
        let rights = || Rights::of([Role::Admin, Role::Clinician]);
        let dev = dev.map(|token| KnownToken::new("developer", rights(), hash_of(token)));
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
        let hash = hash_of(token);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = None;
        for one in known.iter().chain(&self.dev) {
            if one.hash == hash {
                found = Some(one);
            }
        }
        found.map(|one| one.principal.clone())
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::sight::May;

    use super::*;

    #[test]
    fn tokens_are_added_replaced_and_removed() {
        let mut list = Vec::new();
        let first = add(&mut list, "importer", Rights::of([Role::System])).unwrap();
        let second = add(&mut list, "importer", Rights::of([Role::System, Role::Admin])).unwrap();
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
    fn tokens_keep_their_scopes_and_their_patient() {
        let read = |scopes: &[&str], patient| {
            let scopes: Vec<String> = scopes.iter().map(|&text| text.to_owned()).collect();
            Rights::read(&["clinician".to_owned()], &scopes, patient)
        };
        let rights = read(&["patient/*.rs", "user/Slot.r"], Some("p1")).unwrap();
        assert_eq!(rights.describe(), "clinician patient/*.rs user/Slot.r patient=p1");
        let mut list = Vec::new();
        let token = add(&mut list, "app", rights.clone()).unwrap();
        let known = parse(&to_text(&list)).unwrap();
        assert_eq!(known[0].rights, rights);
        let sight = Tokens::new(known, None).principal(&token).unwrap().sight;
        assert_eq!((sight.patient.as_deref(), sight.grants.of("Slot")), (Some("p1"), May::LOOK));
        assert_eq!(sight.grants.of("AuditEvent"), May::NOTHING, "a scope never widens what a role allows");
        for (scopes, patient, code) in
            [(&["patient/*.rs"][..], None, "scope"), (&["x"], None, "scope"), (&[], Some("a b"), "patient")]
        {
            assert_eq!(read(scopes, patient).unwrap_err().code(), code);
        }
    }

    #[test]
    fn damaged_lists_odd_names_and_unknown_roles_are_refused() {
        for name in ["", "a b", "a\nb", &"x".repeat(65)] {
            assert_eq!(
                add(&mut Vec::new(), name, Rights::of([Role::Admin])).unwrap_err().code(),
                "token-name"
            );
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
