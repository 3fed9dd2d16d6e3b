"""What is valid CSL-JSON.

The schema is ours, written from the specification of CSL-JSON 1.0.2: an array of items with id and type, the
types and variables that there are, and the forms of names and dates. Unlike the official one, it wants names
to have a family or a literal, and dates to be whole numbers.
"""

import json
from pathlib import Path

import jsonschema

VALID = jsonschema.Draft202012Validator(
    json.loads((Path(__file__).parent / "csl_schema.json").read_text(encoding="utf-8"))
)
