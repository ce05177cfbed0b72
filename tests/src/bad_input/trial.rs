//! Official examples, as they are and mutated, before the judges and the node.

use super::Options;
use super::judge::{Finding, Judge, judges};
use super::mutation::{KINDS, mutated};
use super::node::Node;
use super::picture;
use crate::generate::Dice;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Beyond, an example is left out: the few larger ones repeat the same elements and fit in no request.
const EXAMPLE_BYTES_MAX: usize = 64 << 10;
/// One example in so many is taken for a sample, and one kind of mutation in so many.
const SAMPLE_EXAMPLES: usize = 12;
const SAMPLE_KINDS: usize = 3;

/// A resource and how it came to be.
pub(super) struct Exhibit {
    /// `Patient/example`.
    pub(super) name: String,
    /// The kind of mutation; `none` for an example as it is.
    pub(super) mutation: &'static str,
    /// The number of the example that it was made of.
    pub(super) example: usize,
    pub(super) json: Value,
}

/// What everybody found in one resource, beyond what they found in the example it was made of.
pub(super) struct Verdict {
    /// By judge, in the order of [`Trial::judges`].
    pub(super) theirs: [Vec<Finding>; 2],
    /// The node, by `$validate`.
    pub(super) ours: Vec<Finding>,
    /// The status of a PUT.
    pub(super) put: u16,
}

/// All of it.
pub(super) struct Trial {
    pub(super) judges: [&'static str; 2],
    pub(super) exhibits: Vec<(Exhibit, Verdict)>,
    /// Examples too large to be taken, and mutations of examples that the node refuses as they are.
    pub(super) left_out: usize,
    pub(super) server_errors: u64,
    pub(super) stored_in_part: u64,
}

/// Reads, mutates and judges. `folder` is `../shared/data`.
///
/// # Errors
/// A judge cannot be installed or fails, or the node does not answer.
pub(super) fn hold(node: &Node, folder: &Path, options: &Options) -> Result<Trial> {
    let (exhibits, left_out) =
        exhibits(&folder.join("fhir-r4/hl7-r4-examples-instances.ndjson.zst"), options)?;
    let work = tempfile::tempdir()?;
    let file = work.path().join("exhibits.ndjson");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&file)?);
    for exhibit in &exhibits {
        writeln!(out, "{}", exhibit.json)?;
    }
    out.flush()?;
    let both: [Judge; 2] = judges(work.path())?;
    let names = [both[0].name, both[1].name];
    let [first, second] =
        [both[0].findings(&file, exhibits.len())?, both[1].findings(&file, exhibits.len())?];
    let mut trial =
        Trial { judges: names, exhibits: Vec::new(), left_out, server_errors: 0, stored_in_part: 0 };
    for ((exhibit, one), two) in exhibits.into_iter().zip(first).zip(second) {
        let (ours, put) = ours(node, &exhibit, &mut trial)?;
        trial.exhibits.push((exhibit, Verdict { theirs: [one, two], ours, put }));
    }
    subtract_examples(&mut trial);
    trial.left_out += leave_out_refused(&mut trial);
    Ok(trial)
}

/// Mutations of an example that the node refuses as it is say nothing; how many they are.
fn leave_out_refused(trial: &mut Trial) -> usize {
    let is_refused: Vec<bool> = trial.exhibits.iter().map(|(_, verdict)| verdict.put >= 400).collect();
    let before = trial.exhibits.len();
    trial.exhibits.retain(|(exhibit, _)| {
        exhibit.mutation == "none" || !is_refused.get(exhibit.example).is_some_and(|is| *is)
    });
    before - trial.exhibits.len()
}

fn exhibits(file: &Path, options: &Options) -> Result<(Vec<Exhibit>, usize)> {
    let (mut all, mut left_out, mut example) = (Vec::new(), 0, 0);
    for (line, text) in crate::data::lines(file)?.enumerate() {
        let text = text?;
        if text.len() > EXAMPLE_BYTES_MAX {
            left_out += 1;
            continue;
        }
        if options.sample && line % SAMPLE_EXAMPLES != 0 {
            continue;
        }
        let json: Value = serde_json::from_str(&text).context("an official example is no JSON")?;
        let name = format!(
            "{}/{}",
            json["resourceType"].as_str().unwrap_or("?"),
            json["id"].as_str().unwrap_or("?")
        );
        all.push(Exhibit { name: name.clone(), mutation: "none", example, json: json.clone() });
        let kinds = KINDS
            .iter()
            .enumerate()
            .filter(|(at, _)| !options.sample || (at + line / SAMPLE_EXAMPLES).is_multiple_of(SAMPLE_KINDS));
        for (_, kind) in kinds {
            let mut dice = Dice::new(options.seed, kind, line as u64);
            if let Some(json) = mutated(&json, kind, &mut dice) {
                all.push(Exhibit { name: name.clone(), mutation: kind, example, json });
            }
        }
        example = all.len();
    }
    Ok((all, left_out))
}

/// What the node says of it, and whether it takes it; a refused one must leave nothing.
fn ours(node: &Node, exhibit: &Exhibit, trial: &mut Trial) -> Result<(Vec<Finding>, u16)> {
    let kind = exhibit.name.split('/').next().unwrap_or_default();
    let validated = node.send("POST", &format!("/fhir/{kind}/$validate"), Some(&exhibit.json.to_string()))?;
    let outcome: Value = serde_json::from_slice(&validated.body).unwrap_or_default();
    let issues = outcome["issue"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_error = |issue: &&Value| matches!(issue["severity"].as_str(), Some("error" | "fatal"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let finding =
        |issue: &Value| Finding { at: text(&issue["expression"][0]), says: text(&issue["diagnostics"]) };
    let ours = issues.iter().filter(is_error).map(finding).collect();
    // Each under an id of its own, so that no save meets an earlier one; a bad id stays bad.
    let mut saved = exhibit.json.clone();
    let id = format!("x{}", trial.exhibits.len());
    if exhibit.mutation != "bad-id" || exhibit.json["id"].as_str().is_some_and(is_plain) {
        saved["id"] = json!(id);
    }
    let before = picture::newest(node)?;
    let put = node.send("PUT", &format!("/fhir/{kind}/{id}"), Some(&saved.to_string()))?;
    trial.server_errors += u64::from(put.status >= 500) + u64::from(validated.status >= 500);
    trial.stored_in_part += u64::from(put.status >= 400 && picture::newest(node)? != before);
    Ok((ours, put.status))
}

fn is_plain(id: &str) -> bool {
    id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
}

/// What is found in an example already says nothing of its mutations.
fn subtract_examples(trial: &mut Trial) {
    /// Theirs and ours.
    type Found = ([Vec<Finding>; 2], Vec<Finding>);
    let of_examples: Vec<Option<Found>> = trial
        .exhibits
        .iter()
        .map(|(exhibit, verdict)| {
            (exhibit.mutation == "none").then(|| (verdict.theirs.clone(), verdict.ours.clone()))
        })
        .collect();
    for (exhibit, verdict) in &mut trial.exhibits {
        if exhibit.mutation == "none" {
            continue;
        }
        let Some(Some((theirs, ours))) = of_examples.get(exhibit.example) else { continue };
        for (now, then) in verdict.theirs.iter_mut().zip(theirs) {
            now.retain(|finding| !then.contains(finding));
        }
        verdict.ours.retain(|finding| !ours.contains(finding));
    }
}
