// The first minutes of somebody who never saw Verbatim: from an empty `verbatim serve` and a browser
// that was never here, to a message of their own in Deliveries. Only what the pages say is used.
//
// What it stumbled over at first, and what was done about it: nothing said what comes first (first
// steps); two forms before a number could send (one press beside what Twilio lists); the syntax of
// tokens is known to nobody (buttons that insert them); pages that only `verbatim dev` has (hidden
// elsewhere); a stranger's number filled in (in `dev` alone); no way from a send to its story.
import { expect, listen, test as base } from "./console.ts";
import { EditorPage } from "./editor-page.ts";
import { Served } from "./served.ts";

/** What the person may take at most. */
const MOST_MS = 3 * 60_000;
/** A person types a character every so many milliseconds, 60 words a minute. */
const KEY_MS = 200;
/** A person looks at a page for so long before doing something. */
const LOOK_MS = 2_000;

const NUMBER = "+15550001236";
const PERSON = "+13035550188";
const VALUES = { guest: "Ana", restaurant: "Da Enzo", CODE: "B-17", goodbye: "See you soon!" };
const TEXT = "Hi Ana, it's Da Enzo. Code B-17. See you soon!";

/** Nobody waits that long in a test: what a person's hands and eyes take is added up instead. */
class Person {
  #ms = 0;

  typed(text: string): string {
    this.#ms += text.length * KEY_MS;
    return text;
  }

  looked(): void {
    this.#ms += LOOK_MS;
  }

  get ms(): number {
    return this.#ms;
  }
}

const test = base.extend<{ served: Served }>({
  signedIn: false,
  served: async ({ host }, use) => {
    const served = await Served.start(host.ready);
    await use(served);
    await served.stop();
  },
});

test("a newcomer connects Twilio, writes, mends, sends and finds a message in three minutes", async ({
  browser,
  host,
  served,
}) => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  const complaints = listen(page);
  const person = new Person();
  const click = (name: string | RegExp, role: "button" | "link" = "button") => {
    person.looked();
    return page.getByRole(role, { name }).first().click();
  };
  const begun = Date.now();

  await test.step("signs in, and is told what comes first", async () => {
    await page.goto(served.address);
    // A key is pasted, as the account's secrets are.
    await page.getByLabel("API key").fill(served.key);
    await click("Sign in");
    await expect(page.getByRole("heading", { name: "There is no template yet." })).toBeVisible();
    await expect(page.getByRole("link", { name: "Phone" })).toHaveCount(0);
  });

  await test.step("connects Twilio, and chooses a number", async () => {
    await click("Connect Twilio", "link");
    const { account_sid, auth_token } = host.ready.fake_account;
    await page.getByLabel("Account SID").fill(account_sid);
    await page.getByLabel("Auth Token").fill(auth_token);
    await click("Connect");
    await expect(page.getByText("Verified", { exact: true })).toBeVisible();
    await click(`Use ${NUMBER} in sandbox`);
    await expect(page.getByRole("list", { name: "Registered senders" })).toContainText(NUMBER);
  });

  const editor = new EditorPage(page);
  await test.step("writes a template with a token of each kind", async () => {
    await click("write a template", "link");
    await editor.title.fill(person.typed("first_one"));
    await editor.body.click();
    const type = (text: string) => page.keyboard.type(person.typed(text));
    await type("Hi ");
    await click("Insert entity");
    await type("guest");
    await editor.body.press("End");
    await type(", it’s ");
    await click("Insert variant attribute");
    await type("restaurant");
    await editor.body.press("End");
    // By hand, and not quite right.
    await type(". Code {{ vrbl:CODE }}. ");
    await click("Insert translation");
    await type("goodbye");
  });

  await test.step("mends what the editor marks", async () => {
    await click(/write `?\{\{vrbl:CODE\}\}/);
    await click(/^Replace/);
    await expect(editor.findings).toHaveCount(0);
    await editor.expectBody("Hi {{entity:guest}}, it's ${restaurant}. Code {{vrbl:CODE}}. {{tn:goodbye}}");
  });

  await test.step("sends it to a number of their own", async () => {
    await editor.value("entity", "guest").fill(person.typed(VALUES.guest));
    await editor.value("variant", "restaurant").fill(person.typed(VALUES.restaurant));
    await editor.value("variable", "CODE").fill(person.typed(VALUES.CODE));
    await editor.value("translation", "goodbye").fill(person.typed(VALUES.goodbye));
    await expect(editor.to, "nobody's number is filled in").toHaveValue("");
    await editor.to.fill(person.typed(PERSON));
    await click("Save and send");
    const sent = page.getByRole("list", { name: "Sent from here" }).getByRole("article");
    await expect(sent.getByTestId("state")).toHaveText("delivered");
  });

  await test.step("finds it in Deliveries", async () => {
    await click("Deliveries", "link");
    const found = page.getByRole("article", { name: `Message to ${PERSON}` });
    await expect(found).toContainText(TEXT);
    await expect(found.getByTestId("state")).toHaveText("delivered");
    await click(PERSON, "link");
    await expect(page.getByRole("list", { name: "What happened" })).toContainText("delivered");
    await expect(page.getByRole("list", { name: "Values" })).toContainText("guest Ana");
  });

  const took = Date.now() - begun;
  const all = took + person.ms;
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  console.log(
    `a newcomer's way: ${seconds(all)}, of which the pages took ${seconds(took)}, and reading and ` +
      `typing ${seconds(person.ms)}`,
  );
  expect(all).toBeLessThan(MOST_MS);
  // That nobody is signed in, and no account connected, are answers that Chromium reports.
  expect(complaints.filter((one) => !/status of 40[14]/.test(one))).toEqual([]);
  await context.close();
});
