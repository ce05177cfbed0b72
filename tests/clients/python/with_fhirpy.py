"""PyPI `fhirpy`: beda.software's client; resources are dicts, searches are lazy sets.

The library sends request headers that a client is made with, so a conditional request takes a client of its own.
Its `patch` sends a merge patch and its `count` an unknown parameter, both of one other server: they are not used.
"""

from check_in import (
    BASE, ORDERS, PAGE, SEEDED, SYSTEM, TOKEN, Meanwhile,
    expect, expect_exactly_once, expect_found, expect_refused, finish, id_of, patient, step, waiting_room, with_heart_rate,
)
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import MultipleResourcesFound, OperationOutcome, ResourceNotFound


def sign_in(**headers):
    return SyncFHIRClient(BASE, authorization=f"Bearer {TOKEN}", extra_headers=headers)


def search(**params):
    return [one.id for one in client.resources("Patient").search(**params).fetch_all()]


client = sign_in()

with step("metadata"):
    expect("fhirVersion", client.execute("metadata", method="get").fhirVersion, "4.0.1")

with step("create"):
    created = client.resource("Patient", **patient("Nguyễn")).create()
    expect("family", created.name[0].family, "Nguyễn")

with step("read"):
    read = client.reference("Patient", created.id).to_resource()
    expect("the resource", read.serialize(), created.serialize())

with step("search"):
    found = search(identifier=f"{SYSTEM}|Nguyễn")
    expect_found(found, there_are=1)
    expect("the id found", found, [created.id])
    expect("patients named by a prefix", search(family="Nguy", _tag=f"{SYSTEM}|"), found)
    expect("the first of them", client.resources("Patient").search(_id=created.id).get().id, created.id)

with step("update"):
    first_version = created.meta.versionId
    read["birthDate"] = "1984-02-29"
    read.update()
    expect("birthDate", client.get("Patient", created.id).birthDate, "1984-02-29")
    expect("a new version", read.meta.versionId != first_version, True)

with step("if-match"):
    change = {**client.get("Patient", created.id), "active": True}
    # This is the library's name for every 412.
    with expect_refused("a stale update", MultipleResourcesFound) as got:
        sign_in(**{"If-Match": f'W/"{first_version}"'}).resource("Patient", **change).update()
    expect("a stale version", "stale-version" in str(got[0]), True)
    expect("active", client.get("Patient", created.id).get("active"), None)
    sign_in(**{"If-Match": f'W/"{read.meta.versionId}"'}).resource("Patient", **change).update()
    expect("active", client.get("Patient", created.id).active, True)

with step("conditional-create"):
    once = sign_in(**{"If-None-Exist": f"identifier={SYSTEM}|once"})
    ids = [once.resource("Patient", **patient("once")).create().id for _ in range(2)]
    expect("ids", search(identifier=f"{SYSTEM}|once"), [ids[0]])
    updated, is_new = client.resources("Patient").search(identifier=f"{SYSTEM}|once").update(
        client.resource("Patient", **patient("once"), gender="other")
    )
    expect("a conditional update", (updated.id, is_new, updated.gender), (ids[0], False, "other"))

with step("history"):
    history = client.execute(f"Patient/{created.id}/_history", method="get")
    versions = [entry.resource.meta.versionId for entry in history.entry]
    expect("versions", (len(versions), versions[-1]), (3, first_version))
    old = client.execute(f"Patient/{created.id}/_history/{first_version}", method="get")
    expect("the first version", (old.meta.versionId, old.get("birthDate")), (first_version, None))

with step("transaction"):
    answer = client.execute("", data=with_heart_rate("Łukasiewicz"))
    expect("statuses", [entry.response.status[:3] for entry in answer.entry], ["201", "201"])
    patient_id, observation_id = (id_of(entry.response.location) for entry in answer.entry)
    observation = client.reference("Observation", observation_id).to_resource()
    expect("subject", observation.subject.to_resource().id, patient_id)
    with expect_refused("a transaction with a bad status", OperationOutcome) as got:
        client.execute("", data=with_heart_rate("Nobody", status="no-such-status"))
    issue = got[0].resource["issue"][0]
    expect("what is refused", issue["expression"], ["Bundle.entry[1].resource.status"])
    expect("stored in part", search(identifier=f"{SYSTEM}|Nobody"), [])

with step("delete"):
    observation.delete()
    with expect_refused("a read of what is deleted", ResourceNotFound):
        client.get("Observation", observation_id)


def page_through(tag, order):
    answer = client.execute("", data=waiting_room(tag))
    seeded = [id_of(entry.response.location) for entry in answer.entry]
    elsewhere, added, seen, meanwhile = sign_in(), [], [], Meanwhile()

    def disturb(number, page):
        """One is added, three are edited (seen and not yet seen), one that was seen is deleted."""
        added.append(elsewhere.resource("Patient", **patient(f"Added-{number}", tag)).create().id)
        for one in (page[0], seeded[0], seeded[-1]):
            edited = elsewhere.reference("Patient", one).to_resource()
            edited.name[0]["given"] = [f"Edited-{number}"]
            edited.update()
        elsewhere.delete("Patient", page[1])

    # The set fetches its pages as it is iterated.
    for one in client.resources("Patient").search(_tag=f"{SYSTEM}|{tag}", **order).limit(PAGE):
        seen.append(one.id)
        if len(seen) % PAGE == 0:
            meanwhile.write(disturb, len(seen) // PAGE, seen[-PAGE:])
    meanwhile.wait()
    expect("several pages", len(added) >= SEEDED // PAGE, True)
    expect_exactly_once(seeded, added, seen)


for name, order in ORDERS.items():
    with step(name):
        page_through(name, order)

finish()
