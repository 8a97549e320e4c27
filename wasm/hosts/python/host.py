"""A host for verbatim.wasm on wasmtime: python host.py verbatim.wasm SHA256 [NAME]"""

import hashlib
import json
import sys
import threading
import time

import wasmtime

REQUEST_BYTES, RESPONSE_BYTES, MEMORY_BYTES = 1 << 20, 4 << 20, 16 << 20
FUEL = 200_000_000  # for one call; a usual one takes less than a hundredth of it
SECONDS, TICKS = 2, 20  # for one call, and how finely they are measured
LOG_LINES = 16
NOT_GRANTED, MALFORMED, OVER_BUDGET = -1, -2, -3


class Refused(Exception):
    """The module, or what it was asked for, was refused."""


class Grants:
    """What one call may ask of us: the consent we looked up before it, and one message."""

    def __init__(self, consent, send):
        self.consent = consent  # {(recipient, sender): opted out?}
        self.send = send  # the (recipient, sender) it may write to
        self.messages = []  # proposed; nothing leaves before the call has returned
        self.lines = 0

    def opt_out_lookup(self, asked):
        return int(self.consent.get((asked["recipient"], asked["sender"]), NOT_GRANTED))

    def opt_out_record(self, asked):
        return NOT_GRANTED  # we never ask it to `receive`

    def twilio_create_message(self, asked):
        sender = asked.get("from") or asked.get("messaging_service_sid")
        if (asked["to"], sender) != self.send:
            return NOT_GRANTED
        if self.messages:
            return OVER_BUDGET
        self.messages.append(asked)
        return 0

    def log(self, line):
        self.lines += 1
        if self.lines <= LOG_LINES:
            print(f"module: {line[:500]!r}", file=sys.stderr)


class Module:
    """Checked and compiled once; each call has an instance of its own."""

    def __init__(self, wasm, sha256):
        found = hashlib.sha256(wasm).hexdigest()
        if found != sha256:
            raise Refused(f"expected a module with the SHA-256 {sha256}, found {found}")
        config = wasmtime.Config()
        config.consume_fuel = True
        config.epoch_interruption = True
        self.engine = wasmtime.Engine(config)
        threading.Thread(target=self._tick, daemon=True).start()
        self.module = wasmtime.Module(self.engine, wasm)
        if "verbatim_abi_1" not in {export.name for export in self.module.exports}:
            raise Refused("expected a module that exports `verbatim_abi_1`, found none")

    def call(self, request, grants=None):
        """Answers one request, or raises `Refused`, or whatever stopped the module."""
        request = json.dumps(request).encode()
        if len(request) > REQUEST_BYTES:
            raise Refused(f"expected a request of at most {REQUEST_BYTES} bytes")
        store = wasmtime.Store(self.engine)
        store.set_fuel(FUEL)
        store.set_epoch_deadline(TICKS)
        store.set_limits(MEMORY_BYTES, table_elements=4096, instances=1, tables=1, memories=1)
        instance = self._linker(grants or Grants({}, None)).instantiate(store, self.module)
        exports = instance.exports(store)

        at = unsigned(exports["vb_alloc"](store, len(request)), 32)
        if at == 0:
            raise Refused(f"the module has no room for {len(request)} bytes")
        exports["memory"].write(store, request, at)
        answer = unsigned(exports["vb_call"](store, at, len(request)), 64)
        exports["vb_free"](store, at, len(request))
        at, length = answer >> 32, answer & 0xFFFFFFFF
        if length > RESPONSE_BYTES:
            raise Refused(f"expected a response of at most {RESPONSE_BYTES} bytes")
        response = json.loads(read(store, exports["memory"], at, length))
        exports["vb_free"](store, at, length)
        if "error" in response:
            raise Refused("{code}: {message}".format(**response["error"]))
        return response["ok"]

    def _linker(self, grants):
        """Our four functions, traps for those of JavaScript, and nothing else."""
        linker = wasmtime.Linker(self.engine)
        ours = {"twilio_create_message", "opt_out_lookup", "opt_out_record", "log"}
        for imported in self.module.imports:
            source, name = imported.module, imported.name
            if source == "verbatim" and name in ours:
                answer = logging(grants) if name == "log" else asking(getattr(grants, name))
                linker.define_func(source, name, imported.type, answer, access_caller=True)
            elif source == "./verbatim_bg.js":
                linker.define_func(source, name, imported.type, trap(name))
            else:
                raise Refused(f"expected the imports of ABI.md, found `{name}` from `{source}`")
        return linker

    def _tick(self):
        """A call is stopped by this clock where fuel is not spent, such as in an import."""
        while True:
            time.sleep(SECONDS / TICKS)
            self.engine.increment_epoch()


def asking(answer):
    def imported(caller, at, length):
        try:
            return answer(json.loads(read(caller, caller["memory"], at, length)))
        except (ValueError, KeyError, TypeError, Refused):
            return MALFORMED

    return imported


def logging(grants):
    def imported(caller, level, at, length):
        grants.log(read(caller, caller["memory"], at, length))

    return imported


def trap(name):
    def called(*_):
        raise Refused(f"the module called `{name}`, which is JavaScript's")

    return called


def read(store, memory, at, length):
    """The bytes at `at`: a wasm integer comes as a signed one, and a slice would be cut short."""
    at, length = unsigned(at, 32), unsigned(length, 32)
    if at + length > memory.data_len(store):
        raise Refused("the module pointed outside its memory")
    return bytes(memory.read(store, at, at + length))


def unsigned(number, bits):
    return number & ((1 << bits) - 1)


def main(path, sha256, name=None):
    with open(path, "rb") as file:
        module = Module(file.read(), sha256)

    body = "Hi ${name}, your table is booked for {{entity:time}}. Ref {{vrbl:REF}}"
    values = {"entity": {"time": "19:30"}, "variable": {"REF": "K7M2"}}
    if name is not None:
        values["variant"] = {"name": name}
    rendered = module.call({"op": "render", "body": body, "values": values})
    segments = rendered["segments"]
    print("render    {text}".format(**rendered))
    print("segments  {segments} ({encoding}, {units} units)".format(**segments))

    found = module.call({"op": "classify", "text": " Stop! "})
    print("classify  {keyword}: {reply}".format(**found))

    sender = "+15550001111"
    consent = {("+15550002222", sender): False, ("+15550003333", sender): True}
    for recipient in "+15550002222", "+15550003333", "+15550004444":
        grants = Grants(consent, send=(recipient, sender))
        request = {
            "op": "send",
            "to": recipient,
            "sender": sender,
            "environment": "sandbox",
            "templates": [{"title": "booking", "body": body}],
            "template": "booking",
            "values": values,
        }
        try:
            print(f"send      {recipient}: {module.call(request, grants)['state']}")
        except Refused as refusal:
            print(f"send      {recipient}: {refusal}")
            continue
        for message in grants.messages:  # now, and only now, call Twilio
            print("          {from} says {body}".format(**message))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:  # of ours, of the engine's or of a module that lies
        sys.exit(f"host: {error}")
