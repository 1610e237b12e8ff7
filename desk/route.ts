/** The views beside the page of one batch, in the order of the navigation. */
export const PAGES = ["review", "batches", "disclosure", "trends", "policy", "sample", "record"] as const;
export type PageName = (typeof PAGES)[number];

export type Route =
  { readonly page: PageName } | { readonly page: "batch"; readonly key: string } | { readonly page: "missing" };

/** The view that a fragment of the address names: "#/", "#/batches", "#/batch/0x...". */
export function routeOf(fragment: string): Route {
  const [name = "", ...rest] = fragment.replace(/^#?\/?/, "").split("/");
  if (name === "") return { page: "review" };
  if (name === "batch") return { page: "batch", key: rest.join("/") };
  const page = PAGES.find((each) => each === name && rest.length === 0);
  return page === undefined ? { page: "missing" } : { page };
}

export function addressOf(page: PageName): string {
  return page === "review" ? "#/" : `#/${page}`;
}
