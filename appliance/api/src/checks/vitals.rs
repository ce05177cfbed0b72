//! `POST /api/vitals/check`: the early-warning score of what is being entered, and what is asked about it.

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::vitals::news2::{Spo2Scale, score};
use holdfast_clinical::vitals::ranges::{Question, questions};
use holdfast_clinical::vitals::{Measurement, Reading, age, code, unit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::patients::{News2, today};
use crate::request::body;
use crate::request::limits::FORM_BODY_BYTES;
use crate::request::media::Media;
use crate::state::ApiState;

/// More measurements than that are of no one round.
const MOST: usize = 100;

/// Measurements that are being entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = VitalsAsked)]
pub(crate) struct Asked {
    birth_date: Option<String>,
    /// Says nothing yet: none of the ranges goes by it.
    #[serde(default, rename = "gender")]
    _gender: Option<String>,
    vitals: Vec<Vital>,
    /// 2 for people whose oxygen saturation should be 88 to 92 %.
    #[serde(default)]
    spo2_scale: Option<u8>,
}

/// One measurement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VitalEntered)]
pub(crate) struct Vital {
    /// LOINC code.
    code: String,
    /// A number; of the level of responsiveness a letter.
    value: Value,
    #[serde(default)]
    unit: String,
}

/// What was measured.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = VitalValue)]
pub(crate) enum Value {
    Number(f64),
    Text(String),
}

/// What is to be said of measurements.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VitalsChecked)]
pub(crate) struct Checked {
    /// `null` below 16 years, or if one of its five numbers is missing.
    news2: Option<News2>,
    /// kg/m², if weight and height are there.
    bmi: Option<f64>,
    questions: Vec<Shown>,
}

/// A question about one value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VitalQuestion)]
pub(crate) struct Shown {
    code: String,
    /// `hardly-possible`, `unusual`, `unit` or `does-not-fit`.
    why: &'static str,
    low: Option<f64>,
    high: Option<f64>,
    unit: &'static str,
    text: String,
}

impl From<Question> for Shown {
    fn from(question: Question) -> Self {
        let Question { code, why, low, high, unit, text } = question;
        Self { code, why: why.code(), low, high, unit, text }
    }
}

/// Answers what is to be said of measurements that are being entered.
pub(crate) async fn vitals(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let text = body::text(&parts.headers, body, Media::Json, FORM_BODY_BYTES).await?;
    let bad = |reason: String| RequestError::BadBody { reason };
    let asked: Asked = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    if asked.vitals.len() > MOST {
        return Err(bad(format!("it has more than {MOST} measurements")).into());
    }
    Ok(json(&check(asked, &today(&state))))
}

fn check(asked: Asked, today: &str) -> Checked {
    let Asked { birth_date, _gender: _, vitals, spo2_scale } = asked;
    let months = birth_date.as_deref().and_then(|born| age::months(born, today));
    let measured: Vec<Measurement> = vitals.into_iter().map(measurement).collect();
    let scale = if spo2_scale == Some(2) { Spo2Scale::Two } else { Spo2Scale::One };
    let number =
        |code: &str| measured.iter().rev().filter(|one| one.code == code).find_map(Measurement::number);
    let bmi =
        number(code::WEIGHT).zip(number(code::HEIGHT)).and_then(|(weight, height)| unit::bmi(weight, height));
    Checked {
        news2: months.and_then(|months| score(months, &measured, scale)).map(News2::from),
        bmi,
        questions: questions(months, &measured).into_iter().map(Shown::from).collect(),
    }
}

fn measurement(Vital { code, value, unit }: Vital) -> Measurement {
    let reading = match value {
        Value::Number(number) => Reading::Number(number, unit),
        Value::Text(text) => match text.trim().parse() {
            Ok(number) => Reading::Number(number, unit),
            Err(_) => Reading::Text(text),
        },
    };
    Measurement { code, reading }
}
