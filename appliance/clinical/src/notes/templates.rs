//! The templates that every clinic starts with.

use super::{Offer, SectionTemplate, Suits, Template, Text};

const VITALS: Offer = Offer::Measurements(&["85354-9", "8867-4", "9279-1", "8310-5", "59408-5"]);
const GROWTH: Offer = Offer::Measurements(&["29463-7", "8302-2", "9843-4", "8310-5"]);
const ANTENATAL: Offer = Offer::Measurements(&["85354-9", "29463-7", "18185-9", "11881-0", "55283-6"]);
const REVIEW: Offer = Offer::Measurements(&["85354-9", "8867-4", "29463-7", "39156-5"]);

const fn text(key: &'static str, english: &'static str) -> Text {
    Text { key, english }
}

const fn section(
    code: &'static str,
    title: Text,
    hint: Text,
    is_expected: bool,
    offers: &'static [Offer],
) -> SectionTemplate {
    SectionTemplate { code, title, hint, is_expected, offers }
}

const SUBJECTIVE: Text = text("note.section.subjective", "Subjective");
const OBJECTIVE: Text = text("note.section.objective", "Objective");
const ASSESSMENT: Text = text("note.section.assessment", "Assessment");
const PLAN: Text = text("note.section.plan", "Plan");

/// Every template.
pub static TEMPLATES: &[Template] = &[
    Template {
        id: "soap",
        title: text("note.template.soap", "Consultation"),
        code: "11506-3",
        suits: Suits::Anyone,
        sections: &[
            section(
                "61150-9",
                SUBJECTIVE,
                text("note.hint.subjective", "What the patient says: since when, how, what helps"),
                true,
                &[],
            ),
            section(
                "61149-1",
                OBJECTIVE,
                text("note.hint.objective", "What was found"),
                false,
                &[VITALS, Offer::Results],
            ),
            section(
                "51848-0",
                ASSESSMENT,
                text("note.hint.assessment", "What it is, and what it may be"),
                true,
                &[Offer::Problems],
            ),
            section(
                "18776-5",
                PLAN,
                text("note.hint.plan", "What is done, when to come back, and when at once"),
                true,
                &[Offer::Medicines],
            ),
        ],
    },
    Template {
        id: "triage",
        title: text("note.template.triage", "Triage"),
        code: "54094-8",
        suits: Suits::Anyone,
        sections: &[
            section(
                "10154-3",
                text("note.section.complaint", "Complaint"),
                text("note.hint.complaint", "In the patient's words"),
                true,
                &[],
            ),
            section(
                "61149-1",
                OBJECTIVE,
                text("note.hint.triage", "Looks ill or not; breathing, skin, alertness"),
                true,
                &[VITALS],
            ),
            section(
                "51848-0",
                text("note.section.urgency", "Urgency"),
                text("note.hint.urgency", "Now, within the hour, today, another day; and why"),
                true,
                &[],
            ),
            section(
                "18776-5",
                PLAN,
                text("note.hint.triage-plan", "Who sees the patient, and where they wait"),
                false,
                &[],
            ),
        ],
    },
    Template {
        id: "antenatal",
        title: text("note.template.antenatal", "Antenatal visit"),
        code: "57055-6",
        suits: Suits::Pregnant,
        sections: &[
            section(
                "61150-9",
                text("note.section.wellbeing", "How she is"),
                text("note.hint.wellbeing", "Movements, bleeding, pain, headache, swelling, mood"),
                true,
                &[],
            ),
            section(
                "61149-1",
                text("note.section.findings", "Findings"),
                text("note.hint.antenatal", "Fundal height, heartbeat, lie, urine"),
                true,
                &[ANTENATAL, Offer::Results],
            ),
            section(
                "51848-0",
                ASSESSMENT,
                text("note.hint.antenatal-risk", "As expected for the dates? Risks"),
                true,
                &[Offer::Problems],
            ),
            section(
                "18776-5",
                PLAN,
                text("note.hint.antenatal-plan", "Supplements, tests, signs of danger, next visit"),
                true,
                &[Offer::Medicines, Offer::Immunizations],
            ),
        ],
    },
    Template {
        id: "child",
        title: text("note.template.child", "Child visit"),
        code: "11506-3",
        suits: Suits::ChildrenUnder(18),
        sections: &[
            section(
                "61150-9",
                text("note.section.parents", "Parents say"),
                text("note.hint.parents", "Feeding, sleep, worries"),
                true,
                &[],
            ),
            section(
                "61149-1",
                text("note.section.examination", "Examination"),
                text("note.hint.child", "Heart, hips, eyes, ears, skin"),
                true,
                &[GROWTH],
            ),
            section(
                "51848-0",
                text("note.section.development", "Growth and development"),
                text("note.hint.development", "Along its percentile? Motor, speech, social"),
                true,
                &[Offer::Problems],
            ),
            section(
                "18776-5",
                PLAN,
                text("note.hint.child-plan", "Immunizations, advice, next visit"),
                true,
                &[Offer::Immunizations, Offer::Medicines],
            ),
        ],
    },
    Template {
        id: "chronic",
        title: text("note.template.chronic", "Chronic disease review"),
        code: "11506-3",
        suits: Suits::WithProblems,
        sections: &[
            section(
                "61150-9",
                SUBJECTIVE,
                text(
                    "note.hint.chronic",
                    "Each illness in turn: complaints, what is hard, what the patient wants",
                ),
                true,
                &[],
            ),
            section(
                "61149-1",
                OBJECTIVE,
                text("note.hint.chronic-objective", "Trends, feet, inhaler technique"),
                false,
                &[REVIEW, Offer::Results],
            ),
            section(
                "10160-0",
                text("note.section.medicines", "Medicines"),
                text("note.hint.medicines", "Taken as agreed? Side effects? Anything bought?"),
                true,
                &[Offer::Medicines],
            ),
            section(
                "51848-0",
                ASSESSMENT,
                text("note.hint.chronic-assessment", "At its aim or not, illness by illness"),
                true,
                &[Offer::Problems],
            ),
            section(
                "18776-5",
                PLAN,
                text("note.hint.chronic-plan", "Aims, changes, next tests, next review"),
                true,
                &[],
            ),
        ],
    },
];

/// The template of this id.
pub fn template(id: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.id == id)
}
