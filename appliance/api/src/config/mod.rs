//! Configuration in layers, for every binary that hosts the API: a commented default that is compiled in, then a file,
//! then `HOLDFAST_SECTION__KEY`, then flags. The default says which keys there are and of which type; everything that
//! does not fit is told at once, each with its fix.
//!
//! ```
//! use holdfast_api::config::{Layers, Reader};
//! let mut layers = Layers::over("[hub]\nport = 1\n");
//! layers.add_environment([("HOLDFAST_HUB__PORT".to_owned(), "99999".to_owned())]);
//! let mut reader = Reader::new(layers);
//! assert_eq!(reader.number("hub", "port", 1..=65_535), None);
//! assert!(reader.into_problems()[0].to_string().contains("write a whole number from 1 to 65535"));
//! ```

mod layers;
mod limits;
mod problem;
mod reader;

pub use layers::{FileText, Layers};
pub use limits::{connections, file_bytes, rates};
pub use problem::{Problem, Problems};
pub use reader::Reader;
