// Each save of a template is a version whose changes are shown; its languages stand side by side.
import { expectAccessible, expectNarrow } from "./accessible.ts";
import { expect, test } from "./console.ts";
import { EditorPage } from "./editor-page.ts";
import { Choice, SEED } from "./random.ts";

const choice = new Choice(SEED + 6);

test("what a save changed is shown in words, tokens and segments, and an older one goes live", async ({
  page,
}) => {
  const editor = await EditorPage.create(page);
  await editor.title.fill(`changes_${choice.name()}`);
  await editor.body.fill("Your table is ready");
  await editor.save();
  await editor.body.fill("Your room is ready, {{entity:guest}}: it’s the 2nd floor, and breakfast is at seven");
  const versions = page.getByRole("region", { name: "Versions" });
  await versions.getByRole("button", { name: "Changes of what is not saved" }).click();
  await expect(versions.getByTestId("difference").locator("del")).toHaveText("table");
  await editor.save();
  const rows = versions.getByRole("list", { name: "Versions" }).getByRole("listitem");
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("sandbox");

  await versions.getByRole("button", { name: "Changes of version 2" }).click();
  const difference = rows.first().getByTestId("difference");
  await expect(difference.locator("del")).toHaveText(["table"]);
  await expect(difference.locator("ins").first()).toHaveText("room");
  await expect(rows.first()).toContainText("{{entity:guest}}");
  await expect(rows.first().getByTestId("worst-change")).toHaveText(
    /2 segments in UCS-2 at most, before 1 segment in GSM-7/,
  );
  await expectAccessible(page);
  await expectNarrow(page);

  await versions.getByRole("button", { name: "Changes of version 1" }).click();
  await versions.getByRole("button", { name: "Let live send version 1" }).click();
  await expect(rows.nth(1)).toContainText("live");
  await expect(page.getByRole("region", { name: "Senders" })).toContainText("sends version 1");
  await versions.getByRole("button", { name: "Write version 1 into the editor" }).click();
  await editor.expectBody("Your table is ready");
  await expect(page.getByTestId("save-state")).toHaveText(/^Unsaved changes/);
  await editor.save();
  await expect(rows).toHaveCount(3);
});

test("a template's languages stand side by side, and what one lacks is named", async ({ page }) => {
  const name = `tongue_${choice.name()}`;
  const editor = await EditorPage.create(page);
  await editor.title.fill(name);
  await editor.body.fill("Hi {{entity:guest}}, see you at {{entity:time}}");
  await editor.value("entity", "guest").fill("Ana");
  await editor.save();
  const languages = page.getByRole("region", { name: "Languages" });
  await expect(languages).toContainText("Only this one.");
  await languages.getByRole("button", { name: "Add a language" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Title of the new one" }).fill(`${name}_es`);
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(editor.title).toHaveValue(`${name}_es`);

  await editor.body.fill("¡Hola {{entity:guest}}! 👋");
  const texts = languages.getByRole("listitem");
  await expect(texts).toHaveCount(2);
  await expect(texts.first()).toContainText("see you at {{entity:time}}");
  await expect(texts.first().getByRole("link", { name, exact: true })).toBeVisible();
  await expect(texts.nth(1)).toContainText("Spanish");
  await expect(texts.nth(1)).toContainText("UCS-2");
  await expect(texts.nth(1)).toContainText("lacks 1 token of the others: {{entity:time}}");
  await expectAccessible(page);
  await expectNarrow(page);
});

test("templates are found by words of their titles and texts", async ({ page }) => {
  const word = choice.name();
  for (const [title, body] of [
    [`found_${word}`, "A text"],
    [`other_${choice.name()}`, `Says ${word} here`],
  ] as const) {
    const editor = await EditorPage.create(page);
    await editor.title.fill(title);
    await editor.body.fill(body);
    await editor.save();
  }
  await page.getByRole("link", { name: "Templates" }).first().click();
  const rows = page.getByRole("list", { name: "Templates" }).getByRole("listitem");
  await page.getByRole("searchbox", { name: "Search templates" }).fill(word.toUpperCase());
  await expect(rows).toHaveCount(2);
  await page.getByRole("searchbox").fill(`found ${word}`);
  await expect(rows).toHaveCount(1);
  await page.getByRole("searchbox").fill(`${word} nowhere`);
  await expect(rows).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: /^\s*0 of/ })).toBeVisible();
});
