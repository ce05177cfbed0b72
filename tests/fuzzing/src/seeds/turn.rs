//! Messages of the test vectors, and scripts at a server.

use holdfast_media::turn::client::{Client, channel_data, send_indication};
use holdfast_media::turn::credentials::SharedKey;

/// RFC 5769 §2.1: a request that is signed and has a fingerprint.
const REQUEST: [u8; 108] = [
    0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa,
    0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20,
    0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff, 0x80, 0x29, 0x00,
    0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a,
    0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c, 0xbf,
    0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28,
    0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
];

pub(super) fn messages() -> Vec<Vec<u8>> {
    let credentials = SharedKey::new(b"key").credentials(1000, 300, "v0", "m0").expect("lawful ids");
    let mut client = Client::new(credentials, 1);
    (client.realm, client.nonce) = (b"r".to_vec(), b"obMatJos2gAAA".to_vec());
    let peer = ([192, 0, 2, 1], 5000).into();
    let mut messages = vec![
        REQUEST.to_vec(),
        client.allocate(),
        client.refresh(600),
        client.create_permission(&[peer]),
        client.channel_bind(0x4000, peer),
        send_indication(peer, b"payload"),
    ];
    let stream = [messages.concat(), channel_data(0x4000, b"padded--")].concat();
    messages.iter_mut().for_each(|message| message.insert(0, 0));
    messages.push([&[2], &stream[..]].concat());
    for ways in 0..8 {
        let head = [&[1, 0, 0, 3][..], &[7; 12], &[ways, 0, 40, 3, 0], b"key"].concat();
        messages.push([&head[..], &[0, 6, 5, 0], b"1:v:m", &[0, 0x14, 1, 0], b"r"].concat());
    }
    messages
}

pub(super) fn scripts() -> Vec<Vec<u8>> {
    // Twice an allocation of client 0, which is challenged first; a channel to the SFU; a packet each way; a refresh; its end.
    let allocate = [0, 0, 0, 0, 0];
    let bind = [0, 0, 0, 0, 4, 1];
    let up = [6, 0, 33, 4, 0, b'd', b'a', b't', b'a'];
    let down = [7, 0, 0, 0, 0, 4, 0, b'd', b'a', b't', b'a'];
    let whole =
        [&allocate[..], &allocate, &bind, &up, &down, &[0, 0, 0, 40, 2], &[0, 0, 0, 0, 2], &[11, 0]].concat();
    let damaged = [&allocate[..], &[3, 0, 0, 0, 0, 0, 99, 3], &[4, 0, 2, 0, b'x', b'y', 0, 0, 0, 0]].concat();
    let late =
        [&allocate[..], &allocate, &bind, &[8, 0, 4, 0], &up, &down, &[8, 0, 6, 0], &up, &allocate].concat();
    let others = [
        &allocate[..],
        &allocate,
        &[9, 0],
        &[0, 1, 0, 0, 0],
        &[0, 1, 0, 0, 0],
        &[10, 0],
        &[5, 1, 4, 0, 0x40, 0, 0, 0],
    ]
    .concat();
    vec![whole, damaged, late, others]
}
