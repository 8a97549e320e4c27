"""A conversation's SMS through a Verbatim host.

    from verbatim_sms import Client

    client = Client("http://127.0.0.1:8470", api_key)
    conv = client.conversation("call-17", caller_number="+15550001111")
    conv.state["CONFIRMATION_CODE"] = "X7"
    conv.send_sms_template(conv.caller_number, "reservation_confirmation")

A message is sent once, however often its request is: every call has an idempotency key of its own.
Sending is queued, so what becomes of a message on its way never raises. What the host refuses
raises `Refused`, with a stable code and a sentence; no answer after all tries raises `Unanswered`.
"""

from .answers import Handoff, Run, Sent, Template, Variant
from .client import RETRY_COUNT, TIMEOUT, Client
from .conversation import Conversation
from .errors import Refused, RequestError, Unanswered
from .state import State

__all__ = [
    "RETRY_COUNT",
    "TIMEOUT",
    "Client",
    "Conversation",
    "Handoff",
    "Refused",
    "RequestError",
    "Run",
    "Sent",
    "State",
    "Template",
    "Unanswered",
    "Variant",
]
