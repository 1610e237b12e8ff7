import type { Pairings } from "../../src/audit/pairing.ts";
import type { PairingArena } from "./audit/pairing.ts";

/** Asserted by the compiler alone: what a twin defines is what the file whose place it takes defines, under its name. */
type Fits<Original, Twin extends Partial<Original>> = Twin;

export type Twins = [
  Fits<typeof import("../../src/audit/groupThreads.ts"), typeof import("./audit/groupThreads.ts")>,
  Fits<typeof import("../../src/audit/stateFile.ts"), typeof import("./audit/stateFile.ts")>,
  Fits<typeof import("../../src/errorCodes.ts"), typeof import("./errorCodes.ts")>,
  Fits<typeof import("../../src/formats/schema.ts"), typeof import("./formats/schema.ts")>,
  Fits<typeof import("../../src/input/files.ts"), typeof import("./input/files.ts")>,
  Fits<typeof import("../../src/parties/sealing.ts"), typeof import("./parties/sealing.ts")>,
  Fits<typeof import("../../src/setup/artifactLock.ts"), typeof import("./setup/artifactLock.ts")>,
  // The page has no code of contracts, so `compiled` gives less there: what makes contracts is no part of it.
  Fits<Omit<typeof import("../../src/chain/contracts.ts"), "compiled">, typeof import("./chain/contracts.ts")>,
  // The page calls views only: what contracts refuse of those who change something is no part of it.
  Fits<Omit<typeof import("../../src/contractErrors.ts"), "CONTRACT_ERRORS">, typeof import("./contractErrors.ts")>,
  Fits<Pairings, PairingArena>,
];
