// The package's client in Node, against a running `verbatim dev`.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Client as PackedClient } from "../../../www/src/package/client.ts";
import { BIN, Host } from "../host.ts";
import { BrokenProxy, type Fault } from "./broken-proxy.ts";
import { test as base, expect } from "./fixtures.ts";

type Package = typeof import("../../../www/src/package/client.ts");

const PERSON = "+15550001111";
/** The sandbox's number in `verbatim dev`. */
const SENDER = "+15550001236";

interface Shared {
  host: Host;
  /** What is imported as `verbatim-sms/client`. */
  packed: Package;
}

const test = base.extend<{ client: PackedClient; broken: BrokenProxy }, Shared>({
  host: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from it
    async ({}, use) => {
      const host = await Host.start();
      await fill(host);
      await use(host);
      await host.stop();
    },
    { scope: "worker" },
  ],
  packed: [
    async ({ project }, use) => {
      const file = project.path("node_modules/verbatim-sms/lib/client.js");
      await use(await import(pathToFileURL(file).href));
    },
    { scope: "worker" },
  ],
  client: async ({ host, packed }, use) => {
    await use(new packed.Client(host.ready.listening, host.ready.api_key));
  },
  broken: async ({ host }, use) => {
    const broken = await BrokenProxy.before(host.ready.listening);
    await use(broken);
    await broken.stop();
  },
});

/** A project with one of each. */
async function fill(host: Host): Promise<void> {
  const put = (path: string, body: object) => host.call("PUT", `v1/${path}`, body);
  await put("project", { default_language: "en" });
  for (const [title, says] of [
    ["booked_en", "Your code is"],
    ["booked_es", "Su clave es"],
  ]) {
    const body = `${says} {{vrbl:CONFIRMATION_CODE}}. \${directions}`;
    await host.call("POST", "v1/templates", { title, body, senders: { sandbox: SENDER } });
  }
  await put("variants/London", {});
  await put("variants/Paris", {});
  const values = { London: "By the bridge", Paris: "Sur la place" };
  await put("attributes/directions", { values });
  await put("handoffs/desk", { method: "refer", destination: "+15550007777" });
  const headers = [{ key: "X-Queue", value: "night" }];
  const night = { method: "invite", destination: "sip:night@example.org", headers };
  await put("handoffs/night", night);
  const prompt = "Send {{twilio_sms:booked}}, then {{ho:desk}}";
  await put("actions/confirm_and_hand_over", { prompt });
  await put("actions/ask_first", { prompt, needs_consent: true });
}

interface Noted {
  id: string;
  text: string;
}

/** What was sent in a conversation. */
async function sentIn(host: Host, conversation: string): Promise<Noted[]> {
  const path = `v1/conversations/${encodeURIComponent(conversation)}`;
  return (await host.get<{ messages: Noted[] }>(path)).messages;
}

/** What a call threw. */
// biome-ignore lint/suspicious/noExplicitAny: whatever it was
async function thrown(call: () => Promise<unknown>): Promise<any> {
  return call().then(
    () => expect(null, "expected an error").not.toBeNull(),
    (error) => error,
  );
}

test("a text is sent and logged in its conversation", async ({ host, client }) => {
  const sent = await client.conversation("text").sendSms(PERSON, SENDER, "See you soon 👋");
  expect(sent).toMatchObject({ state: "queued", suppressed: false, sender: SENDER });
  expect(await sentIn(host, "text")).toMatchObject([{ id: sent.id, text: "See you soon 👋" }]);
});

test("a number that has opted out is no error and gets nothing", async ({ host, client }) => {
  const person = "+15550002222";
  await host.call("POST", "v1/dev/phone", { from: person, to: SENDER, body: "STOP" });
  const conv = client.conversation("stopped", { callerNumber: person });
  await conv.state.set("CONFIRMATION_CODE", "X7");
  const all = [
    await conv.sendSms(person, SENDER, "Hello"),
    await conv.sendSmsTemplate(person, "booked"),
    ...(await conv.runAction("confirm_and_hand_over")).messages,
  ];
  for (const sent of all) {
    expect(sent).toMatchObject({ state: "suppressed", reason: "opted_out", suppressed: true });
  }
});

test("what the host refuses is thrown with its code and its sentence", async ({
  host,
  client,
  packed,
}) => {
  const conv = client.conversation("refused");
  const number = await thrown(() => conv.sendSms("555", SENDER, "Hello"));
  expect(number).toBeInstanceOf(packed.Refused);
  expect(number).toMatchObject({ name: "Refused", status: 422, code: "V030" });
  expect(number.detail).toMatch(/^expected a phone number .* found `555`$/);
  expect(await thrown(() => conv.sendSmsTemplate(PERSON, "boked"))).toMatchObject({
    code: "V033",
  });
  const missing = await thrown(() => conv.sendSmsTemplate(PERSON, "booked"));
  expect(missing.problem.missing).toEqual([{ kind: "variable", name: "CONFIRMATION_CODE" }]);
  await expect(sentIn(host, "refused"), "nothing was sent").rejects.toThrow("404");
});

test("a template is filled from state, variant and language", async ({ host, client }) => {
  const conv = client.conversation("filled");
  await conv.state.set("CONFIRMATION_CODE", 17);
  expect((await conv.sendSmsTemplate(PERSON, "booked")).template).toBe("booked_en");
  await conv.setVariant("Paris");
  await conv.setLanguage("es");
  expect((await conv.sendSmsTemplate(PERSON, "booked")).template).toBe("booked_es");
  const values = { variable: { CONFIRMATION_CODE: "X8" } };
  await conv.sendSmsTemplate(PERSON, "booked", undefined, { values });
  expect((await sentIn(host, "filled")).map(({ text }) => text)).toEqual([
    "Your code is 17. By the bridge",
    "Su clave es 17. Sur la place",
    "Su clave es X8. Sur la place",
  ]);
});

test("state is a mapping that the host keeps, whatever the id", async ({ client }) => {
  for (const id of ["state", "a/b", "a%2Fb", "é ?#", "..a"]) {
    const [conv, other] = [client.conversation(id), client.conversation(id)];
    expect(await conv.state.all()).toEqual({});
    await Promise.all([conv.state.set("ID", id), conv.state.update({ B: [1], C: true })]);
    await conv.state.delete("C");
    await conv.entities.set("guests", 4);
    ((await conv.state.get("B")) as number[]).push(2);
    for (const opened of [conv, other]) {
      expect(await opened.state.all()).toEqual({ ID: id, B: [1] });
      expect(await opened.entities.get("guests")).toBe(4);
      expect(await opened.state.get("toString")).toBeUndefined();
    }
    await other.state.set("B", null);
    expect(await conv.state.get("B")).toEqual([1]);
    conv.refresh();
    expect(await conv.state.get("B")).toBeUndefined();
  }
  const slip = await thrown(() => client.conversation("state").state.set("A", undefined));
  expect(slip.message).toContain("expected `A` to be a value");
  expect((await thrown(() => client.conversation("..").state.all())).name).toBe("TypeError");
});

test("the variant has its attributes, and templates their titles", async ({ client }) => {
  const conv = client.conversation("variant");
  const london = { name: "London", attributes: { directions: "By the bridge" } };
  expect(await conv.variant).toEqual(london);
  await conv.setVariant("Paris");
  expect((await conv.variant)?.attributes["directions"]).toBe("Sur la place");
  expect((await thrown(() => conv.setVariant("Rome"))).code).toBe("unknown_variant");
  await conv.setVariant(null);
  expect(await conv.variant).toEqual(london);
  expect((await conv.smsTemplates).get("booked_en")).toMatchObject({
    version: 1,
    senders: { sandbox: SENDER, live: null },
  });
});

test("a call is given away by name or by default", async ({ client }) => {
  const conv = client.conversation("handoff");
  expect(await conv.callHandoff()).toMatchObject({
    ...{ name: "desk", method: "refer", destination: "+15550007777", reason: null },
  });
  const night = await conv.callHandoff("night", {
    ...{ reason: "closed", utterance: "One moment.", sipHeaders: { "X-Reason": "closed" } },
  });
  expect(night.headers.map(({ key }) => key)).toEqual(["X-Queue", "X-Reason"]);
  expect(night).toMatchObject({ reason: "closed", utterance: "One moment." });
  expect((await thrown(() => conv.callHandoff("nobody"))).code).toBe("not_found");
  expect(conv.handoff).toBe(night);
});

test("an action sends and hands over, or does neither", async ({ host, client }) => {
  const conv = client.conversation("action", { callerNumber: PERSON });
  await conv.state.set("CONFIRMATION_CODE", "X7");
  expect((await thrown(() => conv.runAction("ask_first"))).code).toBe("consent_needed");
  expect([await sentIn(host, "action"), conv.handoff]).toEqual([[], null]);
  const run = await conv.runAction("ask_first", { consented: true });
  expect(run.messages.map(({ template }) => template)).toEqual(["booked_en"]);
  expect(run.handoff?.name).toBe("desk");
  expect(conv.handoff).toBe(run.handoff);
  const alone = client.conversation("alone");
  expect((await thrown(() => alone.runAction("ask_first"))).message).toContain("no caller");
});

for (const fault of ["answer lost", "answer cut"] satisfies Fault[]) {
  test(`a message is sent once: ${fault}`, async ({ host, packed, broken }) => {
    const conv = new packed.Client(broken.address, host.ready.api_key).conversation(fault);
    broken.faults = [fault, fault];
    const sent = await conv.sendSms(PERSON, SENDER, "Once");
    expect(new Set(broken.requests.map(({ key }) => key)).size).toBe(1);
    expect(broken.requests).toHaveLength(3);
    expect((await sentIn(host, fault)).map(({ id }) => id)).toEqual([sent.id]);
    const again = await conv.sendSms(PERSON, SENDER, "Once");
    expect(again.id, "another call is another message").not.toBe(sent.id);
  });
}

test("it is tried again as often as the call says, and refusals never", async ({
  host,
  packed,
  broken,
}) => {
  const conv = new packed.Client(broken.address, host.ready.api_key).conversation("tries");
  for (const retryCount of [0, 2]) {
    broken.requests.length = 0;
    broken.faults = ["bad gateway", "bad gateway", "bad gateway"];
    const error = await thrown(() => conv.sendSms(PERSON, SENDER, "Tries", retryCount));
    expect(error).toBeInstanceOf(packed.Unanswered);
    expect(error.message).toContain("found 502 of something before it");
    expect(broken.requests).toHaveLength(retryCount + 1);
  }
  broken.requests.length = 0;
  broken.faults = ["page"];
  const page = await thrown(() => conv.sendSms(PERSON, SENDER, "Tries"));
  expect(page.message).toMatch(/expected JSON of http.*, found text\/html; is that a/);
  expect((await thrown(() => conv.sendSms("555", SENDER, "Tries"))).code).toBe("V030");
  expect(broken.requests).toHaveLength(2);
  expect((await thrown(() => conv.sendSms(PERSON, SENDER, "Tries", -1))).name).toBe("RangeError");
});

test("silence and nobody end by themselves", async ({ host, packed, broken }) => {
  const options = { timeout: 200, retryCount: 0 };
  const conv = new packed.Client(broken.address, host.ready.api_key, options).conversation("x");
  broken.faults = ["silence"];
  const silence = await thrown(() => conv.sendSms(PERSON, SENDER, "Anyone?"));
  await broken.stop();
  const nobody = await thrown(() => conv.sendSms(PERSON, SENDER, "Anyone?"));
  for (const error of [silence, nobody]) {
    expect(error).toBeInstanceOf(packed.Unanswered);
    expect(error.message).toContain("whether it was done is not known");
  }
  for (const url of ["127.0.0.1:8470", "ftp://example.com", "https://"]) {
    expect(() => new packed.Client(url, "vk_")).toThrow("expected the host's http or https");
  }
});

test("who asks too often waits as long as it is told", async ({ host, packed }) => {
  const create = ["keys", "create", "slow", "--rate", "1/1", "--json", "--database"];
  const { stdout } = await promisify(execFile)(BIN, [...create, host.database]);
  const conv = new packed.Client(host.ready.listening, JSON.parse(stdout).key).conversation("slow");
  await conv.sendSms(PERSON, SENDER, "One");
  expect(await thrown(() => conv.sendSms(PERSON, SENDER, "Two", 0))).toMatchObject({
    ...{ status: 429, code: "too_many_requests" },
  });
  await conv.sendSms(PERSON, SENDER, "Two", 1);
  expect((await sentIn(host, "slow")).map(({ text }) => text)).toEqual(["One", "Two"]);
});

test("the README's example prints what it says", async ({ host, project }) => {
  const readme = fileURLToPath(new URL("../../../www/README.md", import.meta.url));
  const [, section = ""] = (await readFile(readme, "utf8")).split("\n## A conversation\n");
  const example = /```js\n(.*?)```/s.exec(section)?.[1] ?? "";
  const said = [...example.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map((line) => line[1] ?? "");
  const { listening: VERBATIM_URL, api_key: VERBATIM_API_KEY } = host.ready;
  const environment = { VERBATIM_URL, VERBATIM_API_KEY, FORCE_COLOR: "0" };
  const printed = await project.node("readme.js", example, environment);
  const lines = printed.trim().split("\n");
  expect(lines).toHaveLength(said.length);
  for (const [index, line] of lines.entries()) {
    const [begins = "", shortened] = (said[index] ?? "").split("…");
    expect(shortened === undefined ? line : line.slice(0, begins.length)).toBe(begins);
  }
});
