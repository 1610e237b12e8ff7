import type { Register } from "../command.ts";
import { registerAdmin } from "./admin.ts";
import { registerAudit } from "./audit.ts";
import { registerBatch } from "./batch.ts";
import { registerConsent } from "./consent.ts";
import { registerCorrect } from "./correct.ts";
import { registerDecide } from "./decide.ts";
import { registerDemo } from "./demo.ts";
import { registerDevnet } from "./devnet.ts";
import { registerDoctor } from "./doctor.ts";
import { registerEvidence } from "./evidence.ts";
import { registerException } from "./exception.ts";
import { registerHandoff } from "./handoff.ts";
import { registerImport } from "./import.ts";
import { registerKey } from "./key.ts";
import { registerParty } from "./party.ts";
import { registerPolicy } from "./policy.ts";
import { registerRegister } from "./register.ts";
import { registerRequest } from "./request.ts";
import { registerSetup } from "./setup.ts";
import { registerVerify } from "./verify.ts";

/** Every command, in the order of `--help`: what a batch goes through, then the tools around it. */
export const COMMANDS: readonly Register[] = [
  registerDemo,
  registerPolicy,
  registerKey,
  registerParty,
  registerRegister,
  registerAdmin,
  registerConsent,
  registerBatch,
  registerHandoff,
  registerImport,
  registerEvidence,
  registerException,
  registerDecide,
  registerCorrect,
  registerRequest,
  registerVerify,
  registerAudit,
  registerSetup,
  registerDoctor,
  registerDevnet,
];
