//! The log: on stderr, one JSON object a line, without anything of a patient (who logs, sees to that).

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};
use crate::failure::Failure;

/// Starts the log of this process.
///
/// # Errors
/// [`Failure::Other`] if the filter cannot be used, which the configuration has checked.
pub fn start(config: &LogConfig) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&config.filter).map_err(|error| {
        let text = format!("cannot log with the filter {:?}: {error}; correct log.filter", config.filter);
        Failure::with_exit("log-filter", 10, text)
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match config.format {
        LogFormat::Json => {
            log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
        LogFormat::Text => log.try_init(),
    };
    set.map_err(|error| Failure::other("log", format!("cannot start the log: {error}; this is a defect")))
}
