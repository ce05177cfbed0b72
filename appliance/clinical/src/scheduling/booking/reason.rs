//! Why an appointment was cancelled (<https://hl7.org/fhir/R4/valueset-appointment-cancellation-reason.html>).

use serde_json::{Value, json};

/// The code system of [`CANCEL_REASONS`].
pub const CANCEL_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason";

/// A reason of the value set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CancelReason {
    /// HL7's code.
    pub code: &'static str,
    /// HL7's words.
    pub display: &'static str,
}

macro_rules! reasons {
    ($($code:literal $display:literal),* $(,)?) => {
        /// Every reason of the value set, in its order.
        pub const CANCEL_REASONS: &[CancelReason] = &[$(CancelReason { code: $code, display: $display }),*];
    };
}

reasons! {
    "pat" "Patient",
    "pat-crs" "Patient: Canceled via automated reminder system",
    "pat-cpp" "Patient: Canceled via Patient Portal",
    "pat-dec" "Patient: Deceased",
    "pat-fb" "Patient: Feeling Better",
    "pat-lt" "Patient: Lack of Transportation",
    "pat-mt" "Patient: Member Terminated",
    "pat-mv" "Patient: Moved",
    "pat-preg" "Patient: Pregnant",
    "pat-swl" "Patient: Scheduled from Wait List",
    "pat-ucp" "Patient: Unhappy/Changed Provider",
    "prov" "Provider",
    "prov-pers" "Provider: Personal",
    "prov-dch" "Provider: Discharged",
    "prov-edu" "Provider: Edu/Meeting",
    "prov-hosp" "Provider: Hospitalized",
    "prov-labs" "Provider: Labs Out of Acceptable Range",
    "prov-mri" "Provider: MRI Screening Form Marked Do Not Proceed",
    "prov-onc" "Provider: Oncology Treatment Plan Changes",
    "maint" "Equipment Maintenance/Repair",
    "meds-inc" "Prep/Med Incomplete",
    "other" "Other",
    "oth-cms" "Other: CMS Therapy Cap Service Not Authorized",
    "oth-err" "Other: Error",
    "oth-fin" "Other: Financial",
    "oth-iv" "Other: Improper IV Access/Infiltrate IV",
    "oth-int" "Other: No Interpreter Available",
    "oth-mu" "Other: Prep/Med/Results Unavailable",
    "oth-room" "Other: Room/Resource Maintenance",
    "oth-oerr" "Other: Schedule Order Error",
    "oth-swie" "Other: Silent Walk In Error",
    "oth-weath" "Other: Weather",
}

/// The reason of that code.
pub fn cancel_reason(code: &str) -> Option<CancelReason> {
    CANCEL_REASONS.iter().copied().find(|reason| reason.code == code)
}

impl CancelReason {
    /// `Appointment.cancelationReason`, with what else was said.
    pub(super) fn concept(self, words: Option<&str>) -> Value {
        json!({
            "coding": [{ "system": CANCEL_SYSTEM, "code": self.code, "display": self.display }],
            "text": words.unwrap_or(self.display),
        })
    }
}
