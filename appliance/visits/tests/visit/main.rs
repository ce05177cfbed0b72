//! One visit, rule by rule, and its invariants under whatever happens.

mod clinicians;
mod entering;
mod invariants;
mod media;
mod phone;
mod play;
mod restarting;
mod rules;
mod speaking;
mod waiting;
mod world;
