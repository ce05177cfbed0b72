"""Judges the resources of a file, one a line: prints a JSON array of {at, says} for each, empty if it finds no error."""

import json
import sys

import fhirkit


def errors(text):
    try:
        found = fhirkit.validate(text)
    except ValueError as error:
        return [{"at": "", "says": str(error)}]
    return [{"at": issue.path, "says": issue.message} for issue in found if issue.severity == "error"]


with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        print(json.dumps(errors(line.rstrip("\n"))))
