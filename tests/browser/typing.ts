// What a writer does to a field, where browsers differ in what a test can do.
import type { Locator } from "@playwright/test";

/** Writes over what a field holds. Firefox selects nothing in a field of numbers. */
export async function refill(field: Locator, text: string): Promise<void> {
  await field.clear();
  await field.fill(text);
}

/** Pastes, as from a clipboard that nobody has to be asked about. */
export async function paste(field: Locator, text: string): Promise<void> {
  await field.evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
    // Firefox gives an event that a page made an empty one.
    Object.defineProperty(event, "clipboardData", { value: clipboardData });
    element.dispatchEvent(event);
  }, text);
}
