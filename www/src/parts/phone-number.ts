// The number of the pretended phone, remembered from page to page and visit to visit.

const KEY = "verbatim.phone";

/** From the range that North America keeps free for fiction: nobody has it. */
const FICTIONAL = "+12025550123";

export const phoneNumber = {
  get: (): string => localStorage.getItem(KEY) ?? FICTIONAL,
  set: (number: string): void => localStorage.setItem(KEY, number),
};
