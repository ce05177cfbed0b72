//! The control port: HTTP on loopback or the pod's network, for the clinic role alone (decision 36).
//!
//! | Request | Does |
//! |---|---|
//! | `PUT /rooms/{visit}/members/{member}` | takes an offer, gives the answer |
//! | `PATCH` of the same | what the member sends, how their page shows what it receives |
//! | `DELETE` of the same | takes the member out |
//! | `PUT /checks/{name}` | takes the offer of a device check, which is in no visit; gives the answer |
//! | `POST /rooms/{visit}/end` | takes everybody out |
//! | `GET /events` | what happens, a JSON object a line, as long as the connection stands |
//! | `GET /status` | what the relay carries |
//!
//! Every request carries the key of [`key`]; a refusal is problem+json with a stable `code`.

pub mod body;
mod events;
pub mod key;
mod problem;
mod routes;

pub use body::{Answer, Offer, Patch, Status};
pub use routes::{State, router};
