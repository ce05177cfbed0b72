//! Datagrams, payloads and offers as browsers make them.

use super::tagged;

pub(super) fn entries() -> Vec<Vec<u8>> {
    let mut request = vec![0, 1, 0, 16, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    request.extend(b"\0\x06\0\x09ours:them\0\0\0");
    let vp8 = [0x90, 0xc0, 0x81, 0x02, 7, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x41, 1];
    let h264 = [0x78, 0, 2, 0x68, 1, 0, 2, 0x65, 1];
    vec![
        tagged(0, &request),
        tagged(0, &[22, 254, 253, 0, 0]),
        tagged(0, &[0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]),
        tagged(1, &request[20..]),
        tagged(2, &vp8),
        tagged(2, &h264),
        tagged(3, &[0x80 | 111, 0, 0, 2, 111, 8, 9, 1, 2, 3]),
    ]
}

pub(super) fn bodies() -> Vec<Vec<u8>> {
    let offer = offer();
    let body = serde_json::json!({ "sdp": offer, "role": "patient", "audio": true, "video": false, "restart": true });
    vec![
        tagged(0, body.to_string().as_bytes()),
        tagged(1, br#"{"screen":true,"wants":[{"slot":0,"max_height":180}]}"#),
        tagged(2, offer.as_bytes()),
    ]
}

/// What a page with one audio and one video slot offers.
fn offer() -> String {
    let mut sdp = String::from(
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2 3 4\r\na=msid-semantic: WMS\r\n",
    );
    let lines = [
        ("audio", "sendonly"),
        ("video", "sendonly"),
        ("video", "sendonly"),
        ("audio", "recvonly"),
        ("video", "recvonly"),
    ];
    for (mid, (kind, direction)) in lines.into_iter().enumerate() {
        let codec = if kind == "audio" {
            "a=rtpmap:111 opus/48000/2"
        } else {
            "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli"
        };
        let pt = if kind == "audio" { 111 } else { 96 };
        sdp += &format!(
            "m={kind} 9 UDP/TLS/RTP/SAVPF {pt}\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
        );
        let print = vec!["AB"; 32].join(":");
        sdp += &format!(
            "a=fingerprint:sha-256 {print}\r\na=setup:actpass\r\na=mid:{mid}\r\na={direction}\r\na=rtcp-mux\r\n{codec}\r\n"
        );
    }
    sdp
}
