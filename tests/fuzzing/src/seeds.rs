//! The first inputs of each target: frames and segments as the product writes them, of made-up people.

mod calendar;
mod fhir;
mod relay;
mod turn;

use holdfast_core::codec::encode_ops;
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity, Lane, Scope};
use holdfast_core::message::{
    Below, Condition, Page, Position, Reach, Request, Response, Search, StateItem, Text, Visit,
};
use holdfast_core::op::{Change, EntityDot, Op};
use holdfast_core::segment::seal;
use holdfast_core::wire::put_varint;
use holdfast_link::keys::PrivateKey;

use crate::parts::key;

const ME: ActorId = ActorId([1; 16]);

/// `(name, bytes)` of the first inputs of a target.
pub fn of(target: &str) -> Vec<(String, Vec<u8>)> {
    let inputs = match target {
        "segment" => segments(),
        "frame" => frames(),
        "session" => sessions(),
        "signature" => scripts(),
        "enrolment" => enrolment(),
        "resource" => resources(),
        "search" => fhir::searches(),
        "bundle" => fhir::bundles(),
        "patch" => fhir::patches(),
        "cursor" => fhir::cursors(),
        "finding" => typed(),
        "headers" => headers(),
        "calendar" => calendar::files(),
        "relay-entry" => relay::entries(),
        "relay-control" => relay::bodies(),
        "stun" => turn::messages(),
        "turn" => turn::scripts(),
        "visit" => visits(),
        _ => Vec::new(),
    };
    inputs.into_iter().enumerate().map(|(n, bytes)| (format!("seed-{n:02}"), bytes)).collect()
}

/// Frames of a page, a link, and a visit that is held.
fn visits() -> Vec<Vec<u8>> {
    let frames = [
        r#"{"type":"hello","v":1,"token":"a.b","device":"d","part":"room","language":"en","can":{"webrtc":true,"sealed":true}}"#,
        r#"{"type":"media","id":"m","audio":true,"camera":false,"screen":false,"level":1,"levelWhy":"loss"}"#,
        r#"{"type":"chat","id":"c","text":"Can you hear me?"}"#,
        r#"{"type":"hand-over","id":"h","to":"u1"}"#,
    ];
    let mut out: Vec<_> = frames.iter().map(|text| tagged(0, text.as_bytes())).collect();
    out.push(tagged(1, b"eyJ2IjoxfQ.AAAA"));
    out.push(tagged(2, &[1, 40, b'A']));
    // The clinician and the patient knock, she lets him in, he offers, the relay answers, time passes, it is ended.
    out.push(tagged(
        3,
        &[0, 0, 1, 0, 0, 1, 2, 0, 0, 0, 3, 1, 0, 1, 4, 4, 5, 0, 4, 1, 0, 3, 9, 9, 0, 0, 5, 6],
    ));
    out
}

/// What is typed at a desk, and names and numbers as records have them.
fn typed() -> Vec<Vec<u8>> {
    let typed = [
        "maría o'neil-garcía",
        "12/03/1974 555 01",
        "3.7.1974",
        "1974年3月7日",
        "NORTH-K7QM3X-0042-M",
        "٢٢٣٣",
        "山田 太",
    ];
    let names = ["O'Neil-García", "Nguyễn Thị", "山田太郎", "الحسن", "ÅSA ß", "D’Arcy"];
    let mut out: Vec<_> = typed.iter().map(|text| tagged(0, text.as_bytes())).collect();
    out.extend(names.iter().map(|text| tagged(1, text.as_bytes())));
    out.extend([[74, 2, 6], [126, 11, 27]].map(|day| tagged(2, &day)));
    out.extend(["NORTH-K7QM3X-0042-M", "A-77"].map(|text| tagged(3, text.as_bytes())));
    out
}

fn headers() -> Vec<Vec<u8>> {
    let ranges = ["bytes=0-0", "bytes=2-", "bytes=-3", "bytes=9-99999999999999999999999999", "bytes=0-1,4-5"];
    let digest = "sha-512=:xx:, sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";
    let mut out: Vec<_> = ranges.iter().map(|text| [&[0, 10], text.as_bytes()].concat()).collect();
    out.extend([[1, 10, 2, 3], [1, 10, 0xfe, 0]].map(|numbers| numbers.to_vec()));
    out.push([&[2, digest.len() as u8, 0], digest.as_bytes(), b"abc"].concat());
    out
}

fn tagged(mode: u8, bytes: &[u8]) -> Vec<u8> {
    [&[mode], bytes].concat()
}

fn ops(n: u64) -> Vec<Op> {
    let id = |n: u64| format!("0b2b2b2b-1111-4222-8333-44445555666{}", n % 10);
    let change = |key: &str, value: &str| Change { key: key.into(), pred: vec![], value: Some(value.into()) };
    (1..=n)
        .map(|seq| Op {
            dot: Dot { actor: ME, lane: Lane::CHART, seq },
            hlc: Hlc::new(1_700_000_000_000 + seq * 31, 0),
            entity: Entity::new("Observation", id(seq % 3)),
            author: "Practitioner/1".into(),
            changes: vec![
                change("status", "\"final\""),
                change("subject", &format!("{{\"reference\":\"Patient/{}\"}}", id(7))),
                Change {
                    key: "note".into(),
                    pred: vec![EntityDot { actor: ActorId([9; 16]), seq }],
                    value: None,
                },
            ],
        })
        .collect()
}

fn segments() -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for n in [1, 3, 20] {
        let Ok(sealed) = seal(ops(n), 1, [0; 32], [5; 16], key()) else { continue };
        out.extend(sealed.encode().map(|bytes| tagged(0, &bytes)));
        out.extend(sealed.erase(1).encode().map(|bytes| tagged(0, &bytes)));
        out.extend(encode_ops(&ops(n)).map(|bytes| tagged(1, &bytes)));
    }
    out.push(tagged(1, &bomb_batch()));
    out.extend([2, 3].map(|mode| tagged(mode, &[7; 200])));
    out
}

/// A batch of ops that says it holds 32 MiB of nothing.
fn bomb_batch() -> Vec<u8> {
    let mut out = vec![0, 0, 0];
    out.extend_from_slice(&bomb());
    out
}

fn bomb() -> Vec<u8> {
    let zeros = vec![0; 32 << 20];
    let frame = zstd::bulk::compress(&zeros, 19).unwrap_or_default();
    let mut out = Vec::new();
    put_varint(&mut out, zeros.len() as u64);
    put_varint(&mut out, frame.len() as u64);
    out.extend_from_slice(&frame);
    out
}

fn frames() -> Vec<Vec<u8>> {
    let at = |n: u64| Position { scope: Scope::patient(&n.to_string()), at: n };
    let item = StateItem { entity: Entity::new("Patient", "p1"), json: "{}".into(), state: vec![1, 1, 0, 0] };
    let requests = [
        Request::Hello { protocol: 1, schema: 1, actors: vec![(ME, [2; 32])], opening: (3, [4; 16]) },
        Request::Push { segment: vec![1, 2, 3] },
        Request::Pull { actor: ME, acked: vec![at(1)], pending: vec![at(2)], max_bytes: 9, wait_ms: 9 },
        Request::Hold { actor: ME, scopes: vec![at(3), at(0)], urgent: true },
        Request::Release { actor: ME, scopes: vec![Scope::directory()] },
        Request::Log { actor: ME, lane: Lane::AUDIT, from: 300 },
        Request::Fetch { entities: vec![Entity::new("Patient", "p1")] },
        Request::Search(Search {
            kind: "Patient".into(),
            all: vec![Condition {
                param: 103_003,
                any: vec![Text::Prefix("smi".into()), Text::Exact("x".into())],
            }],
            limit: 20,
        }),
        Request::GiveBack { actor: ME, states: vec![] },
        Request::GiveBack { actor: ME, states: vec![item.clone()] },
        Request::Introduce {
            actor: ME,
            below: vec![Below { replica: "front-desk".into(), actor: ActorId([5; 16]), key: [6; 32] }],
        },
    ];
    let visit = Visit { scope: Scope::clinic("north"), from: 1, to: 9, more: true };
    let page = Page { visits: vec![visit], ops: ops(4), states: vec![item.clone()], waiting: 2 };
    let reach = Reach { actor: ME, lane: Lane::CHART, seq: 7, hash: [8; 32] };
    let responses = [
        Response::Welcome { protocol: 1, upstream: ActorId([9; 16]), known: vec![reach], waiting: 1 },
        Response::Ack { actor: ME, lane: Lane::SAFETY, through: 12 },
        Response::Page(page),
        Response::Done { count: 2 },
        Response::Segments(vec![vec![1, 2], vec![]]),
        Response::States(vec![item]),
        Response::Lacking { former: vec![reach], later: 3 },
        Response::Refused { code: "busy".into(), message: "later".into(), retryable: true },
    ];
    let mut out: Vec<Vec<u8>> =
        requests.iter().filter_map(|r| r.encode().ok()).map(|bytes| tagged(0, &bytes)).collect();
    out.extend(responses.iter().filter_map(|r| r.encode().ok()).map(|bytes| tagged(1, &bytes)));
    out.push(tagged(1, &tagged(6, &bomb())));
    out.push(tagged(0, &tagged(7, &bomb())));
    // A fetch, states and a gift of states, their bodies not yet compressed.
    let states = b"\x01\x07Patient\x02p1\x01\x01\x02{}";
    out.push([&[2, 1, 0, 7, 2][..], b"\x07Patient\x02p1\x07Patient\x02p2"].concat());
    out.push([&[3, 0][..], states].concat());
    out.push([&[2, 17, 0, 8][..], &ME.0, states].concat());
    out
}

fn sessions() -> Vec<Vec<u8>> {
    // Connect, welcome, compare, segments, page; and one refusal of each kind in between.
    let live = [1, 5, 0, 2, 0, 3, 0, 1, 0, 7, 0];
    let mut out = vec![live.to_vec()];
    for code in 0..5 {
        out.push(
            [&live[..], &[8, 1, 2, 5, 5, 2, 0, 3, 1, 1, 3, 13, 3, 0, 0, 0, 2, 1, 0, code, 200, 15, 200]]
                .concat(),
        );
    }
    out
}

fn scripts() -> Vec<Vec<u8>> {
    (0u8..12)
        .map(|n| (0..400u16).map(|at| (at.wrapping_mul(37) >> (n % 5)) as u8 ^ n.wrapping_mul(29)).collect())
        .collect()
}

fn enrolment() -> Vec<Vec<u8>> {
    let csr = PrivateKey::generate().ok().and_then(|key| key.csr_pem().ok()).unwrap_or_default();
    let token = "A".repeat(43);
    let body = serde_json::json!({ "token": token, "csr": csr }).to_string();
    let answer = serde_json::json!({
        "cert": "", "ca": "", "endpoints": ["https://hub.example:8443"],
        "identity": { "clinic": "north", "kind": "node", "replica": "n1" },
    });
    vec![
        tagged(0, body.as_bytes()),
        tagged(1, csr.as_bytes()),
        tagged(3, format!("hf1.{token}.{token}").as_bytes()),
        tagged(3, b"holdfast://north/node/n1"),
        tagged(3, b"https://[::1]:8443"),
        tagged(3, br#"{"clinic":"north","kind":"desktop","replica":"d-1"}"#),
        [&[5, 11, 0][..], b"\x31\x09\x30\x07\x06\x03\x55\x04\x03\x0c\x00", b"\x30\x00"].concat(),
        tagged(6, b"https://elsewhere/\nholdfast://north/node/n1"),
        tagged(7, answer.to_string().as_bytes()),
    ]
}

fn resources() -> Vec<Vec<u8>> {
    [
        (0, r#"{ "resourceType":"Patient","id":"p","name":[{"family":"Made","given":["Up",null],"_given":[null,{"id":"x"}]}],"birthDate":"1970-01-01","active":true}"#),
        (1, r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"valueQuantity":{"value": 6.30 },"referenceRange":[{"low":{"value":1E+2}}]}"#),
        (2, r#"{"resourceType":"Group","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/b"}},{"entity":{"reference":"Patient/a"}},{"entity":{"reference":"Patient/b"}}]}"#),
        (3, r#"{"resourceType":"Appointment","status":"booked","start":"2026-01-02T03:04:05Z","participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"}]}"#),
        (4, r#"{"resourceType":"AuditEvent","meta":{"source":"s","tag":[{"code":"a"},{"system":"urn:holdfast:tag","code":"conflict"},{"code":"a"}],"security":[{"code":"R"}]},"type":{"code":"rest"},"recorded":"2026-01-02T03:04:05.678Z","agent":[{"requestor":true}],"source":{"observer":{"display":"s"}}}"#),
        (7, "{\"a\":\"\\u00e9 \\\" \\\\ \u{7530}\",\"b\":[ 1.0 , -0.0e+10 ,{}]}"),
    ]
    .into_iter()
    .map(|(kind, text)| tagged(kind, text.as_bytes()))
    .collect()
}
