//! Orders from the console to a running node, over a socket in its data folder that only its owner can reach: one
//! line of JSON there, several back.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::data_dir::DataDir;
use crate::failure::Failure;

/// What a running node can be told to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Order {
    /// Write a verified copy of the records to this file.
    Backup {
        /// An absolute path.
        to: PathBuf,
    },
    /// Check every record.
    Scrub {
        /// Heal what is damaged.
        repair: bool,
    },
    /// Check the trail of who looked at what.
    Audit,
    /// Say how the node does.
    Status,
    /// Make a test call through the relay on each way to it.
    CheckVisits {
        /// How long each call is.
        seconds: u64,
    },
    /// Say that the node which holds the calendar is gone for good, and that this one follows.
    Follow {
        /// Its actor; none: only tell who holds it.
        former: Option<String>,
    },
    /// Make a one-time token for a desktop.
    EnrolDesktop {
        /// Its name.
        name: String,
    },
    /// List the desktops.
    Desktops,
    /// Revoke a desktop.
    RevokeDesktop {
        /// Its name.
        name: String,
        /// Why, for the notice that is left.
        reason: String,
    },
}

/// What it says back: any number of `Progress`, then one of the others.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// How far it is.
    Progress(String),
    /// It is done.
    Done(String),
    /// It is not.
    Failed {
        /// Stable code.
        code: String,
        /// What, why, what to do.
        text: String,
        /// What the command exits with.
        exit: u8,
    },
}

impl Reply {
    /// The last line of an order.
    pub fn of(outcome: Result<String, Failure>) -> Self {
        match outcome {
            Ok(text) => Self::Done(text),
            Err(error) => Self::Failed {
                code: error.code().to_owned(),
                text: error.full_text(),
                exit: error.exit_code(),
            },
        }
    }
}

/// Gives an order to the node that runs on the folder; `None` if none runs. Blocks until it is carried out.
///
/// # Errors
/// What the node answers, or that it went away meanwhile.
pub fn ask(dir: &DataDir, order: &Order, progress: &mut dyn FnMut(&str)) -> Result<Option<String>, Failure> {
    let Ok(stream) = UnixStream::connect(dir.control_socket()) else { return Ok(None) };
    let gone = || {
        Failure::other("node-gone", "cannot finish: the node ended meanwhile; look at its log and try again")
    };
    let mut line = serde_json::to_string(order).map_err(|_| gone())?;
    line.push('\n');
    (&stream).write_all(line.as_bytes()).map_err(|_| gone())?;
    for line in BufReader::new(&stream).lines() {
        match serde_json::from_str(&line.map_err(|_| gone())?).map_err(|_| gone())? {
            Reply::Progress(text) => progress(&text),
            Reply::Done(text) => return Ok(Some(text)),
            Reply::Failed { text, exit, .. } => {
                return Err(Failure::with_exit("refused-by-node", exit, text));
            }
        }
    }
    Err(gone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_and_replies_have_a_stable_form() {
        let order = Order::Backup { to: "/b".into() };
        assert_eq!(serde_json::to_string(&order).unwrap(), r#"{"do":"backup","to":"/b"}"#);
        assert_eq!(serde_json::to_string(&Order::Status).unwrap(), r#"{"do":"status"}"#);
        assert_eq!(serde_json::to_string(&Reply::Done("x".into())).unwrap(), r#"{"done":"x"}"#);
    }
}
