#![allow(missing_docs)]
pub mod driver;
pub mod enrol;
pub mod identity;
pub mod keys;
pub mod serve;
pub mod server;
pub mod tls;
pub mod transport;
