// A template is written with what the project holds: its names are completed and others found, its
// values are shown, and the dearest message is named with its variant.
import { expectAccessible, expectNarrow } from "./accessible.ts";
import { expect, test } from "./console.ts";
import { EditorPage } from "./editor-page.ts";
import { Choice, SEED } from "./random.ts";

const choice = new Choice(SEED + 11);

test.use({ examples: "project" });

test("after `$` and two braces the project's names are completed, and mended where they are none", async ({
  page,
}) => {
  const editor = await EditorPage.create(page);
  const options = page.locator("verbatim-editor").getByRole("option");
  await editor.body.click();
  await page.keyboard.type("$");
  await expect(options).toHaveText([/^directions/, /^opening_hours/, /^restaurant_name/]);
  await page.keyboard.type("rest");
  await options.filter({ hasText: "restaurant_name" }).click();
  await page.keyboard.type(" {{");
  await expect(options.filter({ hasText: /^party_size/ })).toHaveCount(1);
  await expect(options.filter({ hasText: /^see_you_soon/ })).toHaveCount(1);
  await expect(options.filter({ hasText: /^FIRST_NAME/ })).toHaveCount(1);
  await page.keyboard.type("ent");
  await expect(options).toHaveText([/^booking_date/, /^booking_time/, /^party_size/]);
  await options.filter({ hasText: "party_size" }).click();
  await page.keyboard.type(" {{tn:");
  await options.filter({ hasText: "greeting" }).click();
  await editor.expectBody("${restaurant_name} {{entity:party_size}} {{tn:greeting}}");
  await expect(editor.findings).toHaveCount(0);

  // A variable exists by being written; what the project has not is found with what was meant.
  await editor.body.fill("${restarant_name} {{entity:party}} {{vrbl:NEVER_HEARD}} {{tn:greting}}");
  await expect(editor.findings).toHaveCount(3);
  await expect(editor.findings.first()).toContainText("no such attribute of the variants");
  await editor.findings.getByRole("button", { name: /restaurant_name/ }).click();
  await editor.findings.getByRole("button", { name: /tn:greeting/ }).click();
  await editor.expectBody("${restaurant_name} {{entity:party}} {{vrbl:NEVER_HEARD}} {{tn:greeting}}");
  await expect(editor.findings).toHaveCount(1);
  await expectAccessible(page);
  await expectNarrow(page);
});

test("a template shows the values of its project, and at worst those of the dearest variant", async ({
  page,
}) => {
  const editor = await EditorPage.create(page);
  await editor.title.fill(`worst_${choice.name()}`);
  const text = "a table is kept for you, come by whenever you like until we close tonight";
  await editor.body.fill(`{{tn:greeting}} from \${restaurant_name}: ${text}, {{entity:party_size}}`);
  await expect(editor.value("variant", "restaurant_name")).toHaveValue("Trattoria Lina");
  await expect(editor.value("translation", "greeting")).toHaveValue("Hello");
  await expect(editor.preview).toHaveText(`Hello from Trattoria Lina: ${text}, 1`);
  expect(await editor.counts()).toMatchObject({ segments: 1, encoding: "GSM-7" });
  const worst = page.getByTestId("worst");
  await expect(worst).toContainText(/at worst 2 segments in UCS-2 with .*for variant Marais/);
  const cells = page.getByRole("region", { name: "Segments by variant and language" });
  await expect(cells.getByRole("row", { name: /Soho/ })).toContainText("1 GSM-7");

  // What the project knows is left to it; the sample of an entity goes along.
  await editor.save();
  await editor.to.fill(choice.number());
  const { card } = await editor.send();
  await expect(card.getByTestId("state")).toHaveText("delivered");
  await expect(card).toContainText("text, segments and module are those of the preview");
  await page.getByRole("link", { name: "Its whole story" }).click();
  await expect(page.getByRole("list", { name: "Values" })).toContainText("party_size 1");
});

test("the preview speaks the language of the send, and is what is sent", async ({ page }) => {
  const editor = await EditorPage.create(page);
  await editor.title.fill(`spoken_${choice.name()}`);
  await editor.body.fill("{{tn:greeting}}, {{tn:see_you_soon}}");
  await expect(editor.preview).toHaveText("Hello, See you soon!");
  const language = page.getByRole("region", { name: "Send" }).getByLabel("Language");
  await editor.value("translation", "see_you_soon").fill("Bye");
  await language.fill("es");
  await expect(editor.preview, "what the writer gave stays").toHaveText("Hola, Bye");
  await editor.save();
  await editor.to.fill(choice.number());
  const { card } = await editor.send();
  await expect(card).toContainText("Hola, Bye");
  await expect(card).toContainText("text, segments and module are those of the preview");
  await language.fill("");
  await expect(editor.preview).toHaveText("Hello, Bye");
});

test("a language's template begins in it, and what it costs in another is a click away", async ({
  page,
}) => {
  await page.getByRole("link", { name: "reservation_confirmation_es" }).click();
  const language = page.getByRole("region", { name: "Send" }).getByLabel("Language");
  await expect(language).toHaveValue("es");
  await expect(page.getByTestId("preview-text")).toContainText("¡Hasta pronto!");
  const cells = page.getByRole("region", { name: "Segments by variant and language" });
  await expect(cells.getByRole("columnheader")).toHaveText(["Variant", "en", "es"]);
  await cells.getByRole("button", { name: /^Marais in en/ }).click();
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue(
    "reservation_confirmation_en",
  );
  await expect(page.getByTestId("preview-text")).toContainText("Le Château d’Été");
  await expectAccessible(page);
  await expectNarrow(page);
});

test("of a variable 30 characters are taken, and said to be", async ({ page }) => {
  const editor = await EditorPage.create(page);
  await editor.body.fill(`{{vrbl:NAME}} \${restaurant_name} ${"w".repeat(110)}`);
  await expect(page.getByTestId("worst")).toContainText(/at worst 3 segments .*for variant Marais/);
  await expect(page.getByTestId("assumed")).toHaveText(
    "At worst with 30 characters of NAME: nothing says what it holds.",
  );
  await editor.body.fill("${restaurant_name}");
  await expect(page.getByTestId("assumed")).toHaveCount(0);
});

test("an example is opened and sent as it is", async ({ page }) => {
  await page.getByRole("link", { name: "opening_hours" }).click();
  const editor = new EditorPage(page);
  await expect(editor.preview.locator(".missing")).toHaveCount(0);
  await editor.to.fill(choice.number());
  const { card } = await editor.send();
  await expect(card.getByTestId("state")).toHaveText("delivered");
  await expect(card.getByTestId("message-text")).toHaveText(
    "Trattoria Lina is open noon to 11 pm daily. To find us: Dean Street, by the cinema",
  );
  await page.getByRole("link", { name: "Agent" }).click();
  for (const name of ["Actions", "Handoffs", "Variants", "Attributes", "Entities", "Translations"]) {
    await expect(page.getByRole("list", { name, exact: true }).getByRole("listitem")).not.toHaveCount(0);
  }
});
