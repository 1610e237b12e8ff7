export * from "../../src/contractErrors.ts";

/** The page calls views only, and has no errors in the interfaces of the contracts: what is left are Solidity's own. */
export const CONTRACT_ERRORS = {};
