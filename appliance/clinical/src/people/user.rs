//! A person, read off the registers of their record.

use holdfast_core::hlc::Hlc;
use holdfast_core::op::DELETED;
use holdfast_core::state::{EntityState, Register};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::HOLDFAST_USER;

/// The most characters of a login name.
const MAX_LOGIN: usize = 64;

/// A person who may sign in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct User {
    /// The record's id.
    pub id: String,
    /// By which they sign in; see [`login_key`] for how it is compared.
    pub login: String,
    /// As people say it.
    pub name: String,
    /// By their names, sorted; those that nobody knows grant nothing.
    pub roles: Vec<String>,
    /// Whether they may sign in at all.
    pub is_active: bool,
    /// `Practitioner/ID`, the public face.
    pub practitioner: Option<String>,
    /// What a PIN is checked against, as a PHC string; none: no PIN opens anything.
    pub pin: Option<String>,
    /// Passkeys, as whoever checks them keeps them.
    pub passkeys: Vec<Value>,
    /// Until when (Unix milliseconds) more than reading is confirmed.
    pub confirmed_until_ms: u64,
    /// The version that was read.
    pub version: String,
}

impl User {
    /// Reads a person off every value that stands; `None` if the state is of another type.
    ///
    /// Of `active` and `roles`, `passkeys` and `confirmedUntil` counts what all values grant; a PIN or a practitioner of which
    /// there are two is none. `login` and `name` open nothing: the latest is shown.
    pub fn read(state: &EntityState) -> Option<Self> {
        if state.entity.kind != HOLDFAST_USER {
            return None;
        }
        let shown = |element| state.registers.get(element).and_then(displayed::<String>).unwrap_or_default();
        let all = Values { state };
        let mut roles = all.common::<String>("roles");
        roles.sort_unstable();
        roles.dedup();
        Some(Self {
            id: state.entity.id.clone(),
            login: shown("login"),
            name: shown("name"),
            roles,
            is_active: !state.is_deleted() && all.is_all_true("active"),
            practitioner: all.only("practitioner"),
            pin: all.only("pin"),
            passkeys: all.common("passkeys"),
            confirmed_until_ms: all.least("confirmedUntil"),
            version: state.version(),
        })
    }

    /// The record as it is to be saved.
    pub fn resource(&self) -> String {
        let mut out = Map::new();
        let mut put = |name: &str, value: Value| {
            out.insert(name.to_owned(), value);
        };
        put("resourceType", HOLDFAST_USER.into());
        put("id", self.id.as_str().into());
        put("login", self.login.as_str().into());
        put("name", self.name.as_str().into());
        put("roles", json!(self.roles));
        put("active", self.is_active.into());
        put("confirmedUntil", self.confirmed_until_ms.into());
        for (name, text) in [("practitioner", &self.practitioner), ("pin", &self.pin)] {
            if let Some(text) = text {
                put(name, text.as_str().into());
            }
        }
        if !self.passkeys.is_empty() {
            put("passkeys", self.passkeys.clone().into());
        }
        Value::Object(out).to_string()
    }

    /// Under what name they write and look: their practitioner, else the record itself.
    pub fn author(&self) -> String {
        self.practitioner.clone().unwrap_or_else(|| format!("{HOLDFAST_USER}/{}", self.id))
    }
}

/// Since when nobody writes under this person's name any more; `None` while they may.
pub fn withdrawn_since(state: &EntityState) -> Option<Hlc> {
    if User::read(state).is_none_or(|user| user.is_active) {
        return None;
    }
    let at = |element: &str, is_so: fn(Option<&str>) -> bool| {
        let register = state.registers.get(element)?;
        register.siblings.iter().filter(|one| is_so(one.value.as_deref())).map(|one| one.hlc).min()
    };
    let inactive = at("active", |value| value != Some("true"));
    let deleted = at(DELETED, |value| value.is_some());
    Some(inactive.into_iter().chain(deleted).min().unwrap_or_default())
}

/// Whether the text may be a login name: 1 to 64 letters, digits and `.-_@`, of any script.
pub fn is_login(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || ".-_@".contains(c);
    (1..=MAX_LOGIN).contains(&text.chars().count()) && text.chars().all(is_plain)
}

/// How login names are compared: without regard to case.
pub fn login_key(login: &str) -> String {
    login.trim().to_lowercase()
}

fn displayed<T: DeserializeOwned>(register: &Register) -> Option<T> {
    serde_json::from_str(register.displayed()?.value.as_deref()?).ok()
}

/// Every value of each element.
struct Values<'s> {
    state: &'s EntityState,
}

impl Values<'_> {
    /// `None` for one that was removed, or is of another kind than it should be.
    fn of<T: DeserializeOwned>(&self, element: &str) -> Vec<Option<T>> {
        let siblings =
            self.state.registers.get(element).map(|register| &register.siblings[..]).unwrap_or_default();
        siblings.iter().map(|one| serde_json::from_str(one.value.as_deref()?).ok()).collect()
    }

    fn is_all_true(&self, element: &str) -> bool {
        let values = self.of::<bool>(element);
        !values.is_empty() && values.iter().all(|value| *value == Some(true))
    }

    /// The members that are in every value.
    fn common<T: DeserializeOwned + PartialEq>(&self, element: &str) -> Vec<T> {
        let mut lists = self.of::<Vec<T>>(element).into_iter().map(Option::unwrap_or_default);
        let first = lists.next().unwrap_or_default();
        lists.fold(first, |common, list| common.into_iter().filter(|one| list.contains(one)).collect())
    }

    /// The value, if all say the same.
    fn only(&self, element: &str) -> Option<String> {
        let mut values = self.of::<String>(element).into_iter();
        let first = values.next()??;
        values.all(|other| other.as_ref() == Some(&first)).then_some(first)
    }

    fn least(&self, element: &str) -> u64 {
        self.of::<u64>(element).into_iter().map(Option::unwrap_or_default).min().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{state, state_with_siblings};

    fn of(element: &str, values: &[&str]) -> User {
        User::read(&state_with_siblings(HOLDFAST_USER, element, values)).unwrap()
    }

    #[test]
    fn a_person_comes_back_from_their_record() {
        let user = User {
            id: "u1".into(),
            login: "anna".into(),
            name: "Anna Ruiz".into(),
            roles: vec!["manager".into(), "nurse".into()],
            is_active: true,
            practitioner: Some("Practitioner/7".into()),
            pin: Some("$argon2id$x".into()),
            passkeys: vec![json!({"id": 1})],
            confirmed_until_ms: 17,
            version: String::new(),
        };
        let read = User::read(&state(&user.resource())).unwrap();
        assert_eq!(User { version: String::new(), ..read }, user);
        assert_eq!(user.author(), "Practitioner/7");
        assert_eq!(User { practitioner: None, ..user }.author(), "HoldfastUser/u1");
        assert_eq!(User::read(&state(r#"{"resourceType":"Patient","id":"p"}"#)), None);
    }

    #[test]
    fn of_two_values_the_one_that_grants_less_counts() {
        assert!(of("active", &["true"]).is_active && !of("active", &["true", "false"]).is_active);
        assert!(!of("active", &["\"true\""]).is_active && !of("login", &["\"a\""]).is_active);
        let roles = |values: &[&str]| of("roles", values).roles;
        assert_eq!(roles(&[r#"["nurse","admin"]"#, r#"["nurse","manager"]"#]), ["nurse"]);
        assert_eq!(roles(&[r#"["nurse"]"#, "7"]), [""; 0]);
        assert_eq!(of("pin", &["\"a\"", "\"b\""]).pin, None);
        assert_eq!(of("pin", &["\"a\"", "\"a\""]).pin.as_deref(), Some("a"));
        assert_eq!(of("confirmedUntil", &["9", "7"]).confirmed_until_ms, 7);
        assert_eq!(of("passkeys", &[r#"[{"a":1},{"b":2}]"#, r#"[{"b":2}]"#]).passkeys, [json!({"b": 2})]);
        assert_eq!(of("practitioner", &["\"Practitioner/1\"", "\"Practitioner/2\""]).practitioner, None);
    }

    #[test]
    fn who_was_deactivated_writes_no_more() {
        assert_eq!(withdrawn_since(&state_with_siblings(HOLDFAST_USER, "active", &["true"])), None);
        assert!(withdrawn_since(&state_with_siblings(HOLDFAST_USER, "active", &["true", "false"])).is_some());
        assert_eq!(withdrawn_since(&state_with_siblings("Patient", "active", &["false"])), None);
    }

    #[test]
    fn login_names_are_of_any_script_and_compared_without_case() {
        for (text, expected) in [
            ("anna", true),
            ("Ana.López", true),
            ("مريم", true),
            ("a b", false),
            ("", false),
            (&"x".repeat(65), false),
        ] {
            assert_eq!(is_login(text), expected, "{text}");
        }
        assert_eq!(login_key(" Ana.LÓPEZ"), login_key("ana.lópez"));
    }
}
