//! Who follows a hub that was restored.

use anyhow::{Context, Result, bail};
use holdfast_core::id::ActorId;
use holdfast_hub::config::Config;
use holdfast_hub::storage;
use holdfast_store::rights::{incarnations, order_replacement};

use super::say;

/// Orders what a hub that serves carries out: that what this hub was before is gone for good.
pub(crate) fn follow(config: &Config, former: Option<&str>) -> Result<()> {
    let db = storage::open_database(config)?;
    let Some(former) = former else {
        let all = incarnations(&*db)?;
        let Some((now, before)) = all.split_last() else { bail!("this hub has never served") };
        for actor in before {
            say(&format!("was   {actor}"));
        }
        say(&format!("is    {now}"));
        return Ok(());
    };
    let of = ActorId::from_hex(former).with_context(|| {
        format!("--former {former}: it is no actor; `holdfast-hub follow` without it names those that this hub has been")
    })?;
    if incarnations(&*db)?.last() == Some(&of) {
        bail!("this hub is {former}, and at work: name the one that it was before");
    }
    order_replacement(&*db, of).with_context(|| {
        format!("this hub has never been {former}; `holdfast-hub follow` names those that it has been")
    })?;
    say("ordered: the hub that serves says so to every clinic within a minute");
    Ok(())
}
