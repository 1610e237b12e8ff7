import type { Register } from "../command.ts";
import { registerAudit } from "./audit.ts";
import { registerBatch } from "./batch.ts";
import { registerDemo } from "./demo.ts";
import { registerDevnet } from "./devnet.ts";
import { registerDoctor } from "./doctor.ts";
import { registerEvidence } from "./evidence.ts";
import { registerHandoff } from "./handoff.ts";
import { registerImport } from "./import.ts";
import { registerKey } from "./key.ts";
import { registerParty } from "./party.ts";
import { registerPolicy } from "./policy.ts";
import { registerRegister } from "./register.ts";
import { registerSetup } from "./setup.ts";
import { registerVerify } from "./verify.ts";

/** Every command, in the order of `--help`: what a batch goes through, then the tools around it. */
export const COMMANDS: readonly Register[] = [
  registerDemo,
  registerPolicy,
  registerKey,
  registerParty,
  registerRegister,
  registerBatch,
  registerHandoff,
  registerImport,
  registerEvidence,
  registerVerify,
  registerAudit,
  registerSetup,
  registerDoctor,
  registerDevnet,
];
