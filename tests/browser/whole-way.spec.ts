// The whole way in a real browser: write, preview, save, send, read on the phone, opt out, be
// suppressed, opt in, receive; and every engine on that way says the same text and segments.
import { expect, test } from "./console.ts";
import { EditorPage } from "./editor-page.ts";
import { embeddedModule, type Host } from "./host.ts";
import { Choice, SEED } from "./random.ts";
import type { Message, TwilioLog } from "./shapes.ts";

const STOP_REPLY =
  "You have been unsubscribed and will not receive further messages. Reply START to resubscribe.";
const START_REPLY = "You have been resubscribed and will receive messages again.";

/** The units that the page shows are those of `text`: counted here a second time. */
async function expectUnits(editor: EditorPage, text: string): Promise<void> {
  const { encoding, units } = await editor.counts();
  const pairs = encoding === "GSM-7" ? (text.match(/[\f^{}\\[\]~|€]/g) ?? []).length : 0;
  expect(units).toBe(text.length + pairs);
}

test("a template is written, sent, answered with STOP, suppressed, and received after START", async ({
  page,
  host,
}) => {
  test.info().annotations.push({ type: "seed", description: `SEED=${SEED}` });
  const choice = new Choice(SEED);
  const [variant, entity, variable, translation] = Array.from({ length: 4 }, () => choice.name());
  if (!variant || !entity || !variable || !translation) throw new Error("no names");
  const values = {
    variant: { [variant]: choice.words(2) },
    entity: { [entity]: choice.words(3) },
    variable: { [variable]: choice.words(1) },
    translation: { [translation]: choice.words(4) },
  };
  const words = Array.from({ length: 5 }, () => choice.words(2)) as [string, ...string[]];
  const body =
    `${words[0]} \${${variant}} ${words[1]} {{entity:${entity}}} ${words[2]} ` +
    `{{vrbl:${variable}}} ${words[3]} {{tn:${translation}}} ${words[4]}`;
  const text =
    `${words[0]} ${values.variant[variant]} ${words[1]} ${values.entity[entity]} ${words[2]} ` +
    `${values.variable[variable]} ${words[3]} ${values.translation[translation]} ${words[4]}`;
  const number = choice.number();
  const title = `whole_way_${SEED}`;

  const editor = await EditorPage.create(page);
  await test.step("the preview and the counts follow each keystroke", async () => {
    await editor.title.fill(title);
    await editor.body.fill("Hello");
    await expect(editor.preview).toHaveText("Hello");
    expect(await editor.counts()).toEqual({ segments: 1, encoding: "GSM-7", units: 5 });
    await editor.body.press("End");
    await editor.body.pressSequentially("]");
    expect(await editor.counts()).toMatchObject({ units: 7 });
    await editor.body.fill("]".repeat(153));
    expect(await editor.counts()).toEqual({ segments: 3, encoding: "GSM-7", units: 306 });

    await editor.body.fill(body);
    expect(await editor.preview.textContent()).toBe(body);
    const marked = editor.preview.locator(".missing");
    await expect(marked).toHaveCount(4);
    await expectUnits(editor, body);
    await editor.value("variant", variant).fill(values.variant[variant] ?? "");
    await expect(marked).toHaveCount(3);
    await editor.value("entity", entity).fill(values.entity[entity] ?? "");
    await editor.value("variable", variable).fill(values.variable[variable] ?? "");
    await editor.value("translation", translation).fill(values.translation[translation] ?? "");
    await expect(marked).toHaveCount(0);
    expect(await editor.preview.textContent()).toBe(text);
    await expectUnits(editor, text);
  });

  await test.step("it is saved", async () => {
    await editor.save();
    await expect(page).toHaveURL(/#\/templates\/(?!new)/);
  });

  await editor.to.fill(number);
  await editor.to.blur();
  const previewed = { ...(await editor.counts()), text: await editor.preview.textContent() };

  const first = await editor.send();
  await test.step("it is delivered to the phone", async () => {
    await expect(first.card.getByTestId("state")).toHaveText("delivered");
    const bubble = editor.received(text);
    await expect(bubble).toHaveCount(1);
    await expect(bubble.getByTestId("bubble-status")).toHaveText("delivered");
    expect(await bubble.getByTestId("bubble-text").textContent()).toBe(text);
    await expect(first.card).toContainText("text, segments and module are those of the preview");
  });

  await test.step("page, host and Twilio say the same text, segments and module", async () => {
    const message = await host.get<Message>(`/v1/messages/${first.id}`);
    const posted = await postedTo(host, number);
    expect(posted).toHaveLength(1);
    expect(posted[0]?.fields).toMatchObject({ SmartEncoded: "false" });

    expect(await first.card.getByTestId("message-text").textContent()).toBe(previewed.text);
    expect(message.text).toBe(previewed.text);
    expect(posted[0]?.fields["Body"]).toBe(previewed.text);
    expect(message.segments).toMatchObject({
      segments: previewed.segments,
      encoding: previewed.encoding,
      units: previewed.units,
    });
    expect(Number(posted[0]?.response.num_segments)).toBe(previewed.segments);
    expect(message.sid).toBe(posted[0]?.response.sid);

    const shown = await page.getByTestId("module-sha256").textContent();
    expect(shown).toMatch(/^[0-9a-f]{64}$/);
    expect(message.module).toBe(shown);
    expect((await embeddedModule()).sha256).toBe(shown);
  });

  await test.step("after `Stop!` nothing more is sent", async () => {
    await editor.answer("Stop!");
    await expect(editor.received(STOP_REPLY)).toHaveCount(1);
    const second = await editor.send();
    await expect(second.card.getByTestId("state")).toHaveText("suppressed");
    const message = await host.get<Message>(`/v1/messages/${second.id}`);
    expect(message).toMatchObject({ state: "suppressed", text, sid: null });
    await expect(editor.received(text)).toHaveCount(1);
  });

  await test.step("after `start` it is received again", async () => {
    await editor.answer("start");
    await expect(editor.received(START_REPLY)).toHaveCount(1);
    const third = await editor.send();
    await expect(third.card.getByTestId("state")).toHaveText("delivered");
    await expect(editor.received(text)).toHaveCount(2);
    const posted = await postedTo(host, number);
    expect(posted.map(({ fields }) => fields["Body"])).toEqual([text, text]);
  });
});

/** Every request by which a message was asked for, and that Twilio granted. */
async function postedTo(host: Host, number: string): Promise<TwilioLog["entries"]> {
  const { entries } = await host.get<TwilioLog>("/v1/dev/log");
  return entries.filter(({ fields, status }) => fields["To"] === number && status === 201);
}
