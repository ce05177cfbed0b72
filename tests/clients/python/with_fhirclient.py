"""PyPI `fhirclient`: SMART Health IT's client with a class for each resource type.

The library has no argument for request headers, so conditional requests set them on the session that it sends with.
"""

from contextlib import contextmanager

from check_in import (
    BASE, ORDERS, PAGE, SEEDED, SYSTEM, TOKEN, Meanwhile,
    expect, expect_exactly_once, expect_found, expect_refused, finish, id_of, patient, step, waiting_room, with_heart_rate,
)
from fhirclient.auth import FHIRAuth
from fhirclient.client import FHIRClient
from fhirclient.models.bundle import Bundle
from fhirclient.models.fhirdate import FHIRDate
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRNotFoundException
from requests.exceptions import HTTPError


def sign_in():
    server = FHIRClient(settings={"app_id": "holdfast-check", "api_base": BASE}).server
    server.auth = FHIRAuth.create("oauth2", {"access_token": TOKEN})
    return server


@contextmanager
def header(server, name, value):
    server.session.headers[name] = value
    try:
        yield
    finally:
        del server.session.headers[name]


def search(**params):
    return Patient.where(params).perform_resources_iter(server)


server = sign_in()

with step("metadata"):
    statement = FHIRClient(settings={"app_id": "holdfast-check", "api_base": BASE}).server.capabilityStatement
    expect("fhirVersion", statement.fhirVersion, "4.0.1")

with step("create"):
    created = Patient(Patient(patient("Nguyễn")).create(server))
    expect("family", created.name[0].family, "Nguyễn")

with step("read"):
    read = Patient.read(created.id, server)
    expect("the resource", read.as_json(), created.as_json())

with step("search"):
    found = [one.id for one in search(identifier=f"{SYSTEM}|Nguyễn")]
    expect_found(found, there_are=1)
    expect("the id found", found, [created.id])
    expect("patients named by a prefix", [one.id for one in search(family="Nguy", _tag=f"{SYSTEM}|")], found)

with step("update"):
    read.birthDate = FHIRDate("1984-02-29")
    updated = Patient(read.update(server))
    expect("birthDate", Patient.read(created.id, server).birthDate.as_json(), "1984-02-29")
    expect("a new version", updated.meta.versionId != created.meta.versionId, True)

with step("if-match"):
    updated.active = True
    with header(server, "If-Match", f'W/"{created.meta.versionId}"'), expect_refused("a stale update", HTTPError) as got:
        updated.update(server)
    expect("status", got[0].response.status_code, 412)
    expect("active", Patient.read(created.id, server).active, None)
    with header(server, "If-Match", f'W/"{updated.meta.versionId}"'):
        updated.update(server)
    expect("active", Patient.read(created.id, server).active, True)

with step("conditional-create"):
    with header(server, "If-None-Exist", f"identifier={SYSTEM}|once"):
        first = Patient(patient("once")).create(server)
        Patient(patient("once")).create(server)
    expect("ids", [one.id for one in search(identifier=f"{SYSTEM}|once")], [first["id"]])

with step("history"):
    history = Bundle.read_from(f"Patient/{created.id}/_history", server)
    versions = [entry.resource.meta.versionId for entry in history.entry]
    expect("versions", (len(versions), versions[-1]), (3, created.meta.versionId))
    old = Patient.read_from(f"Patient/{created.id}/_history/{created.meta.versionId}", server)
    expect("the first version", old.as_json(), created.as_json())

with step("transaction"):
    answer = Bundle(Bundle(with_heart_rate("Łukasiewicz")).create(server))
    expect("statuses", [entry.response.status[:3] for entry in answer.entry], ["201", "201"])
    patient_id, observation_id = (id_of(entry.response.location) for entry in answer.entry)
    observation = Observation.read(observation_id, server)
    expect("subject", observation.subject.reference, f"Patient/{patient_id}")
    with expect_refused("a transaction with a bad status", HTTPError) as got:
        server.post_json(None, with_heart_rate("Nobody", status="no-such-status"))
    expect("refused with a 4xx", 400 <= got[0].response.status_code < 500, True)
    expect("stored in part", list(search(identifier=f"{SYSTEM}|Nobody")), [])

with step("delete"):
    Observation.read(observation_id, server).delete()
    with expect_refused("a read of what is deleted", (FHIRNotFoundException, HTTPError)) as got:
        Observation.read(observation_id, server)
    expect("status", got[0].response.status_code, 410)


def page_through(tag, order):
    answer = Bundle(Bundle(waiting_room(tag)).create(server))
    seeded = [id_of(entry.response.location) for entry in answer.entry]
    elsewhere, added, seen, meanwhile = sign_in(), [], [], Meanwhile()

    def disturb(number, page):
        """One is added, three are edited (seen and not yet seen), one that was seen is deleted."""
        added.append(Patient(patient(f"Added-{number}", tag)).create(elsewhere)["id"])
        for one in (page[0], seeded[0], seeded[-1]):
            edited = Patient.read(one, elsewhere)
            edited.name[0].given = [f"Edited-{number}"]
            edited.update(elsewhere)
        if len(page) == PAGE:
            elsewhere.delete_json(f"Patient/{page[1]}")

    query = {"_tag": f"{SYSTEM}|{tag}", "_count": str(PAGE), **order}
    for number, bundle in enumerate(Patient.where(query).perform_iter(server)):
        page = [entry.resource.id for entry in bundle.entry or []]
        seen += page
        meanwhile.write(disturb, number, page)
    meanwhile.wait()
    expect("several pages", number >= SEEDED // PAGE, True)
    expect_exactly_once(seeded, added, seen)


for name, order in ORDERS.items():
    with step(name):
        page_through(name, order)

finish()
