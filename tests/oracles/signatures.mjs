// Twilio's own package for Node, as a judge of our signatures, and as a signer for us to judge.
// tests/tests/signature_vectors.rs writes one case of JSON on each line, and reads one answer.
import { createInterface } from "node:readline";
import twilio from "twilio";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, url, parameters, body, signatures } = JSON.parse(line);
  const form = Object.create(null);
  for (const [name, value] of parameters ?? []) (form[name] ??= []).push(value);
  const accepts = (signature) =>
    body === null
      ? twilio.validateRequest(secret, signature, url, form)
      : twilio.validateRequestWithBody(secret, signature, url, body);
  const signature = getExpectedTwilioSignature(secret, url, form);
  console.log(JSON.stringify({ signature, accepts: signatures.map(accepts) }));
}
