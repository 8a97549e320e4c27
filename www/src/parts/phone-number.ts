// The number that is written to, remembered from page to page and visit to visit.

const KEY = "verbatim.phone";

/** From the range that North America keeps free for fiction: nobody has it. */
const FICTIONAL = "+12025550123";

export const phoneNumber = {
  /** Where a message would really go out, nobody's number is filled in. */
  get: (development = true): string => localStorage.getItem(KEY) ?? (development ? FICTIONAL : ""),
  set: (number: string): void => localStorage.setItem(KEY, number),
};
