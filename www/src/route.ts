// The console's pages and their addresses, which live behind `#`: any static server serves them.

export type Route =
  | { page: "templates" }
  | { page: "template"; id: string }
  | { page: "new-template" }
  | { page: "messages" }
  | { page: "phone" }
  | { page: "chaos" };

/** An unknown address is the list of templates. */
export function parseRoute(hash: string): Route {
  const [page, id] = hash.replace(/^#?\/?/, "").split("/");
  switch (page) {
    case "templates":
      if (id === undefined || id === "") return { page: "templates" };
      return id === "new" ? { page: "new-template" } : { page: "template", id: decode(id) };
    case "messages":
      return { page: "messages" };
    case "phone":
      return { page: "phone" };
    case "chaos":
      return { page: "chaos" };
    default:
      return { page: "templates" };
  }
}

export function address(route: Route): string {
  switch (route.page) {
    case "templates":
      return "#/templates";
    case "template":
      return `#/templates/${encodeURIComponent(route.id)}`;
    case "new-template":
      return "#/templates/new";
    case "messages":
      return "#/messages";
    case "phone":
      return "#/phone";
    case "chaos":
      return "#/chaos";
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
