"""The package of Standard Webhooks for Python as a judge of what is signed here:
tests/tests/standard_webhooks.rs gives it requests; standardwebhooks.mjs is its sibling."""

import json
import sys
from datetime import datetime, timezone

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

given = json.load(sys.stdin)
hook = Webhook(given["secret"])
for request in given["requests"]:
    headers, body = request["headers"], request["body"]
    assert hook.verify(body, headers) == json.loads(body), request
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=timezone.utc)
    signed = hook.sign(headers["webhook-id"], at, body)
    assert signed in headers["webhook-signature"].split(" "), (signed, request)
    for changed in (
        (body + " ", headers),
        (body, {**headers, "webhook-id": headers["webhook-id"] + "0"}),
        (body, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}),
    ):
        try:
            hook.verify(*changed)
        except WebhookVerificationError:
            pass
        else:
            raise AssertionError(f"expected a refusal of {changed}")
print("ok")
