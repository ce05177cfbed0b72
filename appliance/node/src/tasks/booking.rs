//! The clinic's calendar (decision 33): begun with the hub, time granted to it and taken back, and who follows a node that is gone.

use holdfast_api::to_grant;
use holdfast_clinical::scheduling::span::Minute;
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_core::id::ActorId;
use holdfast_core::rights::{Holder, Piece, Record, Refusal};
use holdfast_store::rights::Calendar;
use holdfast_store::{Records, StoreError};

use crate::failure::Failure;

/// Who stands as the author of records of rights: the program.
const AUTHOR: &str = "holdfast";
/// What a person stands as who gives an order at the console.
const CONSOLE: &str = "console";

/// How this database stands to the clinic's calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It has not begun: bookings are looked at by the API alone.
    NotBegun,
    /// This database holds it.
    Holds(Calendar),
    /// Another does: this one files requests.
    Another(ActorId),
    /// Two claim it.
    Contested,
}

impl Standing {
    /// As the gauge has it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotBegun => "not-begun",
            Self::Holds(_) => "held",
            Self::Another(_) => "another",
            Self::Contested => "contested",
        }
    }

    /// Every name.
    pub const NAMES: [&str; 4] = ["not-begun", "held", "another", "contested"];
}

/// What one look has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Changed {
    /// Minutes of resources that were granted to head office.
    pub granted_min: i64,
    /// Minutes that were taken back.
    pub taken_back_min: i64,
}

/// How this database stands to the clinic's calendar. Blocks.
///
/// # Errors
/// The database.
pub fn standing(records: &Records) -> Result<Standing, StoreError> {
    let calendar = records.read(|view| records.calendar_in(view, records.clinic()))?;
    Ok(match calendar {
        None => Standing::NotBegun,
        Some(calendar) => match calendar.holder {
            Holder::Is { actor, .. } if actor == records.actor() => Standing::Holds(calendar),
            Holder::Is { actor, .. } => Standing::Another(actor),
            Holder::Contested => Standing::Contested,
            Holder::Nobody => Standing::NotBegun,
        },
    })
}

/// Begins the calendar with a hub that was heard to the end; false if it was not yet. Blocks.
///
/// # Errors
/// The database.
pub fn begin(records: &Records, hub: ActorId) -> Result<bool, StoreError> {
    match records.write(|tx| tx.begin_calendar(records.clinic(), &[hub], AUTHOR)) {
        Ok(()) => Ok(true),
        // News of another's came in between: the next look finds it.
        Err(StoreError::Booking(Refusal::HubNotHeard { .. } | Refusal::AlreadyBegun { .. })) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Takes back what is due, and grants what is the web's of the coming days, as the holder of the calendar. Blocks.
///
/// # Errors
/// The database. What could not be granted now is looked at again the next time.
pub fn look_after(
    records: &Records,
    calendar: &Calendar,
    zone: &Zone,
    days: u32,
) -> Result<Changed, StoreError> {
    let clinic = records.clinic();
    let taken_back = records.write(|tx| tx.take_back(clinic, AUTHOR))?;
    let mut changed = Changed { granted_min: 0, taken_back_min: minutes(&taken_back) };
    let Some(hub) = calendar.takers.first().copied() else { return Ok(changed) };
    for grant in records.read(|view| to_grant(view, records, zone, days))? {
        let until_ms = ms(grant.until);
        match records.write(|tx| tx.grant(clinic, hub, &grant.pieces, until_ms, AUTHOR)) {
            Ok(written) => changed.granted_min += minutes(&written),
            // Somebody was booked since it was looked at.
            Err(StoreError::Booking(refusal)) => {
                tracing::info!(error.code = refusal.code(), error = %refusal, "not granted now");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(changed)
}

fn minutes(written: &[Record]) -> i64 {
    let of = |piece: &Piece| piece.set().total_min();
    written.iter().flat_map(|record| record.act.pieces()).map(of).sum()
}

fn ms(minute: Minute) -> u64 {
    u64::try_from(minute).unwrap_or_default().saturating_mul(60_000)
}

/// Says at this node that the one that holds the calendar is gone for good, and that this one follows. Without `former` it only tells who
/// holds it. Blocks.
///
/// # Errors
/// [`Failure`] if there is nobody to follow, or it was not said who is gone; or the database.
pub fn follow(records: &Records, former: Option<&str>) -> Result<String, Failure> {
    let held_by = match standing(records)? {
        Standing::NotBegun => {
            let text = "there is nobody to follow: the clinic's calendar has not begun, and this node books as it is";
            return Err(Failure::other("calendar-not-begun", text));
        }
        Standing::Holds(_) => {
            return Ok("this node holds the clinic's calendar; there is nobody to follow".into());
        }
        Standing::Another(actor) => format!("{actor} holds the clinic's calendar"),
        Standing::Contested => "two databases claim the clinic's calendar".to_owned(),
    };
    let Some(former) = former else {
        let text = format!(
            "{held_by}. If that database is gone for good (its machine is off, and no copy of it runs), say so: \
             `holdfast-node follow --former ACTOR`; see docs/runbooks/calendar-succession.md"
        );
        return Err(Failure::other("former-not-named", text));
    };
    let Some(of) = ActorId::from_hex(former) else {
        let text = format!("cannot follow {former}: it is no actor; copy it from `holdfast-node status`");
        return Err(Failure::other("bad-actor", text));
    };
    records.write(|tx| tx.follow(records.clinic(), of, CONSOLE))?;
    Ok(format!(
        "said that {of} is gone for good. Head office answers once it has heard it, and this node holds the calendar once it has heard \
         head office after that: a minute or two with the link up. Until then it files requests; `holdfast-node status` shows when."
    ))
}

/// A line of the status. Blocks.
///
/// # Errors
/// The database.
pub fn describe(records: &Records) -> Result<String, StoreError> {
    Ok(match standing(records)? {
        Standing::NotBegun => "not begun: it begins when the hub was heard to the end".to_owned(),
        Standing::Holds(_) => format!("held by this node ({})", records.actor()),
        Standing::Another(actor) => {
            format!(
                "held by {actor}: this node files requests; if that one is gone for good, see `holdfast-node follow`"
            )
        }
        Standing::Contested => {
            "claimed by two databases: nothing is confirmed until one is said to be gone".to_owned()
        }
    })
}
