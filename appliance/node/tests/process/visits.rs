//! Visits on a real node with its own relay: links, waiting, what is kept through a kill, and what stands in the record.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::support::{Node, read, send_with};

/// Whoever has signed in.
struct Staff {
    authority: String,
    cookie: String,
}

impl Staff {
    fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let headers = [self.cookie.as_str(), "x-holdfast: 1"];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = crate::support::send_plain(&self.authority, &headers, method, path, &body);
        (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
    }

    fn must(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, said) = self.call(method, path, body);
        assert!(status < 300, "{method} {path}: {status} {said}");
        said
    }
}

/// A clinic with two clinicians and somebody at the desk.
struct Clinic {
    _folder: tempfile::TempDir,
    node: Node,
}

const PINS: [(&str, &str, &str); 3] =
    [("ada", "482915", "clinician"), ("leo", "570284", "clinician"), ("max", "629417", "admin")];

impl Clinic {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Node::start(&folder.path().join("data"));
        let code = read(&node.data.join("setup-code"));
        let clinic = Self { _folder: folder, node };
        let nobody = Staff { authority: clinic.authority(), cookie: "x-nobody: 1".to_owned() };
        let admin = json!({ "code": code.trim(), "login": "root", "name": "Root", "pin": "913605" });
        nobody.must("POST", "/api/setup", admin);
        let root = clinic.sign_in("root", "913605");
        for (login, pin, role) in PINS {
            root.must(
                "POST",
                "/api/people",
                json!({ "login": login, "name": login, "roles": [role], "pin": pin }),
            );
        }
        assert_eq!(
            clinic.node.put("Patient", "p1", ",\"name\":[{\"family\":\"Jones\",\"given\":[\"Sam\"]}]").status,
            201
        );
        clinic
    }

    fn authority(&self) -> String {
        self.node.url.trim_start_matches("http://").to_owned()
    }

    fn sign_in(&self, login: &str, pin: &str) -> Staff {
        let body = json!({ "login": login, "pin": pin }).to_string();
        let mut stream = TcpStream::connect(self.authority()).unwrap();
        let cookie = crate::support::cookie_of(&mut stream, &self.authority(), "/api/session", &body);
        Staff { authority: self.authority(), cookie: format!("cookie: {cookie}") }
    }

    fn person(&self, login: &str) -> Staff {
        let (_, pin, _) = PINS.iter().find(|(one, ..)| *one == login).unwrap();
        self.sign_in(login, pin)
    }

    fn kill_and_start(&mut self) {
        self.node.kill();
        self.node = Node::start(&self.node.data.clone());
    }
}

/// A page's socket.
struct Page(WebSocket<TcpStream>);

impl Page {
    fn open(clinic: &Clinic, token: &str, device: &str) -> Self {
        let stream = TcpStream::connect(clinic.authority()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let url = format!("ws://{}/api/visit/socket", clinic.authority());
        let (socket, _) = tungstenite::client(url.as_str(), stream).unwrap();
        let mut page = Self(socket);
        page.say(json!({ "type": "hello", "v": 1, "token": token, "device": device, "part": "room", "language": "en",
            "can": { "webrtc": true, "sealed": true } }));
        page
    }

    fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).unwrap();
    }

    /// The next message of that type; what comes before it is passed over.
    fn hears(&mut self, kind: &str) -> Value {
        let until = Instant::now() + Duration::from_secs(20);
        let mut passed = Vec::new();
        while Instant::now() < until {
            let message = self.0.read().unwrap_or_else(|error| panic!("{error}, after {passed:?}"));
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] == kind {
                return message;
            }
            passed.push(message["type"].clone());
        }
        panic!("{kind} was never said; but {passed:?}");
    }

    fn is_closed_with(&mut self, code: u16) -> bool {
        loop {
            match self.0.read() {
                Ok(Message::Close(Some(frame))) => return u16::from(frame.code) == code,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }
}

fn token_of(link: &Value) -> String {
    link["url"].as_str().unwrap().rsplit_once("/v/").unwrap().1.to_owned()
}

fn begin(staff: &Staff, id: &str) -> String {
    staff.must("POST", "/api/visits", json!({ "id": id, "patient": "p1" }));
    let link = json!({ "id": format!("{id}-l"), "role": "patient", "name": "Sam", "singleDevice": true });
    token_of(&staff.must("POST", &format!("/api/visits/{id}/links"), link))
}

fn clinician(clinic: &Clinic, staff: &Staff, id: &str) -> Page {
    let entry = staff.must("POST", &format!("/api/visits/{id}/join"), json!({}));
    Page::open(clinic, entry["token"].as_str().unwrap(), "desk")
}

fn knock(id: &str) -> Value {
    json!({ "type": "knock", "id": id, "devices": { "camera": true, "microphone": true } })
}

/// What happened, as the Encounter tells it.
fn told(encounter: &Value) -> Vec<String> {
    let visit = encounter["extension"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["url"] == "urn:holdfast:visit")
        .unwrap();
    let parts = visit["extension"].as_array().unwrap().iter().filter(|part| part["url"] == "fact");
    parts.map(|part| part["extension"][0]["valueCode"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_visit_waits_is_held_and_ends_and_the_record_tells_it() {
    let clinic = Clinic::open();
    let ada = clinic.person("ada");
    let token = begin(&ada, "v1");
    let mut sam = Page::open(&clinic, &token, "phone");
    let welcome = sam.hears("welcome");
    assert_eq!(
        (welcome["you"]["state"].as_str(), welcome["relay"]["state"].as_str()),
        (Some("here"), Some("ok"))
    );
    let urls = welcome["ice"]["servers"][0]["urls"].as_array().unwrap();
    assert_eq!(urls.len(), 2, "TURN over UDP and TCP: {urls:?}");
    sam.say(knock("k1"));
    assert_eq!(sam.hears("done")["id"], "k1");
    assert_eq!(sam.hears("you")["state"], "waiting");

    let mut doctor = clinician(&clinic, &ada, "v1");
    let people = doctor.hears("welcome")["people"].as_array().unwrap().len();
    assert_eq!(people, 2);
    doctor.say(knock("k"));
    doctor.hears("done");
    doctor.say(json!({ "type": "admit", "id": "a", "member": "m-v1-l" }));
    doctor.hears("done");
    assert_eq!(sam.hears("you")["state"], "in");
    sam.say(json!({ "type": "chat", "id": "c", "text": "Can you hear me?" }));
    assert_eq!(doctor.hears("chat")["text"], "Can you hear me?");
    assert_eq!(ada.must("GET", "/api/visits/v1", Value::Null)["status"], "running");

    let over = ada.must("POST", "/api/visits/v1/end", json!({ "summary": "Drink a lot.", "next": "Monday" }));
    assert_eq!((over["status"].as_str(), over["links"][0]["url"].as_str()), (Some("ended"), None));
    let ended = sam.hears("ended");
    assert_eq!(
        (ended["why"].as_str(), ended["summary"]["text"].as_str()),
        (Some("ended"), Some("Drink a lot."))
    );
    assert!(sam.is_closed_with(4000));

    let encounter = ada.must("GET", "/fhir/Encounter/v1", Value::Null);
    assert_eq!(
        (encounter["status"].as_str(), encounter["class"]["code"].as_str()),
        (Some("finished"), Some("VR"))
    );
    assert!(encounter["period"]["end"].is_string());
    let who = &encounter["participant"][0];
    assert_eq!(who["individual"]["display"], "ada");
    assert!(who["period"]["start"].is_string() && who["period"]["end"].is_string());
    let all = told(&encounter);
    let expected = ["knocked", "joined", "admitted", "joined", "started"];
    assert_eq!(all[..expected.len()], expected, "{all:?}");
    assert!(all.contains(&"ended".to_owned()));
    let chat = ada.must("GET", "/fhir/Communication/v1-chat", Value::Null);
    assert_eq!(chat["payload"][0]["contentString"], "Sam: Can you hear me?");
    assert_eq!(chat["encounter"]["reference"], "Encounter/v1");

    let mut late = Page::open(&clinic, &token, "phone");
    let refused = late.hears("refused");
    assert_eq!(
        (refused["code"].as_str(), refused["summary"]["next"].as_str()),
        (Some("ended"), Some("Monday"))
    );
}

#[test]
fn what_was_told_to_anybody_is_there_after_the_node_was_killed() {
    let mut clinic = Clinic::open();
    let ada = clinic.person("ada");
    let token = begin(&ada, "v2");
    let mut sam = Page::open(&clinic, &token, "phone");
    sam.hears("welcome");
    sam.say(knock("k1"));
    sam.hears("done");
    let mut doctor = clinician(&clinic, &ada, "v2");
    doctor.hears("welcome");
    doctor.say(knock("k"));
    doctor.hears("done");
    doctor.say(json!({ "type": "admit", "id": "a", "member": "m-v2-l" }));
    doctor.hears("done");
    doctor.say(json!({ "type": "chat", "id": "c", "text": "Before." }));
    doctor.hears("done");
    clinic.kill_and_start();

    let ada = clinic.person("ada");
    assert_eq!(ada.must("GET", "/api/visits/v2", Value::Null)["status"], "running");
    let mut sam = Page::open(&clinic, &token, "phone");
    let welcome = sam.hears("welcome");
    assert_eq!(welcome["you"]["state"], "in");
    assert_eq!(welcome["chat"][0]["text"], "Before.");
    // The same command again is not done again.
    sam.say(knock("k1"));
    assert_eq!(sam.hears("done")["id"], "k1");
    let mut doctor = clinician(&clinic, &ada, "v2");
    doctor.hears("welcome");
    doctor.say(json!({ "type": "chat", "id": "c", "text": "Before." }));
    doctor.hears("done");
    doctor.say(json!({ "type": "chat", "id": "d", "text": "After." }));
    assert_eq!(sam.hears("chat")["seq"], 2);
}

#[test]
fn a_link_is_one_however_often_it_is_asked_and_nothing_once_it_is_taken_back() {
    let clinic = Clinic::open();
    let ada = clinic.person("ada");
    let token = begin(&ada, "v3");
    let link = json!({ "id": "v3-l", "role": "patient", "name": "Sam", "singleDevice": true });
    let (status, again) = ada.call("POST", "/api/visits/v3/links", link);
    assert_eq!((status, token_of(&again)), (200, token.clone()));
    let mut sam = Page::open(&clinic, &token, "phone");
    sam.hears("welcome");
    let mut other = Page::open(&clinic, &token, "tablet");
    assert_eq!(other.hears("refused")["code"], "elsewhere");
    assert_eq!(ada.call("DELETE", "/api/visits/v3/links/v3-l", Value::Null).0, 204);
    assert_eq!(sam.hears("ended")["why"], "revoked");
    let mut again = Page::open(&clinic, &token, "phone");
    assert_eq!(again.hears("refused")["code"], "link-revoked");
    let shown = ada.must("GET", "/api/visits/v3", Value::Null);
    assert!(shown["links"][0]["revoked"].is_string() && shown["links"][0]["url"].is_null());
    assert_eq!(shown["links"][0]["used"], true);
    // A link that anybody could have written.
    for (forged, code) in [("nonsense", "link-bad"), (&format!("{}B", &token[..token.len() - 1]), "link-bad")]
    {
        assert_eq!(Page::open(&clinic, forged, "x").hears("refused")["code"], code, "{forged}");
    }
}

#[test]
fn an_appointment_has_one_visit_and_its_patient_goes_through_the_clinic_with_it() {
    let clinic = Clinic::open();
    let ada = clinic.person("ada");
    let now: u64 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let instant = |s: u64| {
        let made = std::process::Command::new("date")
            .args(["-u", "+%Y-%m-%dT%H:%M:00Z", "-d", &format!("@{s}")])
            .output();
        String::from_utf8(made.unwrap().stdout).unwrap().trim().to_owned()
    };
    let body = format!(
        r#","status":"booked","start":"{}","end":"{}","participant":[{{"actor":{{"reference":"Patient/p1"}},"status":"accepted"}}]"#,
        instant(now),
        instant(now + 1_800)
    );
    assert_eq!(clinic.node.put("Appointment", "a1", &body).status, 201);
    let first = ada.must("POST", "/api/visits", json!({ "id": "v4", "appointment": "a1" }));
    assert_eq!((first["status"].as_str(), first["encounter"].as_str()), (Some("planned"), Some("a1")));
    let (status, second) = ada.call("POST", "/api/visits", json!({ "id": "v5", "appointment": "a1" }));
    assert_eq!((status, second["id"].as_str()), (200, Some("v4")));
    let found = ada.must("GET", "/api/visits?appointment=a1", Value::Null);
    assert_eq!(found["visits"].as_array().unwrap().len(), 1);
    let link = json!({ "id": "l4", "role": "patient", "name": "Sam", "singleDevice": true });
    let token = token_of(&ada.must("POST", "/api/visits/v4/links", link));
    let mut sam = Page::open(&clinic, &token, "phone");
    sam.hears("welcome");
    sam.say(knock("k1"));
    sam.hears("done");
    let status = |kind: &str| {
        ada.must("GET", &format!("/fhir/{kind}/a1"), Value::Null)["status"].as_str().unwrap().to_owned()
    };
    assert_eq!((status("Appointment"), status("Encounter")), ("arrived".to_owned(), "arrived".to_owned()));
    let mut doctor = clinician(&clinic, &ada, "v4");
    doctor.hears("welcome");
    doctor.say(knock("k"));
    doctor.hears("done");
    doctor.say(json!({ "type": "admit", "id": "a", "member": "m-l4" }));
    sam.hears("people");
    doctor.hears("done");
    assert_eq!(
        (status("Appointment"), status("Encounter")),
        ("checked-in".to_owned(), "in-progress".to_owned())
    );
    doctor.say(json!({ "type": "end", "id": "e", "summary": "Well." }));
    doctor.hears("ended");
    assert_eq!((status("Appointment"), status("Encounter")), ("fulfilled".to_owned(), "finished".to_owned()));
    assert_eq!(ada.must("GET", "/api/visits?appointment=a1", Value::Null)["visits"], json!([]));
}

#[test]
fn whoever_may_not_see_the_patient_does_not_learn_of_the_visit() {
    let clinic = Clinic::open();
    let (ada, max) = (clinic.person("ada"), clinic.person("max"));
    begin(&ada, "v6");
    for (method, path, body) in [
        ("GET", "/api/visits/v6", Value::Null),
        ("GET", "/api/visits/v6/clinicians", Value::Null),
        ("GET", "/api/visits/none", Value::Null),
    ] {
        let (status, said) = max.call(method, path, body);
        assert!(matches!(status, 403 | 404), "{path}: {status} {said}");
    }
    let (status, said) = ada.call("GET", "/api/visits/none", Value::Null);
    assert_eq!((status, said["code"].as_str()), (404, Some("visit-unknown")));
    for path in ["/api/visits/v6/join", "/api/visits/v6/links", "/api/visits/v6/end"] {
        let (status, said) = max.call("POST", path, json!({}));
        assert!(matches!(status, 403 | 404), "{path}: {status} {said}");
    }
    let (status, said) = ada.call("POST", "/api/visits", json!({ "id": "v7", "patient": "nobody" }));
    assert_eq!((status, said["code"].as_str()), (404, Some("not-found")));
    let (status, said) = ada.call("POST", "/api/visits", json!({ "id": "v6", "patient": "p2" }));
    assert_eq!((status, said["code"].as_str()), (409, Some("id-taken")));
}

#[test]
fn records_are_served_while_there_is_no_relay() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("node.toml");
    std::fs::write(&config, "[relay]\ncontrol = \"127.0.0.1:9\"\n").unwrap();
    let flags = ["--dev", "--roles", "clinic", "--config", config.to_str().unwrap()];
    let node = Node::start_with(&folder.path().join("data"), &flags);
    // Nobody is at the relay's port: records are served all the same, and it is said.
    assert_eq!(node.put("Patient", "p1", "").status, 201);
    crate::support::eventually("the relay is told to be away", || {
        node.get("/metrics").body.contains("holdfast_relay_up 0")
    });
    let output = crate::support::run(&["check", "--data-dir", node.data.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(22), "{}", crate::support::stderr(&output));
    assert!(crate::support::stderr(&output).contains("the media relay does not answer"));
}

#[test]
fn the_page_of_a_link_is_served_with_what_keeps_its_address_to_itself() {
    let clinic = Clinic::open();
    let answer = send_with(&clinic.authority(), "", &[], "GET", "/v/whatever", "");
    if answer.status == 404 {
        println!("SKIPPED: the patients' page is not built");
        return;
    }
    assert!(answer.body.contains("<div id=\"root\">"), "{}", answer.body);
}

#[test]
fn a_check_makes_calls_on_every_way_to_the_relay() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("data"));
    let data = node.data.to_str().unwrap();
    let output = crate::support::run(&["check", "--seconds", "3", "--data-dir", data]);
    let (out, err) = (crate::support::stdout(&output), crate::support::stderr(&output));
    assert!(output.status.success(), "{out}\n{err}");
    for way in [
        "ok    directly",
        "ok    through TURN over UDP",
        "ok    TURN over TCP: its port answers",
        "visits can be held",
    ] {
        assert!(out.contains(way), "{way}: {out}");
    }
    assert!(node.get("/metrics").body.contains("holdfast_visit_check_ok 1"));
}
