/** What a caller may be allowed to do. Every route asks for exactly one of these. */
export const PERMISSIONS = [
  "batch:read",
  "batch:write",
  "evidence:write",
  "claim:prove",
  "claim:attest",
  "handoff:exchange",
  "decision:prepare",
  "disclosure:make",
  "policy:read",
  "register:audit",
  "event:read",
  "event:write",
  "webhook:manage",
  "job:read",
  "job:manage",
  "job:work",
  "log:read",
  "metrics:read",
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** What each role may. A role is given for sites and batches (`Grant`); nothing is allowed that no role names. */
export const ROLE_PERMISSIONS = {
  /** Site IT and the MES: everything up to a proof, and sending it. */
  operator: [
    "batch:read",
    "batch:write",
    "evidence:write",
    "claim:prove",
    "claim:attest",
    "handoff:exchange",
    "job:read",
  ],
  /** Another party of a batch: its own stages only. */
  party: ["batch:read", "evidence:write", "handoff:exchange"],
  /** QA and Qualified Persons: decisions are prepared for them, and signed by themselves elsewhere. */
  decider: ["batch:read", "decision:prepare", "disclosure:make", "policy:read", "register:audit", "event:read"],
  /** Reads everything and changes nothing. */
  auditor: ["batch:read", "policy:read", "register:audit", "event:read", "job:read", "log:read"],
  /** eQMS, LIMS, MES and ERP. */
  system: ["event:read", "event:write"],
  /** A machine that makes proofs. */
  worker: ["job:work"],
  /** Monitoring. */
  monitor: ["job:read", "metrics:read"],
  /** Runs the service. */
  administrator: ["job:read", "job:manage", "log:read", "metrics:read", "webhook:manage"],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;

export type Role = keyof typeof ROLE_PERMISSIONS;
