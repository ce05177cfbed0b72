//! The node as a real process.

mod config;
mod console;
mod disk_full;
mod import;
mod lifecycle;
mod logs;
mod support;
