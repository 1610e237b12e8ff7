import { isError } from "ethers";
import { NodeFailure } from "./jsonRpc.ts";

/** A node that answered, and said no: asking the same again would not help. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof NodeFailure) return error.what === "refused";
  const { code, error: inner } = (error ?? {}) as Record<string, unknown>;
  // ethers has a code of its own for a method that the node does not know.
  return (code === "UNKNOWN_ERROR" && inner != null) || code === "UNSUPPORTED_OPERATION";
}

/** What nodes say of a call that the contract itself ended, where they give no data with it. */
const ENDED_BY_CONTRACT = /revert|opcode|invalid jump|stack (under|over)flow|out of gas|VM (execution|exception)/i;

/**
 * Whether it was the contract that refused a call. Most nodes fail in the same form: a state that was pruned, a block that
 * they do not have.
 */
export function isOfContract(error: unknown): boolean {
  if (!isError(error, "CALL_EXCEPTION")) return false;
  if (error.data !== null || error.receipt != null) return true;
  const said = (error.info as { error?: { code?: unknown; message?: unknown } } | undefined)?.error;
  if (said === undefined) return true;
  return said.code === 3 || (typeof said.message === "string" && ENDED_BY_CONTRACT.test(said.message));
}
