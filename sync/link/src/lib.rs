#![allow(missing_docs)]
pub mod enrol;
pub mod identity;
pub mod keys;
pub mod server;
pub mod tls;
pub mod transport;
pub mod driver;
pub mod serve;
