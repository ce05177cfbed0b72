//! A sign-in for each role at the node of `make run`: made once, with PINs of this state folder alone, and printed at each start.

use super::clinic_data::colleagues;
use super::folder::Folder;
use crate::load::{Answer, Target};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;

/// Who may sign in, a line each: login, PIN, role, name, `Practitioner/id`.
const FILE: &str = "sign-ins";
/// The mark that all of them are at the node.
const DONE: &str = "people-made";
/// Digits of a PIN.
const DIGITS: usize = 6;
/// The fewest different digits, so that none is one of those that are guessed first.
const DISTINCT: usize = 4;

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignIn {
    pub(super) login: String,
    pub(super) pin: String,
    pub(super) role: String,
    pub(super) name: String,
    practitioner: String,
}

/// Makes the sign-ins, if this is the first run, and returns them. Empty if the node has people that were not made here.
pub(super) fn make_once(folder: &Folder, node_url: &str) -> Result<Vec<SignIn>> {
    let node = Target::new(node_url, None)?;
    let setup = node.ask(&request(node_url, "GET", "/api/setup", None, None))?;
    if setup.status == 404 {
        return Ok(Vec::new());
    }
    ensure!(
        setup.status == 200,
        "the node does not say whether anybody is there ({}): {}",
        setup.status,
        setup.body
    );
    let is_empty = serde_json::from_str::<Value>(&setup.body)?["needsFirstAdmin"] == true;
    if !folder.has(FILE) {
        if !is_empty {
            return Ok(Vec::new());
        }
        folder.write_private(FILE, &text(&planned()?))?;
    }
    let all = read(folder)?;
    if !folder.has(DONE) {
        make(folder, &node, node_url, is_empty, &all)?;
        folder.write(DONE, "")?;
    }
    Ok(all)
}

/// The first administrator by the code that the node has left, the others by the node's own token.
fn make(folder: &Folder, node: &Target, url: &str, is_empty: bool, all: &[SignIn]) -> Result<()> {
    let token = folder.dev_token("node");
    for one in all {
        let answer = if one.role == "admin" {
            if !is_empty {
                continue;
            }
            let path = folder.data("node").join("setup-code");
            let code =
                std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let body = json!({ "code": code.trim(), "login": one.login, "name": one.name, "pin": one.pin });
            node.ask(&request(url, "POST", "/api/setup", None, Some(&body)))?
        } else {
            let body = json!({
                "login": one.login,
                "name": one.name,
                "pin": one.pin,
                "roles": [one.role],
                "practitioner": one.practitioner,
            });
            node.ask(&request(url, "POST", "/api/people", Some(&token), Some(&body)))?
        };
        accept(one, &answer)?;
    }
    Ok(())
}

/// Somebody who is there already was made by a start that was broken off.
fn accept(one: &SignIn, answer: &Answer) -> Result<()> {
    match answer.status {
        201 | 409 => Ok(()),
        status => bail!("the node does not take {} as {} ({status}): {}", one.login, one.role, answer.body),
    }
}

fn request(url: &str, method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> Vec<u8> {
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    let body = body.map(Value::to_string).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{token}accept: application/json\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into()
}

fn planned() -> Result<Vec<SignIn>> {
    let admin = SignIn {
        login: "admin".to_owned(),
        pin: pin()?,
        role: "admin".to_owned(),
        name: "Ines Marlow".to_owned(),
        practitioner: String::new(),
    };
    let mut all = vec![admin];
    for colleague in colleagues() {
        all.push(SignIn {
            login: colleague.login.to_owned(),
            pin: pin()?,
            role: colleague.role.to_owned(),
            name: colleague.name,
            practitioner: colleague.practitioner,
        });
    }
    Ok(all)
}

/// A PIN out of the system's random source that the node accepts.
fn pin() -> Result<String> {
    let mut source = File::open("/dev/urandom").context("cannot open the system's random source")?;
    loop {
        let mut bytes = [0_u8; DIGITS];
        source.read_exact(&mut bytes)?;
        // 250 of 256: below it every digit is as likely as any other.
        if bytes.iter().all(|byte| *byte < 250) && is_good(&bytes.map(|byte| byte % 10)) {
            return Ok(bytes.iter().map(|byte| char::from(b'0' + byte % 10)).collect());
        }
    }
}

fn is_good(digits: &[u8; DIGITS]) -> bool {
    let distinct: std::collections::BTreeSet<u8> = digits.iter().copied().collect();
    let runs = |step: u8| digits.windows(2).all(|two| (two[0] + step) % 10 == two[1]);
    distinct.len() >= DISTINCT && !runs(1) && !runs(9)
}

fn text(all: &[SignIn]) -> String {
    let line = |one: &SignIn| {
        format!("{}\t{}\t{}\t{}\t{}\n", one.login, one.pin, one.role, one.name, one.practitioner)
    };
    all.iter().map(line).collect()
}

fn read(folder: &Folder) -> Result<Vec<SignIn>> {
    let path = folder.path().join(FILE);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let line = |line: &str| {
        let parts: Vec<&str> = line.split('\t').collect();
        let [login, pin, role, name, practitioner] = parts[..] else {
            bail!("{} is damaged; `rm -r` the folder", path.display())
        };
        let [login, pin, role, name, practitioner] =
            [login, pin, role, name, practitioner].map(str::to_owned);
        Ok(SignIn { login, pin, role, name, practitioner })
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn pins_are_six_digits_that_are_not_guessed_first() {
        for digits in [[1, 2, 3, 4, 5, 6], [9, 8, 7, 6, 5, 4], [8, 9, 0, 1, 2, 3], [1, 2, 3, 1, 2, 3], [7; 6]]
        {
            assert!(!is_good(&digits), "{digits:?}");
        }
        let (one, two) = (pin().unwrap(), pin().unwrap());
        assert!(one.len() == 6 && one.bytes().all(|byte| byte.is_ascii_digit()) && one != two);
    }

    #[test]
    fn sign_ins_are_kept_for_their_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let all = planned().unwrap();
        folder.write_private(FILE, &text(&all)).unwrap();
        assert_eq!(read(&folder).unwrap(), all);
        let mode = std::fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            all.iter().map(|one| one.role.as_str()).collect::<Vec<_>>(),
            ["admin", "clinician", "nurse", "pharmacist", "front-desk", "manager"]
        );
    }
}
