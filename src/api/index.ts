import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../root.ts";

/** What every other entry shares: the error that everything throws, and which version this is. */
export { BatchproofError, EXIT_CODE, type ErrorKind } from "../errors.ts";
export type { ErrorCode } from "../errorCodes.ts";

/** Version of batchproof. */
export function version(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
}
