import type { ErrorCode } from "../errorCodes.ts";
import { refusal, type BatchproofError } from "../errors.ts";

/** A disclosure that does not fit. `member`: where in its file. */
export function misfit(code: ErrorCode, message: string, member: string): BatchproofError {
  return refusal(message, { code, place: `#/${member}` });
}
