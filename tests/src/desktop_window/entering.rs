//! What comes before the clinic's records: to join the clinic, and to sign in.

use anyhow::Result;

use super::page::{BUTTON, Page, SUBMIT};

impl Page<'_> {
    /// Makes a new machine a desktop of the clinic.
    pub(crate) fn enrol(&self, node: &str, token: &str) -> Result<()> {
        self.fill("Address of the node", node)?;
        self.fill("Token", token)?;
        self.press(SUBMIT, "Join the clinic")?;
        self.wait("field('Login name')").map(drop)
    }

    /// From the sign-in, whoever's tile it shows, to the landing.
    pub(crate) fn sign_in(&self, login: &str, pin: &str) -> Result<()> {
        self.enter(login, pin)?;
        self.wait("document.querySelector('#main')").map(drop)
    }

    /// Gives a name and a PIN, which may be wrong.
    pub(super) fn enter(&self, login: &str, pin: &str) -> Result<()> {
        self.wait("field('Login name') ?? press('button', 'Somebody else')")?;
        // From the one who is locked out to the tiles, and from those to a name that is typed.
        for _ in 0..2 {
            if !self.has("field('Login name')")? {
                self.press(BUTTON, "Somebody else")?;
            }
        }
        self.fill("Login name", login)?;
        self.fill("PIN", pin)?;
        self.press(SUBMIT, "Sign in")
    }
}
