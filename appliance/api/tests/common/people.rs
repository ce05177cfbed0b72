//! People who sign in by cookie, as a browser does.

use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

use super::{Answer, Server, start_with};

/// The code of the first administrator.
pub const CODE: &str = "ABCD-EFGH";
/// The first administrator's PIN.
pub const PIN: &str = "482913";

/// Somebody at a browser.
#[derive(Clone, Debug)]
pub struct Person {
    /// `holdfast_session=…`.
    pub cookie: String,
    /// The record's id.
    pub id: String,
}

/// A server on which nobody has signed in yet.
pub async fn start_empty() -> Server {
    start_with(|mut parts| {
        parts.setup = Some(holdfast_api::SetupCode::new(CODE, || {}));
        parts
    })
    .await
}

/// A server with its first administrator.
pub async fn start_with_admin() -> (Server, Person) {
    let server = start_empty().await;
    let body = json!({"code": CODE, "login": "ada", "name": "Ada", "pin": PIN});
    let answer = server.anonymous("POST", "/api/setup", &body).await.expect(201);
    let admin = Person::of(&answer);
    (server, admin)
}

impl Person {
    /// Of the answer to a sign-in.
    pub fn of(answer: &Answer) -> Self {
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        assert!(cookie.starts_with("holdfast_session=") && cookie.len() > 50, "{cookie}");
        Self { cookie, id: answer.json()["user"]["id"].as_str().unwrap().to_owned() }
    }
}

impl Server {
    /// A request of nobody.
    pub async fn anonymous(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", self.address.to_string());
        let request = request.header("content-type", "application/json");
        self.send(request.body(Full::from(body.to_string())).unwrap()).await
    }

    /// A request by cookie, as the app makes it.
    pub async fn by(&self, who: &Person, method: &str, path: &str, body: &Value) -> Answer {
        self.by_with(who, method, path, &[("x-holdfast", "1")], body).await
    }

    /// The same with these headers alone.
    pub async fn by_with(
        &self,
        who: &Person,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header("host", self.address.to_string());
        request = request.header("cookie", &who.cookie).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    /// Adds somebody.
    pub async fn add_person(&self, by: &Person, login: &str, roles: &[&str], rest: &Value) -> Answer {
        let mut body = json!({"login": login, "name": login, "roles": roles, "pin": PIN});
        for (name, value) in rest.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.by(by, "POST", "/api/people", &body).await
    }

    /// Tries to sign in.
    pub async fn sign_in(&self, login: &str, pin: &str) -> Answer {
        self.anonymous("POST", "/api/session", &json!({"login": login, "pin": pin})).await
    }

    /// Adds somebody and signs them in.
    pub async fn person(&self, by: &Person, login: &str, roles: &[&str]) -> Person {
        self.add_person(by, login, roles, &json!({})).await.expect(201);
        Person::of(&self.sign_in(login, PIN).await.expect(200))
    }
}
