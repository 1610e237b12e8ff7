import type { Role } from "../../../src/settings/permissions.ts";

/** Roles by a letter: the table below is to be read by people. */
export const LETTER: Readonly<Record<string, Role>> = {
  ...{ O: "operator", P: "party", D: "decider", A: "auditor" },
  ...{ S: "system", W: "worker", M: "monitor", R: "administrator" },
};

/**
 * Which roles may call which operation, written down by itself: neither the permission of a route nor the table of roles is
 * asked. An operation that is not here fails the test of the matrix.
 */
export const EXPECTED: Readonly<Record<string, string>> = {
  // Batches: who makes them, who takes part, who decides, who looks.
  ...{ listBatches: "OPDA", showBatch: "OPDA", checkBatch: "OPDA", askGate: "OPDA", readStanding: "OPDA" },
  ...{ createBatch: "O", setStage: "O", prepareOpening: "O", discardHandoff: "O" },
  ...{
    listHandoffs: "OP",
    uploadHandoff: "OP",
    downloadHandoff: "OP",
    askHandoffSignature: "OP",
    addHandoffSignature: "OP",
  },
  ...{ uploadFile: "OP", listFiles: "OP", showFile: "OP", removeFile: "OP", inspectFile: "OP", listProfiles: "OP" },
  ...{ importTable: "OP", importFridgetag: "OP", importBatchml: "OP", importResults: "OP" },
  // The register: a decision is prepared for deciders alone.
  ...{ proveBatch: "O", attest: "O", prepareDecision: "D", makeDisclosure: "D" },
  ...{ listPolicies: "DA", showPolicy: "DA", lintPolicy: "DA", diffPolicies: "DA" },
  ...{ beginAudit: "DA", getAudit: "DA", getReport: "DA", verifyDisclosure: "DA" },
  // Jobs: workers work, and see nothing else.
  ...{ listJobs: "OAMR", listBatchJobs: "OAMR", getJob: "OAMR", getQueue: "OAMR", retryJob: "R" },
  ...{ takeJob: "W", giveProof: "W", failJob: "W", renewJob: "W" },
  // What happened: systems hear and tell, whoever decides and looks hears.
  ...{ listEvents: "DAS", streamEvents: "DAS", listSiteEvents: "DAS", streamSiteEvents: "DAS" },
  ...{ tellEvent: "S", listTold: "DAS", getReconciliation: "DAS" },
  ...{ listWebhooks: "R", testWebhook: "R", resendWebhook: "R" },
  // The log of calls.
  ...{ readLog: "AR", readSiteLog: "AR" },
};
