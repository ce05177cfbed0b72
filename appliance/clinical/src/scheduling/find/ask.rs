//! What is asked for, and of whom.

use crate::scheduling::span::{Span, Spans};

/// What a resource is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A person who sees patients.
    Practitioner,
    /// A room.
    Room,
    /// A piece of equipment.
    Equipment,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Practitioner, Self::Room, Self::Equipment];

    /// Its code in a record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Practitioner => "practitioner",
            Self::Room => "room",
            Self::Equipment => "equipment",
        }
    }
}

/// Whose time is given: a practitioner, a room, a piece of equipment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resource {
    /// `Practitioner/ID`, `Location/ID` or `Device/ID`.
    pub key: String,
    /// What it is.
    pub kind: Kind,
    /// Codes of its roles or of its type: `nurse`, `ecg`.
    pub roles: Vec<String>,
    /// Codes of what it can do.
    pub skills: Vec<String>,
    /// Languages that the practitioner speaks, as BCP 47 writes them.
    pub languages: Vec<String>,
}

/// One of the resources that an appointment takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Need {
    /// What it must be.
    pub kind: Kind,
    /// The role it must have.
    pub role: Option<String>,
    /// All that it must be able to do.
    pub skills: Vec<String>,
    /// If not empty: one of these, by their keys.
    pub only: Vec<String>,
}

impl Need {
    /// Any resource of that kind.
    pub fn any(kind: Kind) -> Self {
        Self { kind, role: None, skills: Vec::new(), only: Vec::new() }
    }

    /// Whether the resource is what is needed.
    pub fn fits(&self, resource: &Resource) -> bool {
        self.kind == resource.kind
            && self.role.as_ref().is_none_or(|role| resource.roles.contains(role))
            && self.skills.iter().all(|skill| resource.skills.contains(skill))
            && (self.only.is_empty() || self.only.contains(&resource.key))
    }
}

/// How much a wish counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strength {
    /// Whoever does not meet it is not offered.
    Must,
    /// Whoever meets it is offered first.
    Rather,
}

/// What the patient wishes of the practitioner who sees them: of the first need that is one.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Wish {
    /// By name: a key.
    pub with: Option<(String, Strength)>,
    /// Who saw them before, the last first: keys. Offered first, never required.
    pub before: Vec<String>,
    /// A language, as BCP 47 writes it: `es` is met by `es-MX` too.
    pub language: Option<(String, Strength)>,
    /// Codes of skills beside those that the appointment's type needs.
    pub skills: Vec<(String, Strength)>,
}

impl Wish {
    /// Whether whatever must be is met.
    pub(super) fn allows(&self, resource: &Resource) -> bool {
        let must = |wish: &Option<(String, Strength)>, is_met: fn(&Resource, &str) -> bool| match wish {
            Some((what, Strength::Must)) => is_met(resource, what),
            _ => true,
        };
        must(&self.with, |resource, key| resource.key == key)
            && must(&self.language, speaks)
            && self
                .skills
                .iter()
                .all(|(skill, strength)| *strength == Strength::Rather || resource.skills.contains(skill))
    }
}

/// Whether one of the resource's languages is that one, or a variety of it.
pub(super) fn speaks(resource: &Resource, language: &str) -> bool {
    let is_it = |spoken: &String| {
        let rest = spoken.get(..language.len()).filter(|start| start.eq_ignore_ascii_case(language));
        rest.is_some() && matches!(spoken.as_bytes().get(language.len()), None | Some(b'-'))
    };
    !language.is_empty() && resource.languages.iter().any(is_it)
}

/// A search for free times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// Minutes of the appointment; within working hours. 1 to a day.
    pub duration_min: i64,
    /// Minutes that the resources are taken before it; they need not be working hours. At most a day.
    pub before_min: i64,
    /// Minutes that they are taken after it.
    pub after_min: i64,
    /// At which minutes past local midnight it may begin: multiples of this.
    pub step_min: i64,
    /// All that it takes; 1 to [`super::MAX_NEEDS`].
    pub needs: Vec<Need>,
    /// When it may begin.
    pub window: Span,
    /// When the patient has appointments already.
    pub patient_busy: Spans,
    /// What the patient wishes.
    pub wish: Wish,
    /// The most offers of one start; 1: the best alone.
    pub per_start: usize,
    /// The most offers of the page. If one start alone has more, all of that start come.
    pub page: usize,
}

impl Ask {
    /// The need that the wishes are about.
    pub(super) fn lead(&self) -> Option<usize> {
        self.needs.iter().position(|need| need.kind == Kind::Practitioner)
    }

    /// The appointment that begins then.
    pub(super) fn span(&self, start: i64) -> Span {
        Span::of(start, self.duration_min)
    }

    /// What its resources are taken for.
    pub(super) fn taken(&self, start: i64) -> Span {
        self.span(start).widened(self.before_min, self.after_min)
    }
}
