// Addresses and routes are two ways of saying one thing.
import { expect, test } from "vitest";
import { address, parseRoute, type Route } from "../src/route.ts";

test("every route's address leads back to it", () => {
  const routes: Route[] = [
    { page: "templates" },
    { page: "new-template" },
    { page: "template", id: "0192-ab/c d%" },
    { page: "messages" },
    { page: "phone" },
    { page: "chaos" },
  ];
  for (const route of routes) expect(parseRoute(address(route))).toEqual(route);
});

test("an unknown or broken address is the list or an unknown id, never a failure", () => {
  expect(parseRoute("")).toEqual({ page: "templates" });
  expect(parseRoute("#/nowhere")).toEqual({ page: "templates" });
  expect(parseRoute("#/templates/%")).toEqual({ page: "template", id: "%" });
});
