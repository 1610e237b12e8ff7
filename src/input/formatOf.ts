import { readJson } from "./json.ts";

/** What a JSON file says that it is (`format`); undefined: it says nothing, or is none. */
export async function formatOf(path: string): Promise<string | undefined> {
  if (!path.endsWith(".json")) return undefined;
  const json = await readJson(path).catch(() => null);
  const format = typeof json === "object" && json !== null && !Array.isArray(json) ? json["format"] : undefined;
  return typeof format === "string" ? format : undefined;
}
