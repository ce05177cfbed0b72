//! The cable between a desktop and its node, which can be pulled.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct Ends {
    is_pulled: bool,
    open: Vec<TcpStream>,
}

/// Passes on what comes to its address, as long as it is plugged in.
#[derive(Clone)]
pub(crate) struct Cable {
    pub(crate) address: String,
    ends: Arc<Mutex<Ends>>,
}

impl Cable {
    pub(crate) fn to(node: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let cable = Self { address: listener.local_addr().unwrap().to_string(), ends: Arc::default() };
        let (node, ends) = (node.to_owned(), cable.ends.clone());
        std::thread::spawn(move || {
            for near in listener.incoming().map(Result::unwrap) {
                let mut ends = ends.lock().unwrap();
                if ends.is_pulled {
                    continue;
                }
                let Ok(far) = TcpStream::connect(&node) else { continue };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    ends.open.push(from.try_clone().unwrap());
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || pass(from, to));
                }
            }
        });
        cable
    }

    pub(crate) fn pull(&self) {
        let mut ends = self.ends.lock().unwrap();
        ends.is_pulled = true;
        for end in ends.open.drain(..) {
            // One that is closed already needs no closing.
            let _closed = end.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn plug_in(&self) {
        self.ends.lock().unwrap().is_pulled = false;
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut part = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut part) {
        if to.write_all(&part[..count]).is_err() {
            break;
        }
    }
    let _closed = to.shutdown(Shutdown::Both);
}
