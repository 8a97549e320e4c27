// The package of Standard Webhooks for Node as a judge of what is signed here:
// tests/tests/standard_webhooks.rs gives it requests; standardwebhooks_check.py is its sibling.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const given = JSON.parse(readFileSync(0, "utf8"));
const hook = new Webhook(given.secret);
for (const { headers, body } of given.requests) {
  assert.deepEqual(hook.verify(body, headers), JSON.parse(body));
  const at = new Date(Number(headers["webhook-timestamp"]) * 1000);
  const signed = hook.sign(headers["webhook-id"], at, body);
  assert.ok(headers["webhook-signature"].split(" ").includes(signed), signed);
  const later = String(Number(headers["webhook-timestamp"]) + 1);
  assert.throws(() => hook.verify(`${body} `, headers));
  assert.throws(() => hook.verify(body, { ...headers, "webhook-id": `${headers["webhook-id"]}0` }));
  assert.throws(() => hook.verify(body, { ...headers, "webhook-timestamp": later }));
}
console.log("ok");
