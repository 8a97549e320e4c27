"""Twilio's own package for Python, as a judge of our signatures, and as a signer for us to judge.
tests/tests/signature_vectors.rs writes one case of JSON on each line, and reads one answer."""

import json
import sys

from twilio.request_validator import RequestValidator, get_signature_algorithm


class Parameters(dict):
    """Repeated names, as web frameworks hand them over."""

    def getlist(self, name):
        return self[name]


for line in sys.stdin:
    case = json.loads(line)
    validator = RequestValidator(case["secret"])
    algorithm = get_signature_algorithm(case["settings"])
    what = case["body"]
    if what is None:
        what = Parameters()
        for name, value in case["parameters"]:
            what.setdefault(name, []).append(value)
    signed = {} if isinstance(what, str) else what
    answer = {
        "signature": validator.compute_signature(case["url"], signed, algorithm),
        "accepts": [
            validator.validate(case["url"], what, signature, algorithm)
            for signature in case["signatures"]
        ],
    }
    print(json.dumps(answer))
