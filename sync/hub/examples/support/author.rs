//! A node's work during an outage.

use anyhow::Result;
use holdfast_core::id::Entity;
use holdfast_store::Records;
use holdfast_store::author::Base;
use holdfast_tests::generate::{Generator, Resource};

/// Saves in one transaction.
const BATCH: u64 = 500;

/// Patients, as they read now.
pub(crate) struct Charts {
    made: Generator,
    patients: Vec<Resource>,
}

impl Charts {
    /// Writes `n` patients.
    pub(crate) fn create(node: &Records, n: u64) -> Result<Self> {
        let made = Generator::new(20_261_122);
        let patients: Vec<Resource> = (0..n).map(|i| made.patient(i)).collect();
        for batch in patients.chunks(BATCH as usize) {
            save(node, batch)?;
        }
        Ok(Self { made, patients })
    }

    /// Writes `n` changes: by turns an edit of a patient and a new vital sign.
    pub(crate) fn change(mut self, node: &Records, n: u64) -> Result<()> {
        let mut batch = Vec::new();
        for i in 0..n / 2 {
            let at = (i * 7919 % self.patients.len() as u64) as usize;
            let patient = &mut self.patients[at];
            patient.json = self.made.edit(i, &patient.json).applied_to(&patient.json);
            batch.push(patient.clone());
            let owner = &self.patients[(i / 7) as usize % self.patients.len()];
            batch.push(self.made.vital(i, &owner.id));
            if batch.len() as u64 >= BATCH {
                save(node, &std::mem::take(&mut batch))?;
            }
        }
        save(node, &batch)
    }
}

fn save(node: &Records, batch: &[Resource]) -> Result<()> {
    node.write(|tx| {
        for resource in batch {
            let entity = Entity::new(resource.resource_type, resource.id.as_str());
            tx.put(&entity, &resource.json, &Base::Blind, "Practitioner/1")?;
        }
        Ok(())
    })?;
    Ok(())
}
