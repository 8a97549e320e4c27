// Addresses and routes are two ways of saying one thing.
import { expect, test } from "vitest";
import { address, parseRoute, type Route } from "../src/route.ts";

test("every route's address leads back to it", () => {
  const routes: Route[] = [
    { page: "templates" },
    { page: "new-template" },
    { page: "template", id: "0192-ab/c d%" },
    { page: "deliveries", filter: {} },
    { page: "deliveries", filter: { state: "failed", to: "+12025550123", miscounted: true } },
    { page: "deliveries", filter: { environment: "live", template: "a & b?/#", sender: "MG1" } },
    { page: "delivery", id: "0192-ab/c d%" },
    { page: "consent" },
    { page: "person", recipient: "+12025550123" },
    { page: "phone" },
    { page: "chaos" },
    { page: "settings" },
  ];
  for (const route of routes) expect(parseRoute(address(route))).toEqual(route);
});

test("an unknown or broken address is the list or an unknown id, never a failure", () => {
  expect(parseRoute("")).toEqual({ page: "templates" });
  expect(parseRoute("#/nowhere")).toEqual({ page: "templates" });
  expect(parseRoute("#/templates/%")).toEqual({ page: "template", id: "%" });
  expect(parseRoute("#/deliveries?state=lost&environment=mars&to=")).toEqual({
    page: "deliveries",
    filter: {},
  });
});
