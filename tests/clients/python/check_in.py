"""What every Python client's check is made of: where the node is, steps that are reported, expectations.

A step is one line on stdout, `step: NAME ok` or `step: NAME failed WHY`. The process ends with 1 if a step failed.
"""

import os
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

BASE = os.environ["HOLDFAST_URL"] + "/fhir"
TOKEN = os.environ["HOLDFAST_TOKEN"]
# The control: searches are expected to find so many resources more than there are, so they must fail.
EXPECT_MORE = int(os.environ.get("HOLDFAST_EXPECT_MORE", "0"))

# One run's resources are told from another's by a tag and by the system of their identifiers.
RUN = uuid.uuid4().hex
SYSTEM = f"urn:example:{RUN}"
# Resources a page, and how many there are: several pages, the last not full.
PAGE = 7
SEEDED = 40
# The orders that are paged in: the node's own, and one against the order in which the resources were made.
ORDERS = {"paging": {}, "paging-sorted": {"_sort": "-family"}}

_failed = []


@contextmanager
def step(name):
    """Reports whether what is done inside came to its end; the next step is tried all the same."""
    try:
        yield
    except Exception as error:  # whatever a client raises is a failed step
        _failed.append(name)
        print(f"step: {name} failed {type(error).__name__} {' '.join(str(error).split())[:300]}", flush=True)
    else:
        print(f"step: {name} ok", flush=True)


def finish():
    """Ends the process: 1 if a step failed."""
    sys.exit(1 if _failed else 0)


def expect(what, actual, expected):
    if actual != expected:
        raise AssertionError(f"{what} is {actual!r}, not {expected!r}")


def expect_found(ids, there_are):
    """The ids that a search found against how many resources there are."""
    expect("resources found", len(ids), there_are + EXPECT_MORE)
    expect("resources found, each once", len(set(ids)), len(ids))


def expect_exactly_once(seeded, added, seen):
    """Every resource that was there from the beginning was seen once; one that was added meanwhile at most once."""
    missing = set(seeded) - set(seen)
    expect("resources lost between pages", len(missing), 0)
    expect("resources seen twice", len(seen) - len(set(seen)), 0)
    expect("resources that nobody made", set(seen) - set(seeded) - set(added), set())
    expect("resources seen that were there before", len(set(seen) & set(seeded)), len(seeded) + EXPECT_MORE)


@contextmanager
def expect_refused(what, kind):
    """What is done inside must raise this kind of error; returns it in a list."""
    caught = []
    try:
        yield caught
    except kind as error:
        caught.append(error)
    else:
        raise AssertionError(f"{what} was accepted")


class Meanwhile:
    """Another workstation: its writes of one page run while the next page is read, and are done before the one after."""

    def __init__(self):
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._running = None

    def write(self, job, *args):
        self.wait()
        self._running = self._pool.submit(job, *args)

    def wait(self):
        """Raises what the last job raised."""
        if self._running is not None:
            self._running.result(timeout=60)


def patient(family, tag="chart"):
    """A Patient of this run, found by `_tag` and by `identifier`."""
    return {
        "resourceType": "Patient",
        "meta": {"tag": [{"system": SYSTEM, "code": tag}]},
        "identifier": [{"system": SYSTEM, "value": family}],
        "name": [{"family": family, "given": ["Zoë"]}],
    }


def with_heart_rate(family, status="final"):
    """A transaction: a Patient, and an Observation that refers to it within the bundle."""
    full_url = f"urn:uuid:{uuid.uuid4()}"
    observation = {
        "resourceType": "Observation",
        "status": status,
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": full_url},
        "valueQuantity": {"value": 72, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
    }
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": full_url, "resource": patient(family), "request": {"method": "POST", "url": "Patient"}},
            {"resource": observation, "request": {"method": "POST", "url": "Observation"}},
        ],
    }


def waiting_room(tag):
    """A transaction of the Patients that are paged through."""
    entries = [
        {"resource": patient(f"Seeded-{n:02}", tag=tag), "request": {"method": "POST", "url": "Patient"}}
        for n in range(SEEDED)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def id_of(location):
    """The id in `…/Patient/ID/_history/VERSION`."""
    return location.split("/_history/")[0].rsplit("/", 1)[1]
