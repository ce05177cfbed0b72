//! `POST /fhir/{type}/$validate` and `POST /fhir/{type}/{id}/$validate`: what is wrong with a resource, and nothing stored
//! (<https://hl7.org/fhir/R4/resource-operation-validate.html>).

use axum::extract::{RawQuery, Request};
use axum::response::Response;
use holdfast_clinical::outcome::{Issue, IssueType, Severity, operation_outcome};
use holdfast_clinical::resource::Head;
use holdfast_clinical::url::parse_pairs;
use holdfast_clinical::validate::validate;
use http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::answer;
use crate::error::{ApiError, RequestError};
use crate::request::body;
use crate::request::limits::RESOURCE_BODY_BYTES;
use crate::request::listing::check_names;
use crate::request::media::Media;
use crate::request::target::{Kind, Target};

const PARAMETERS: &str = "Parameters";

/// As a resource to be created.
pub(crate) async fn of_type(
    Kind(kind): Kind,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    answer_for(&kind, None, query.as_deref(), request).await
}

/// As a resource to be saved under this id.
pub(crate) async fn of_one(
    Target(entity): Target,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    answer_for(&entity.kind, Some(&entity.id), query.as_deref(), request).await
}

/// 200 whatever is found: the outcome says it.
async fn answer_for(
    kind: &str,
    id: Option<&str>,
    query: Option<&str>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let pairs = parse_pairs(query.unwrap_or_default()).map_err(|reason| RequestError::BadQuery { reason })?;
    check_names(&pairs, &parts.headers, &["mode", "profile"])?;
    let text = body::text(&parts.headers, body, Media::Json, RESOURCE_BODY_BYTES).await?;
    let mut asked = Asked::read(kind, &text)?;
    for (name, value) in &pairs {
        asked.take(name, value)?;
    }
    Ok(answer::fhir_json(StatusCode::OK, operation_outcome(&asked.issues(kind, id))))
}

/// What is to be validated.
struct Asked<'a> {
    resource: &'a str,
    has_profile: bool,
}

#[derive(Deserialize)]
struct RawParameters<'a> {
    #[serde(borrow, default)]
    parameter: Vec<RawParameter<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawParameter<'a> {
    name: String,
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
    value_code: Option<String>,
}

impl<'a> Asked<'a> {
    /// Reads a body: the resource itself, or Parameters around it.
    fn read(kind: &str, text: &'a str) -> Result<Self, RequestError> {
        let mut asked = Self { resource: text, has_profile: false };
        let is_wrapped = kind != PARAMETERS && Head::read(text).is_ok_and(|head| head.kind == PARAMETERS);
        if !is_wrapped {
            return Ok(asked);
        }
        let raw: RawParameters<'a> = serde_json::from_str(text)
            .map_err(|error| RequestError::BadBody { reason: error.to_string() })?;
        let mut resource = None;
        for parameter in &raw.parameter {
            if parameter.name == "resource" {
                resource = parameter.resource.map(RawValue::get);
            } else {
                asked.take(&parameter.name, parameter.value_code.as_deref().unwrap_or_default())?;
            }
        }
        let reason = "its Parameters hold no resource under the name \"resource\"".to_owned();
        asked.resource = resource.ok_or(RequestError::BadBody { reason })?;
        Ok(asked)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), RequestError> {
        match (name, value) {
            ("profile", _) => self.has_profile = true,
            ("mode", "create" | "update" | "profile" | "delete") => {}
            ("mode", _) => {
                let expected = "create, update, delete or profile";
                let (name, value) = (name.to_owned(), value.to_owned());
                return Err(RequestError::BadParameter { name, value, expected });
            }
            _ => {}
        }
        Ok(())
    }

    fn issues(&self, kind: &str, id: Option<&str>) -> Vec<Issue> {
        let mut issues = validate(self.resource);
        if let Ok(head) = Head::read(self.resource) {
            if head.kind != kind {
                let text =
                    format!("the resource is a {}, but the address says {kind}; correct either", head.kind);
                issues.push(Issue::error(IssueType::Invalid, text).at(format!("{}.resourceType", head.kind)));
            }
            if let Some(id) = id.filter(|id| head.id.as_deref().is_some_and(|own| own != *id)) {
                let text = format!("the resource's id is not the address's (\"{id}\"); make them the same");
                issues.push(Issue::error(IssueType::Invalid, text).at(format!("{kind}.id")));
            }
        }
        if self.has_profile {
            issues.push(Issue {
                severity: Severity::Information,
                code: IssueType::NotSupported,
                expression: None,
                diagnostics: "profiles are not checked here: what is said concerns FHIR R4 itself".to_owned(),
            });
        }
        issues
    }
}
