// What a project holds beside its templates is listed, written and deleted in the console; a prompt
// is completed and mended as it is typed; files of the Agent Development Kit come in and go out.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expectAccessible, expectNarrow } from "./accessible.ts";
import { expect, test } from "./console.ts";

// The names of a project are what every template's page judges by.
test.use({ alone: "agent" });

test.beforeEach(async ({ page }) => {
  await page.getByRole("link", { name: "Agent" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Agent");
});

// A refusal is an answer, too, and the browser tells of it.
test.use({ expected: [/status of (409|422)/] });

test("an action is completed, mended and saved, and what it names is not deleted", async ({
  page,
  host,
}) => {
  await expect(page.getByText("There is no action yet.")).toBeVisible();
  const handoffs = page.getByRole("region", { name: "Handoffs" });
  await handoffs.getByRole("button", { name: "New handoff" }).click();
  await handoffs.getByLabel("Name", { exact: true }).fill("desk");
  await handoffs.getByLabel("Destination").fill("the front");
  await handoffs.getByRole("button", { name: "Save" }).click();
  await expect(handoffs.getByRole("alert")).toContainText("neither a number nor");
  await handoffs.getByLabel("Destination").fill("+15550007777");
  await handoffs.getByRole("button", { name: "Save" }).click();
  await expect(handoffs.getByText("✓ desk is saved")).toBeVisible();
  await expect(handoffs.getByRole("listitem")).toContainText("refer +15550007777");

  const actions = page.getByRole("region", { name: "Actions" });
  await actions.getByRole("button", { name: "New action" }).click();
  await actions.getByLabel("Name", { exact: true }).fill("hours");
  const prompt = actions.getByRole("textbox", { name: "Prompt" });
  await prompt.click();
  await page.keyboard.type("Send /opening");
  await page.getByRole("option", { name: /opening_hours/ }).click();
  await expect(prompt).toHaveText("Send {{twilio_sms:opening_hours}}");
  await page.keyboard.type(" or {{ho:dsk}}");
  await expect(actions.getByText("V017: no such handoff")).toBeVisible();
  await expectAccessible(page);
  await actions.getByRole("button", { name: "write {{ho:desk}}" }).click();
  await expect(actions.getByText("V017")).toBeHidden();
  await page.keyboard.press("End");
  await page.keyboard.type(" or ");
  await actions.getByRole("button", { name: "Insert a template or a handoff" }).click();
  await page.getByRole("option", { name: /^desk/ }).click();
  await actions.getByRole("button", { name: "Save" }).click();
  await expect(actions.getByText("✓ hours is saved")).toBeVisible();
  const saved = await host.get<{ prompt: string }>("/v1/actions/hours");
  expect(saved.prompt).toBe("Send {{twilio_sms:opening_hours}} or {{ho:desk}} or {{ho:desk}}");

  await handoffs.getByRole("button", { name: "Delete desk" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(dialog.getByRole("alert")).toContainText("hours");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  // Another name for the handoff is written in the prompt.
  await handoffs.getByRole("button", { name: "Edit desk" }).click();
  await handoffs.getByLabel("Name", { exact: true }).fill("front-desk");
  await handoffs.getByRole("button", { name: "Save" }).click();
  await expect(actions.getByRole("listitem")).toContainText("{{ho:front-desk}}");
  await expectNarrow(page);
});

test("variants, attributes and translations are written, each value in its place", async ({
  page,
  host,
}) => {
  const variants = page.getByRole("region", { name: "Variants" });
  const attributes = page.getByRole("region", { name: "Attributes" });
  for (const name of ["London", "Paris"]) {
    await variants.getByRole("button", { name: "New variant" }).click();
    await variants.getByLabel("Name", { exact: true }).fill(name);
    await variants.getByRole("button", { name: "Save" }).click();
    await expect(variants.getByText(`✓ ${name} is saved`)).toBeVisible();
  }
  await expect(variants.getByRole("listitem").first()).toContainText("the default");
  await attributes.getByRole("button", { name: "New attribute" }).click();
  await attributes.getByLabel("Name", { exact: true }).fill("city");
  await attributes.getByLabel("London", { exact: true }).fill("London");
  await attributes.getByLabel("Paris", { exact: true }).fill("Paris, <b>France</b>");
  await attributes.getByRole("button", { name: "Save" }).click();
  await expect(attributes.getByRole("listitem")).toContainText("Paris, <b>France</b>");
  await variants.getByRole("button", { name: "Edit Paris" }).click();
  await expect(variants.getByLabel("city", { exact: true })).toHaveValue("Paris, <b>France</b>");
  await variants.getByLabel("city", { exact: true }).fill("Lutetia");
  await variants.getByRole("button", { name: "Save" }).click();
  await expect(attributes.getByRole("listitem")).toContainText("Lutetia");

  const translations = page.getByRole("region", { name: "Translations" });
  await translations.getByRole("button", { name: "New translation" }).click();
  await translations.getByLabel("Name", { exact: true }).fill("greeting");
  await translations.getByLabel("Languages").fill("en: Hello\nes: Hola: buenos días");
  await translations.getByRole("button", { name: "Save" }).click();
  await expect(translations.getByRole("listitem")).toContainText("Hola: buenos días");
  expect(await host.get("/v1/translations/greeting")).toMatchObject({
    translations: { en: "Hello", es: "Hola: buenos días" },
  });
  await expectAccessible(page);
});

test("a template says for which variant it costs most", async ({ page, host }) => {
  const values = { Lyon: "by the bridge", Nice: "â ".repeat(80) };
  const { attributes } = await host.get<{
    attributes: { name: string; values: Record<string, string> }[];
  }>("/v1/attributes");
  const city = Object.fromEntries(attributes.map(({ name }) => [name, "x"]));
  for (const name of Object.keys(values)) {
    await host.call("PUT", `/v1/variants/${name}`, { values: city });
  }
  const { variants } = await host.get<{ variants: { name: string }[] }>("/v1/variants");
  const empty = Object.fromEntries(variants.map(({ name }) => [name, ""]));
  await host.call("PUT", "/v1/attributes/way", { values: { ...empty, ...values } });
  await host.call("POST", "/v1/templates", { title: "the way", body: "Go ${way} now" });
  await page.getByRole("link", { name: "Templates" }).first().click();
  await page.getByRole("link", { name: "the way" }).click();
  await expect(page.getByTestId("worst")).toContainText(/at worst 3 segments in UCS-2 .*for variant Nice/);
});

test.describe("when the host refuses", () => {
  test.use({ expected: [/503/] });

  test("the page says why it shows nothing", async ({ page }) => {
    await page.route("**/v1/project", (route) =>
      route.fulfill({ status: 503, json: { detail: "the database failed" } }),
    );
    await page.reload();
    await page.getByRole("link", { name: "Agent" }).click();
    await expect(page.getByRole("alert").first()).toContainText("the database failed");
  });
});

test("a folder of the kit is looked at, imported and given back", async ({
  page,
  host,
  browserName,
}) => {
  test.skip(browserName === "firefox", "WebDriver BiDi sets files there, and no folder");
  const folder = await mkdtemp(join(tmpdir(), "verbatim-kit-"));
  const write = async (path: string, text: string) => {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await write("config/entities.yaml", "entities:\n- name: from_a_file\n  entity_type: free_text\n");
  await write("topics/t.yaml", "name: From a file  # ours\nactions: Send {{twilio_sms:nothing}}.\n");
  await write("README.md", "not of the kit");
  const kit = page.getByRole("region", { name: "Import and export" });
  await kit.getByLabel("Folder").setInputFiles(folder);
  await kit.getByRole("button", { name: "Import", exact: true }).click();
  await expect(kit.getByRole("list", { name: "To mend" })).toContainText("topics/t.yaml:2:");

  await write("topics/t.yaml", "name: From a file  # ours\nactions: Wait.\n");
  await kit.getByLabel("Folder").setInputFiles(folder);
  await kit.getByRole("button", { name: "Show what would change" }).click();
  await expect(kit.getByRole("status")).toContainText("2 things would change");
  await expect(kit.getByRole("status")).toContainText("added entity from_a_file");
  const entities = page.getByRole("region", { name: "Entities" });
  await expect(entities).not.toContainText("from_a_file");
  await kit.getByRole("button", { name: "Import", exact: true }).click();
  await expect(kit.getByRole("status")).toContainText("2 things changed");
  await expect(entities).toContainText("from_a_file");
  await expectAccessible(page);
  await expectNarrow(page);

  await host.call("PUT", "/v1/actions/From%20a%20file", { prompt: "Wait for them." });
  await kit.getByRole("button", { name: "Export" }).click();
  const files = kit.getByRole("list", { name: "Files" });
  await files.getByText("The difference").last().click();
  await expect(files).toContainText("+actions: Wait for them.");
  const download = page.waitForEvent("download");
  await files.getByRole("button", { name: "topics/t.yaml" }).click();
  const text = await readFile(await (await download).path(), "utf8");
  expect(text).toBe("name: From a file  # ours\nactions: Wait for them.\n");
  await rm(folder, { recursive: true });
});
