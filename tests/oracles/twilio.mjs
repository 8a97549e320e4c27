// Twilio's own package for Node, as a client of the fake Twilio and as a judge of its webhooks'
// signatures. tests/tests/official_clients.rs starts the fake; twilio_client.py is its sibling.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import twilio from "twilio";

const { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN, FAKE_URL, WEBHOOK_PORT } = process.env;
const [FROM, TO] = ["+15550001234", "+15550001111"];
const HERE = `http://127.0.0.1:${WEBHOOK_PORT}`;

/** The package knows one address; this takes it to the fake. */
class Elsewhere extends twilio.RequestClient {
  request(options) {
    const { pathname, search } = new URL(options.uri);
    return super.request({ ...options, uri: new URL(pathname + search, FAKE_URL).href });
  }
}

const webhooks = [];
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const parameters = Object.fromEntries(new URLSearchParams(body));
  webhooks.push({ url: HERE + request.url, parameters, signature: request.headers["x-twilio-signature"] });
  const answer = new twilio.twiml.MessagingResponse();
  if (request.url === "/inbound") answer.message("Ünïcode <&> 👋");
  response.writeHead(200, { "content-type": "text/xml" }).end(answer.toString());
}).listen(Number(WEBHOOK_PORT), "127.0.0.1");
await once(server, "listening");

async function until(what, found) {
  for (let tries = 0; tries < 200; tries += 1) {
    const it = found();
    if (it) return it;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`expected ${what}, found ${JSON.stringify(webhooks)}`);
}

const client = twilio(SID, TOKEN, { httpClient: new Elsewhere() });
const text = "Ünïcode & so on: 👋";
const made = await client.messages.create({
  to: TO,
  from: FROM,
  body: text,
  statusCallback: `${HERE}/status?a=1&b=%20`,
  smartEncoded: false,
  validityPeriod: 600,
});
assert.match(made.sid, /^SM[0-9a-f]{32}$/);
assert.deepEqual(
  [made.accountSid, made.to, made.from, made.body, made.status, made.direction, made.numSegments],
  [SID, TO, FROM, text, "queued", "outbound-api", "1"],
);
assert.deepEqual([made.errorCode, made.errorMessage, made.price], [null, null, null]);
assert.ok(Math.abs(made.dateCreated - Date.now()) < 60_000, String(made.dateCreated));

const delivered = (one) => one.parameters.MessageStatus === "delivered";
await until("a callback", () => webhooks.find(delivered));
assert.equal((await client.messages(made.sid).fetch()).status, "delivered");
const others = [];
for (const body of ["one", "two", "three"]) {
  others.push((await client.messages.create({ to: TO, from: FROM, body })).sid);
}
const listed = await client.messages.list({ to: TO, from: FROM, pageSize: 2 });
assert.deepEqual(listed.map((one) => one.sid), [...others.reverse(), made.sid], "in pages of two");

const refused = (to, code, status) =>
  assert.rejects(client.messages.create({ to, from: FROM, body: "x" }), { code, status });
await refused("+15005550001", 21211, 400);
await refused("+15005550004", 21610, 400);
await assert.rejects(client.messages(`SM${"0".repeat(32)}`).fetch(), { code: 20404, status: 404 });
const stranger = twilio(SID, "another token", { httpClient: new Elsewhere() });
await assert.rejects(stranger.messages.list(), { code: 20003, status: 401 });

const written = await fetch(new URL("fake/phone", FAKE_URL), {
  method: "POST",
  headers: {
    authorization: `Basic ${btoa(`${SID}:${TOKEN}`)}`,
    "content-type": "application/json",
  },
  body: JSON.stringify({ from: TO, to: FROM, body: "Hello = & % + 👋" }),
});
const { replies } = await written.json();
assert.deepEqual(replies.map((one) => one.body), ["Ünïcode <&> 👋"]);

assert.deepEqual(
  webhooks.map(({ parameters }) => parameters.MessageStatus ?? parameters.Body),
  ["sent", "delivered", "Hello = & % + 👋"],
);
for (const { url, parameters, signature } of webhooks) {
  const valid = (token, changed) =>
    twilio.validateRequest(token, signature, url, { ...parameters, ...changed });
  assert.ok(valid(TOKEN, {}), url);
  assert.ok(!valid("another token", {}) && !valid(TOKEN, { To: "+15550009999" }), url);
}
server.close();
server.closeAllConnections();
console.log("ok");
