//! The types here and those of `messages.ts` are the same: names of messages, and names of fields.

use holdfast_visits::messages::{FromNode, FromPage, Problem, VERSION};
use holdfast_visits::{limits, token};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const CONTRACT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../desktop-app/packages/visit-room/src/messages.ts");

type Names = BTreeSet<String>;

/// As much of messages.ts as a contract needs: which interface has which fields, which message is of which type.
#[derive(Default)]
struct Contract {
    text: String,
    interfaces: BTreeMap<String, Interface>,
}

#[derive(Default, Clone)]
struct Interface {
    parents: Vec<String>,
    fields: Names,
    kind: Option<String>,
}

impl Contract {
    fn read() -> Self {
        Self::of(std::fs::read_to_string(CONTRACT).expect("messages.ts"))
    }

    fn of(text: String) -> Self {
        let mut interfaces = BTreeMap::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(head) = line.strip_prefix("export interface ") else { continue };
            let (name, parents) = head.trim_end_matches(" {").split_once(" extends ").unwrap_or((head, ""));
            let mut one = Interface {
                parents: parents.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect(),
                ..Interface::default()
            };
            for line in lines.by_ref().take_while(|line| *line != "}") {
                let Some((field, of)) = line.strip_prefix("  ").and_then(|line| line.split_once(':')) else {
                    continue;
                };
                if field.trim_end_matches('?').chars().all(char::is_alphanumeric) {
                    if field == "type" {
                        one.kind = Some(of.trim().trim_matches(|c| c == '\'' || c == ';').to_owned());
                    }
                    one.fields.insert(field.trim_end_matches('?').to_owned());
                }
            }
            interfaces.insert(name.trim_end_matches(" {").to_owned(), one);
        }
        Self { text, interfaces }
    }

    /// What stands between two marks.
    fn between(&self, from: &str, to: &str) -> &str {
        self.text.split_once(from).expect("the mark").1.split_once(to).expect("the end").0
    }

    /// Type and fields of each message of a union.
    fn messages(&self, union: &str) -> BTreeMap<String, Names> {
        let names = self.between(&format!("export type {union} ="), ";");
        let names = names.split('|').map(str::trim).filter(|name| !name.is_empty());
        names
            .map(|name| (self.kind(name).unwrap_or_else(|| panic!("{name} has no type")), self.fields(name)))
            .collect()
    }

    fn kind(&self, name: &str) -> Option<String> {
        let one = &self.interfaces[name];
        one.kind.clone().or_else(|| one.parents.iter().find_map(|parent| self.kind(parent)))
    }

    fn fields(&self, name: &str) -> Names {
        let one = self.interfaces.get(name).unwrap_or_else(|| panic!("no interface {name}"));
        let inherited = one.parents.iter().flat_map(|parent| self.fields(parent));
        inherited.chain(one.fields.iter().cloned()).collect()
    }
}

/// One of each message, with every field that there is.
fn samples() -> (Vec<Value>, Vec<Value>) {
    let stats = json!({"rttMs": 1, "lossUpPct": 0.5, "lossDownPct": 1, "jitterMs": 1, "kbitUp": 1, "kbitDown": 1,
        "framesPerS": 29.97, "heightPx": 360, "freezes": 0, "freezeMs": 0, "concealedPct": 0.1, "quality": "good", "level": 0,
        "path": "turn-tls", "joined": {"answerMs": 1, "connectedMs": 2, "firstFrameMs": 3}, "restarts": 0, "rejoins": 0,
        "sealFailed": 0});
    let from_page = vec![
        json!({"type": "hello", "v": 1, "token": "a.b", "device": "d", "part": "room", "takeOver": true, "language": "ar",
            "can": {"webrtc": true, "sealed": true}, "seal": "s"}),
        json!({"type": "ping", "t": 1.5}),
        json!({"type": "knock", "id": "1", "name": "N", "devices": {"camera": true, "microphone": false}}),
        json!({"type": "status", "id": "1", "state": "soon", "minutes": 5}),
        json!({"type": "admit", "id": "1", "member": "m"}),
        json!({"type": "decline", "id": "1", "member": "m", "reason": "r"}),
        json!({"type": "remove", "id": "1", "member": "m", "back": true}),
        json!({"type": "offer", "id": "1", "sdp": "v=0", "restart": true}),
        json!({"type": "check", "id": "1", "sdp": "v=0"}),
        json!({"type": "media", "id": "1", "audio": true, "camera": true, "screen": true, "level": 3, "levelWhy": "round-trip"}),
        json!({"type": "want", "wants": [{"slot": 4, "maxHeight": 720}]}),
        json!({"type": "ask-ice"}),
        json!({"type": "chat", "id": "1", "text": "t"}),
        json!({"type": "caption", "text": "t"}),
        json!({"type": "trouble", "id": "1", "kind": "breaks-up", "text": "t"}),
        json!({"type": "hand-over", "id": "1", "to": "Practitioner/p"}),
        json!({"type": "bridge", "id": "1", "do": "hang-up", "member": "m", "phone": "1", "name": "N"}),
        json!({"type": "leave", "id": "1"}),
        json!({"type": "end", "id": "1", "summary": "s", "next": "n"}),
        json!({"type": "stats", "stats": stats}),
    ];
    let call = json!({"clinic": "C", "phone": "1", "bridge": {"phone": "1", "pin": "2"}});
    let mut clinic = json!({"id": "north", "timeZone": "Europe/Paris"});
    clinic.as_object_mut().expect("one").extend(call.as_object().expect("one").clone());
    let status = json!({"state": "busy", "sinceMs": 1, "minutes": 2, "name": "N"});
    let ice = json!({"servers": [{"urls": ["turn:a"], "username": "u", "credential": "c"}], "untilMs": 1});
    let person = json!({"member": "m", "name": "N", "role": "interpreter", "state": "in", "sinceMs": 1, "audio": true,
        "camera": true, "screen": true, "connected": true, "quality": "lost", "level": 1, "levelWhy": "asked",
        "phone": "ringing", "language": "en", "leads": true, "seal": "s"});
    let slots = json!({"rev": 1, "audio": [null, {"member": "m"}], "video": [{"member": "m", "kind": "screen"}, null]});
    let line = json!({"seq": 1, "member": "m", "name": "N", "atMs": 1, "text": "t"});
    let summary = json!({"text": "t", "atMs": 1, "next": "n"});
    let typed = |kind: &str, of: &Value| {
        let mut of: Map<String, Value> = of.as_object().expect("one").clone();
        of.insert("type".into(), kind.into());
        Value::Object(of)
    };
    let from_node = vec![
        json!({"type": "welcome", "v": 1, "nowMs": 1, "visit": {"id": "v", "sealed": true, "startedMs": 1, "scheduledMs": 1},
            "clinic": clinic, "you": {"member": "m", "role": "patient", "name": "N", "state": "here", "sinceMs": 1},
            "media": true, "status": status, "relay": {"state": "full", "sinceMs": 1}, "ice": ice, "people": [person],
            "slots": slots, "chat": [line], "recording": false}),
        json!({"type": "refused", "code": "ended", "fromMs": 1, "retryAfterMs": 1, "summary": summary, "clinic": call}),
        json!({"type": "pong", "t": 1}),
        json!({"type": "done", "id": "1"}),
        json!({"type": "problem", "id": "1", "code": "c", "text": "t", "retryAfterMs": 1}),
        json!({"type": "answer", "id": "1", "sdp": "v=0"}),
        json!({"type": "you", "state": "waiting", "sinceMs": 1, "why": "back", "reason": "r"}),
        json!({"type": "people", "people": [person]}),
        typed("slots", &slots),
        typed("status", &status),
        json!({"type": "relay", "state": "ok", "sinceMs": 1}),
        typed("ice", &ice),
        json!({"type": "asked", "member": "m", "name": "N", "role": "family", "language": "ru", "sinceMs": 1}),
        typed("chat", &line),
        json!({"type": "caption", "text": "t", "member": "m", "name": "N"}),
        json!({"type": "trouble", "member": "m", "name": "N", "kind": "help", "text": "t", "atMs": 1}),
        json!({"type": "degrade", "level": 2, "why": "loss"}),
        json!({"type": "handed-over", "from": "a", "to": "b"}),
        json!({"type": "ended", "why": "revoked", "atMs": 1, "summary": summary}),
    ];
    (from_page, from_node)
}

fn kind(sample: &Value) -> String {
    sample["type"].as_str().expect("a type").to_owned()
}

fn keys(value: &Value) -> Names {
    value.as_object().expect("an object").keys().cloned().collect()
}

/// What differs between the contract and the types.
fn differences(contract: &Contract) -> Vec<String> {
    let (from_page, from_node) = samples();
    let mut found = vec![];
    let sides: [(&str, &[&str], Vec<Value>); 2] =
        [("FromPage", FromPage::TYPES, from_page), ("FromNode", FromNode::TYPES, from_node)];
    for (union, types, samples) in sides {
        let told = contract.messages(union);
        let ours: Names = types.iter().map(|kind| (*kind).to_owned()).collect();
        let theirs: Names = told.keys().cloned().collect();
        found.extend(
            theirs.symmetric_difference(&ours).map(|kind| format!("{union}: {kind} is on one side only")),
        );
        assert_eq!(samples.iter().map(kind).collect::<Names>(), ours, "there is one sample of each");
        for sample in samples {
            let Some(fields) = told.get(&kind(&sample)) else { continue };
            let of = kind(&sample);
            let names = keys(&sample);
            found.extend(
                fields.symmetric_difference(&names).map(|field| format!("{of}.{field} is on one side only")),
            );
        }
    }
    let (_, from_node) = samples();
    let welcome = &from_node[0];
    let inner: [(&str, &Value); 6] = [
        ("Person", &welcome["people"][0]),
        ("ClinicStatus", &welcome["status"]),
        ("IceServers", &welcome["ice"]),
        ("Slots", &welcome["slots"]),
        ("ChatLine", &welcome["chat"][0]),
        ("Summary", &from_node[1]["summary"]),
    ];
    for (name, sample) in inner {
        let names = keys(sample);
        let fields = contract.fields(name);
        found.extend(
            fields.symmetric_difference(&names).map(|field| format!("{name}.{field} is on one side only")),
        );
    }
    found
}

#[test]
fn messages_and_their_fields_are_those_of_messages_ts() {
    assert_eq!(differences(&Contract::read()), Vec::<String>::new());
}

#[test]
fn what_a_message_says_is_read_and_written_again_as_it_was() {
    let (from_page, from_node) = samples();
    for sample in from_page {
        let message: FromPage =
            serde_json::from_value(sample.clone()).unwrap_or_else(|e| panic!("{sample}: {e}"));
        assert_ne!(message, FromPage::Unknown);
        assert_eq!(serde_json::to_value(message).expect("JSON"), sample);
    }
    for sample in from_node {
        let message: FromNode =
            serde_json::from_value(sample.clone()).unwrap_or_else(|e| panic!("{sample}: {e}"));
        assert_eq!(serde_json::to_value(message).expect("JSON"), sample);
    }
}

#[test]
fn a_contract_that_changed_is_noticed() {
    let text = Contract::read().text;
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "the control changes something");
        differences(&Contract::of(text.replacen(from, to, 1)))
    };
    assert!(!changed("type: 'knock';", "type: 'ring';").is_empty(), "another name");
    assert!(!changed("  back: boolean;", "  again: boolean;").is_empty(), "another field");
    assert!(!changed("  | Ended;", ";").is_empty(), "one message less");
    assert!(
        !changed("export interface Degrade {", "export interface Degrade {\n  until: number;").is_empty(),
        "a new field"
    );
    assert!(!changed("  leads?: boolean;", "").is_empty(), "an inner field less");
}

#[test]
fn limits_and_codes_are_those_of_messages_ts() {
    let contract = Contract::read();
    let told = contract.between("export const LIMITS = {", "} as const");
    let of = |name: &str| -> u64 {
        let line = told.lines().find_map(|line| line.trim().strip_prefix(&format!("{name}: "))).expect(name);
        let factors = line.trim_end_matches(',').split(" * ");
        factors.map(|factor| factor.replace('_', "").parse::<u64>().expect("a number")).product()
    };
    let ours = [
        ("frameBytes", limits::FRAME_BYTES),
        ("chatChars", limits::CHAT_CHARS),
        ("nameChars", limits::NAME_CHARS),
        ("captionChars", limits::CAPTION_CHARS),
        ("summaryChars", limits::SUMMARY_CHARS),
        ("chatLines", limits::CHAT_LINES),
        ("people", limits::PEOPLE),
        ("slots", limits::SLOTS),
    ];
    for (name, ours) in ours {
        assert_eq!(of(name), ours as u64, "{name}");
    }
    assert!(of("pingMs") * 3 < limits::SILENCE_MS, "a page that lives is not taken for silent");
    assert!(contract.text.contains(&format!("VERSION = {VERSION};")));
    assert!(contract.text.contains(&format!("CLOSED_FOR_GOOD = {};", limits::CLOSED_FOR_GOOD)));
    let codes = contract.between("export type ProblemCode =", ";");
    let codes: Names = codes
        .split('|')
        .map(|code| code.trim().trim_matches('\'').to_owned())
        .filter(|c| !c.is_empty())
        .collect();
    assert_eq!(codes, Problem::ALL.iter().map(|problem| problem.code().to_owned()).collect());
}

#[test]
fn what_a_link_says_is_what_messages_ts_reads_of_it() {
    let claims = token::Claims {
        v: 1,
        visit: "v".to_owned().try_into().expect("a name"),
        clinic: "c".to_owned().try_into().expect("a name"),
        role: token::Role::Family,
        member: "m".to_owned().try_into().expect("a name"),
        name: "N".into(),
        nbf: 1,
        exp: 2,
        one: true,
        at: vec![],
        call: Some(token::CallFacts::default()),
        sealed: true,
    };
    let ours = keys(&serde_json::to_value(claims).expect("JSON"));
    assert_eq!(ours, Contract::read().fields("TokenPayload"));
}
