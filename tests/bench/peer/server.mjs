// The same work as `verbatim serve` does for a message, as a good team would write it in Node:
// accepted durably with its idempotency key, rendered and counted, checked for consent, posted to
// Twilio over kept connections with 64 in flight, and each signed callback stored. Writes share
// their commits. For `cargo xtask load`, which starts it beside ours; it has none of the rest.
//
// Configured by the environment: PORT, DATABASE, TEMPLATE, API_KEY, PUBLIC_URL, TWILIO_URL,
// TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, SENDER, and COUNT_SEGMENTS=no to leave the counting out.

import { randomUUID } from "node:crypto";
import http from "node:http";
import Database from "better-sqlite3";
import express from "express";
import Handlebars from "handlebars";
import { SegmentedMessage } from "sms-segments-calculator";
import twilio from "twilio";

const env = process.env;
const IN_FLIGHT = 64;
const COUNTS = env.COUNT_SEGMENTS !== "no";

const db = new Database(env.DATABASE);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec(`
    CREATE TABLE IF NOT EXISTS messages (
        id TEXT PRIMARY KEY, state TEXT NOT NULL, recipient TEXT NOT NULL, sender TEXT NOT NULL,
        text TEXT NOT NULL, segments INTEGER, sid TEXT UNIQUE, error INTEGER, created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS waiting ON messages (created_at) WHERE state = 'queued';
    CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, response TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS opt_outs (
        recipient TEXT NOT NULL, sender TEXT NOT NULL, PRIMARY KEY (recipient, sender)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS callbacks (
        sid TEXT NOT NULL, status TEXT NOT NULL, PRIMARY KEY (sid, status)
    ) STRICT, WITHOUT ROWID;
`);

// Many small transactions share a commit: what has come together in one turn of the event loop is
// written together, and answered when it is on the disk.
let writes = [];
let delivered = 0;

function write(work) {
    return new Promise((resolve, reject) => {
        if (writes.length === 0) setImmediate(flush);
        writes.push({ work, resolve, reject });
    });
}

const begin = db.prepare("BEGIN IMMEDIATE");
const commit = db.prepare("COMMIT");

function flush() {
    const group = writes;
    writes = [];
    begin.run();
    const answers = group.map(({ work }) => work());
    commit.run();
    group.forEach(({ resolve }, at) => resolve(answers[at]));
}

const sql = {
    key: db.prepare("SELECT response FROM keys WHERE key = ?").pluck(),
    addKey: db.prepare("INSERT INTO keys (key, response) VALUES (?, ?)"),
    add: db.prepare(
        "INSERT INTO messages (id, state, recipient, sender, text, segments, created_at) VALUES (?, 'queued', ?, ?, ?, ?, ?)",
    ),
    optedOut: db.prepare("SELECT 1 FROM opt_outs WHERE recipient = ? AND sender = ?").pluck(),
    next: db.prepare("SELECT id, recipient, sender, text FROM messages WHERE state = 'queued' ORDER BY created_at LIMIT ?"),
    set: db.prepare("UPDATE messages SET state = ? WHERE id = ?"),
    accepted: db.prepare("UPDATE messages SET state = 'accepted', sid = ? WHERE id = ? AND state = 'dispatching'"),
    callback: db.prepare("INSERT INTO callbacks (sid, status) VALUES (?, ?) ON CONFLICT DO NOTHING"),
    status: db.prepare("UPDATE messages SET state = ? WHERE id = ? AND state NOT IN ('delivered', 'undelivered', 'failed')"),
};

const render = Handlebars.compile(env.TEMPLATE, { noEscape: true, strict: true });

const app = express();
app.disable("x-powered-by");
app.disable("etag");

app.post("/messages", express.json(), async (request, response) => {
    if (request.get("authorization") !== `Bearer ${env.API_KEY}`) return response.sendStatus(401);
    const { to, values } = request.body;
    const text = render(values);
    const segments = COUNTS ? new SegmentedMessage(text).segmentsCount : null;
    const key = request.get("idempotency-key");
    const answer = await write(() => {
        const before = sql.key.get(key);
        if (before !== undefined) return before;
        const message = { id: randomUUID(), state: "queued", to, segments };
        const json = JSON.stringify(message);
        sql.add.run(message.id, to, env.SENDER, text, segments, Date.now());
        sql.addKey.run(key, json);
        return json;
    });
    response.status(202).type("json").send(answer);
    dispatch();
});

app.post("/status/:id", express.urlencoded({ extended: false }), async (request, response) => {
    const url = `${env.PUBLIC_URL}${request.originalUrl}`;
    const signature = request.get("x-twilio-signature") ?? "";
    if (!twilio.validateRequest(env.TWILIO_AUTH_TOKEN, signature, url, request.body)) {
        return response.sendStatus(403);
    }
    const { MessageSid: sid, MessageStatus: status } = request.body;
    await write(() => {
        if (sql.callback.run(sid, status).changes === 0) return;
        sql.status.run(status, request.params.id);
        if (status === "delivered") delivered += 1;
    });
    response.sendStatus(204);
});

app.get("/delivered", (_, response) => response.send(String(delivered)));

// The official client, at the address of the fake one.
class Elsewhere extends twilio.RequestClient {
    request(options) {
        const { pathname, search } = new URL(options.uri);
        return super.request({ ...options, uri: env.TWILIO_URL.replace(/\/$/, "") + pathname + search });
    }
}
const httpClient = new Elsewhere({ keepAlive: true, maxSockets: IN_FLIGHT, maxTotalSockets: IN_FLIGHT });
httpClient.axios.defaults.httpAgent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
const client = twilio(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN, { httpClient });

let inFlight = 0;
let claiming = false;

async function dispatch() {
    if (claiming) return;
    claiming = true;
    try {
        while (inFlight < IN_FLIGHT) {
            const claimed = await write(() => {
                const rows = sql.next.all(IN_FLIGHT - inFlight);
                return rows.filter(({ id, recipient, sender }) => {
                    const optedOut = sql.optedOut.get(recipient, sender) === 1;
                    sql.set.run(optedOut ? "suppressed" : "dispatching", id);
                    return !optedOut;
                });
            });
            if (claimed.length === 0) return;
            for (const message of claimed) post(message);
        }
    } finally {
        claiming = false;
    }
}

async function post({ id, recipient, sender, text }) {
    inFlight += 1;
    try {
        const { sid } = await client.messages.create({
            to: recipient,
            from: sender,
            body: text,
            smartEncoded: false,
            statusCallback: `${env.PUBLIC_URL}/status/${id}`,
        });
        await write(() => sql.accepted.run(sid, id));
    } catch (error) {
        console.error(`${id}: ${error.message}`);
        await write(() => sql.set.run("failed", id));
    } finally {
        inFlight -= 1;
        dispatch();
    }
}

const server = app.listen(Number(env.PORT), "127.0.0.1", () => console.log("ready"));
// Longer than clients keep idle connections: one that is closed as it is used loses a callback.
server.keepAliveTimeout = 95_000;
