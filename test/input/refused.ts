import { BatchproofError } from "../../src/errors.ts";

/** The error a refusal throws; a call that does not refuse, or fails in another way, fails the test. */
export function refused(call: () => unknown): BatchproofError {
  try {
    call();
  } catch (error) {
    return expected(error);
  }
  throw new Error("not refused");
}

export async function refusedAsync(promise: Promise<unknown>): Promise<BatchproofError> {
  try {
    await promise;
  } catch (error) {
    return expected(error);
  }
  throw new Error("not refused");
}

function expected(error: unknown): BatchproofError {
  if (error instanceof BatchproofError) return error;
  throw error;
}
