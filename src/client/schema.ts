/** Generated from the OpenAPI document of the service: `npm run docs`. Not edited by hand. */

export interface paths {
  "/v1/sites/{site}/batches": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Batches of a site, by their ids.
     * @description A party is shown those of which it holds a stage. A page may be shorter than its limit: go on by `next`. Takes the permission batch:read.
     */
    get: operations["listBatches"];
    put?: never;
    /**
     * Makes the folder of a new batch, or of one that began elsewhere, whole or not at all.
     * @description Under a policy of the site's folder, with the site's party list. The same again changes nothing (200). Takes the permission batch:write.
     */
    post: operations["createBatch"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How a batch stands in its folder: stages, claims, hand-offs.
     * @description A party is shown its own stages, the claims about them, and the hand-offs that it signs. No register is asked. Takes the permission batch:read.
     */
    get: operations["showBatch"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/stages/{stage}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Sets or corrects times, custodian, devices and seal of a stage.
     * @description What is left out stays. Proofs that fit no more are refused, unless `discardProofs` lets them be removed. Takes the permission batch:write.
     */
    put: operations["setStage"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/handoffs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How each hand-off stands, and which signatures are missing.
     * @description Takes the permission handoff:exchange.
     */
    get: operations["listHandoffs"];
    put?: never;
    /**
     * Takes over a hand-off from the file of another party.
     * @description A party's file names no other custodians than the folder does, and is about a hand-off that it signs. Takes the permission handoff:exchange.
     */
    post: operations["uploadHandoff"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/handoff-file": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The hand-off file of a stage for its other party, or of the batch alone.
     * @description Who has the file learns the stage's times, its custodian and who takes over, and the salt of this head. Takes the permission handoff:exchange.
     */
    get: operations["downloadHandoff"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/handoffs/{stage}/message": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What one side of a hand-off signs, with its own key, elsewhere.
     * @description `message` is made of `head` and condition (docs/spec/formats.md), and signed by EdDSA-Poseidon. Takes the permission handoff:exchange.
     */
    get: operations["askHandoffSignature"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/handoffs/{stage}/signatures": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Adds the signature of one side, which its custodian made elsewhere.
     * @description It is verified over what the folder says at this moment, by the key that the stage names, before it is written. Takes the permission handoff:exchange.
     */
    post: operations["addHandoffSignature"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/handoffs/{stage}/discard": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Takes a hand-off back, for a correction.
     * @description Proofs that fit no more are refused, unless `discardProofs` lets them be removed. Takes the permission batch:write.
     */
    post: operations["discardHandoff"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/files": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Files that wait to be imported; of a party its own.
     * @description Takes the permission evidence:write.
     */
    get: operations["listFiles"];
    put?: never;
    /**
     * Keeps a file, to be imported or inspected.
     * @description The same bytes are kept once, under their first name; seven days at most, or until they are imported. Takes the permission evidence:write.
     */
    post: operations["uploadFile"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/files/{sha256}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One file that waits to be imported.
     * @description Takes the permission evidence:write.
     */
    get: operations["showFile"];
    put?: never;
    post?: never;
    /**
     * Removes a file that was not imported.
     * @description Takes the permission evidence:write.
     */
    delete: operations["removeFile"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/imports/fridgetag": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Imports files of a Fridge-tag or Q-tag; its signature is verified.
     * @description Takes the permission evidence:write.
     */
    post: operations["importFridgetag"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/imports/table": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Imports a table of readings by a profile; without one, in the long form of historians.
     * @description Takes the permission evidence:write.
     */
    post: operations["importTable"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/imports/results": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Imports a laboratory's results, in the project's own form or by a profile.
     * @description Takes the permission evidence:write.
     */
    post: operations["importResults"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/imports/batchml": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Imports an MES's production record; its open exceptions block release.
     * @description It is about the whole batch, and no party's. Takes the permission evidence:write.
     */
    post: operations["importBatchml"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/inspections": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * What an uploaded file is, and what an import would read of it; nothing is written.
     * @description Takes the permission evidence:write.
     */
    post: operations["inspectFile"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/profiles": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Profiles that the package holds, of tables and of laboratories' results.
     * @description Takes the permission evidence:write.
     */
    get: operations["listProfiles"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/check": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Judges claims by the rules of their circuits; nothing is written.
     * @description All claims of the batch, or those that are named; of a party those about its own stages. Takes the permission batch:read.
     */
    post: operations["checkBatch"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/prove": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Has claims of a batch proven.
     * @description All claims unless some are named, none if one of them does not keep its rules. A claim that is being proven as it stands is not proven twice. `submitter` is the account that will send the proofs; unless it is named, the one that opened the batch. Of a folder that joined its batch `owner` names that one, once: the folder remembers what the register says of it. Takes the permission claim:prove.
     */
    post: operations["proveBatch"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/jobs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Jobs of a batch, oldest first.
     * @description Takes the permission job:read.
     */
    get: operations["listBatchJobs"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/jobs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Jobs of all sites, oldest first; those of state `dead` wait for a person.
     * @description Takes the permission job:read.
     */
    get: operations["listJobs"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/jobs/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How a job stands.
     * @description Takes the permission job:read.
     */
    get: operations["getJob"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/jobs/{id}/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Has a dead job tried again.
     * @description Takes the permission job:manage.
     */
    post: operations["retryJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/queue": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How many jobs there are, how old the oldest is, and how long proofs take.
     * @description Takes the permission job:read.
     */
    get: operations["getQueue"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/jobs/{id}/input": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Gives a worker a job, and what its proof is made from.
     * @description The input is private: a worker keeps it in memory only. Numbers are decimal. Takes the permission job:work.
     */
    post: operations["takeJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/jobs/{id}/lease": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A worker says that it is still at a job.
     * @description Takes the permission job:work.
     */
    post: operations["renewJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/jobs/{id}/proof": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Takes a worker's proof, as snarkjs writes it, and verifies it against what the folder says now.
     * @description Of a job that is done, another proof changes nothing. Takes the permission job:work.
     */
    put: operations["giveProof"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/jobs/{id}/failure": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A worker could not make a proof: the job waits again, as often as is tried.
     * @description Takes the permission job:work.
     */
    post: operations["failJob"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/gate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Whether a stage may begin, as the command gate says it.
     * @description `ready` alone is a yes. An answer that cannot be concluded is a problem, never a no or a yes. Takes the permission batch:read.
     */
    get: operations["askGate"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/standing": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What the register says of the batch (`batchproof-standing/1`).
     * @description It is about all stages, so that a party is refused. Takes the permission batch:read.
     */
    get: operations["readStanding"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/open": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Prepares the opening of the batch for its owner's key.
     * @description Asked again once it was sent, it says so, and the folder remembers where its batch is. Takes the permission batch:write.
     */
    post: operations["prepareOpening"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/attest": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends the batch's proofs by the service's account, or prepares them for the account that is named.
     * @description Proofs that the register has already are not sent again. Takes the permission claim:attest.
     */
    post: operations["attest"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/decisions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Prepares a decision on the batch for the key of the person who takes it.
     * @description The register is asked as that person's account, and what it would refuse is refused here. The service has no key that could decide: the person's wallet, or the command send, signs. Nothing is sent. Takes the permission decision:prepare.
     */
    post: operations["prepareDecision"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/policies": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Names of the policies under which batches of the site are begun.
     * @description Takes the permission policy:read.
     */
    get: operations["listPolicies"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/policies/{policy}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A policy in words, with its hash and, where its salts are, its id on the register.
     * @description Takes the permission policy:read.
     */
    get: operations["showPolicy"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/policies/{policy}/lint": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Everything that is wrong with a policy, or only odd.
     * @description Takes the permission policy:read.
     */
    get: operations["lintPolicy"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/policies/{policy}/diff": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What a policy loosens and tightens of another one of the site.
     * @description Takes the permission policy:read.
     */
    get: operations["diffPolicies"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/batches/{batch}/disclosures": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Makes the disclosure of a part of a claim's evidence.
     * @description `document` is the file, byte for byte: `sha256` is what an answer to an authority publishes. Nothing is kept. Takes the permission disclosure:make.
     */
    post: operations["makeDisclosure"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/disclosures/verify": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Compares a disclosure with what the register has attested, and verifies that proof once more.
     * @description `valid` is false where nobody should rely on the attestation: `disclosed.doubts` say why. Takes the permission register:audit.
     */
    post: operations["verifyDisclosure"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/audits": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Begins an audit of the register, in a process of its own.
     * @description Takes the permission register:audit.
     */
    post: operations["beginAudit"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/audits/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How an audit stands. One that failed concludes nothing.
     * @description Takes the permission register:audit.
     */
    get: operations["getAudit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/audits/{id}/report": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The report of an audit, as the command line writes it.
     * @description Takes the permission register:audit.
     */
    get: operations["getReport"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What happened to batches in the register, in order.
     * @description Takes the permission event:read.
     */
    get: operations["listEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/events/stream": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The same as server-sent events, resumed by `Last-Event-ID` or `after`.
     * @description Takes the permission event:read.
     */
    get: operations["streamEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/notifications": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What happened in the register to batches of this site.
     * @description Takes the permission event:read.
     */
    get: operations["listSiteEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/notifications/stream": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The same as server-sent events.
     * @description Takes the permission event:read.
     */
    get: operations["streamSiteEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What the systems of this site told, in order.
     * @description Takes the permission event:read.
     */
    get: operations["listTold"];
    put?: never;
    /**
     * Tells what happened in an eQMS, LIMS, MES or ERP; told again it changes nothing.
     * @description Takes the permission event:write.
     */
    post: operations["tellEvent"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/reconciliation": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What only the register, the folders or the other systems hold.
     * @description Takes the permission event:read.
     */
    get: operations["getReconciliation"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhooks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How every webhook stands, with what was given up.
     * @description Takes the permission webhook:manage.
     */
    get: operations["listWebhooks"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhooks/{name}/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends a signed message of no batch.
     * @description Takes the permission webhook:manage.
     */
    post: operations["testWebhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhooks/{name}/dead/{sequence}/resend": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends one again that was given up.
     * @description Takes the permission webhook:manage.
     */
    post: operations["resendWebhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/log": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lines of the log of calls, oldest first.
     * @description A page may hold less than `limit`, or nothing, and yet be followed by another one: `next` says. Takes the permission log:read.
     */
    get: operations["readLog"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sites/{site}/log": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lines of the log of calls that are about one site, oldest first.
     * @description Takes the permission log:read.
     */
    get: operations["readSiteLog"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Problem: {
      /** @description Where the code is explained. */
      type: string;
      title: string;
      status: number;
      detail?: string;
      code: string | null;
      place: string | null;
      remedy: string | null;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listBatches: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path: {
        site: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: {
              batch: string;
              lot: string | null;
              product: string | null;
              code: string | null;
            }[];
            next: string | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createBatch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json":
          | {
              batch: string;
              policy: string;
              lot: string;
              coi: string;
              order: string;
              devices: {
                vendor: string;
                model: string;
                serial: string;
              }[];
            }
          | {
              batch: string;
              policy: string;
              lot: string;
              /** @description A hand-off file of another party. */
              handoff: Record<string, never>;
            };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            batch: string;
            commitments: {
              batch: string;
              opening: string;
            };
            missing: {
              claim: string;
              kind: string;
              stage: string;
            }[];
            already: boolean;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  showBatch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            batch: string;
            lot: string;
            product: string;
            version: number;
            commitments: {
              batch: string;
              opening: string;
            };
            stages: {
              stage: string;
              start: string | null;
              end: string | null;
              custodian: {
                x: string;
                y: string;
                org: string;
              } | null;
              devices: {
                vendor: string;
                model: string;
                serial: string;
              }[];
              seal: string | null;
              problem: string | null;
            }[];
            claims: {
              claim: string;
              kind: string;
              stage: string;
              /** @enum {unknown} */
              outcome: "pass" | "deviation" | "fail" | "missing" | "elsewhere" | "unjudged";
              /** @enum {unknown} */
              proof: "none" | "fits" | "stale";
              reason?: string;
              whose?: string;
              isOfOtherTimes?: boolean;
              isMiscounted?: boolean;
            }[];
            handoffs: {
              stage: string;
              boundary: string;
              head: string | null;
              condition: string | null;
              missing: string[];
            }[];
            mesExceptions: string[] | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  setStage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
        stage: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          start?: string;
          end?: string;
          seal?: string;
          /** @description Name in the folder's party list. */
          custodian?: string;
          devices?: {
            vendor: string;
            model: string;
            serial: string;
          }[];
          /** @description Copies the site's party list into the folder. */
          copyParties?: boolean;
          discardProofs?: boolean;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            stage: string;
            discarded: string[];
            missing: string[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listHandoffs: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            handoffs: {
              stage: string;
              boundary: string;
              head: string | null;
              condition: string | null;
              missing: string[];
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  uploadHandoff: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @enum {string} */
          format: "batchproof-handoff/1";
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            handoffs: {
              stage: string;
              boundary: string;
              head: string | null;
              condition: string | null;
              missing: string[];
            }[];
            stage: string | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  downloadHandoff: {
    parameters: {
      query?: {
        stage?: string;
      };
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @enum {string} */
            format: "batchproof-handoff/1";
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  askHandoffSignature: {
    parameters: {
      query: {
        side: "releaser" | "receiver";
        condition: "conforming" | "damaged" | "temperatureAlarm" | "labelMismatch" | "other";
      };
      header?: never;
      path: {
        site: string;
        batch: string;
        stage: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @enum {unknown} */
            side: "releaser" | "receiver";
            /** @enum {unknown} */
            condition: "conforming" | "damaged" | "temperatureAlarm" | "labelMismatch" | "other";
            stage: string;
            signer: {
              x: string;
              y: string;
              org: string;
            };
            head: {
              [key: string]: string;
            };
            headHash: string;
            message: string;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  addHandoffSignature: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
        stage: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @enum {unknown} */
          side: "releaser" | "receiver";
          /** @enum {unknown} */
          condition: "conforming" | "damaged" | "temperatureAlarm" | "labelMismatch" | "other";
          signature: {
            r8x: string;
            r8y: string;
            s: string;
          };
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            handoffs: {
              stage: string;
              boundary: string;
              head: string | null;
              condition: string | null;
              missing: string[];
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  discardHandoff: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
        stage: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          discardProofs?: boolean;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            handoffs: {
              stage: string;
              boundary: string;
              head: string | null;
              condition: string | null;
              missing: string[];
            }[];
            discarded: string[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listFiles: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: {
              sha256: string;
              name: string;
              bytes: number;
              uploaded: string;
            }[];
            next: string | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  uploadFile: {
    parameters: {
      query: {
        name: string;
      };
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/octet-stream": unknown;
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            sha256: string;
            name: string;
            bytes: number;
            uploaded: string;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  showFile: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
        sha256: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            sha256: string;
            name: string;
            bytes: number;
            uploaded: string;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  removeFile: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
        sha256: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": null;
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  importFridgetag: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description Uploaded files of one device. */
          files: string[];
          claims: string[];
          /** @description Seconds, reference minus device, when its clock was compared; 0 if it is not said. */
          clockError?: number;
          /** @description Seconds of a bucket. */
          thin?: number;
          reason?: string;
          /** @description Everything is done but signing, journaling and writing. */
          dryRun?: boolean;
          /** @description Of a clock from UTC, such as +02:00. */
          offset?: string;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            dryRun: boolean;
            records: {
              claim: string;
              attempt: number;
              record: string;
              summary: string[];
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  importTable: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description Uploaded files of one device. */
          files: string[];
          claims: string[];
          /** @description Seconds, reference minus device, when its clock was compared; 0 if it is not said. */
          clockError?: number;
          /** @description Seconds of a bucket. */
          thin?: number;
          reason?: string;
          /** @description Everything is done but signing, journaling and writing. */
          dryRun?: boolean;
          /** @description Name of a shipped profile. */
          profile?: string;
          /** @description A profile that was uploaded. */
          profileFile?: string;
          /** @description Of a clock from UTC, such as +02:00. */
          offset?: string;
          zone?: string;
          device: {
            vendor: string;
            model: string;
            serial: string;
          };
          tags?: string[];
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            dryRun: boolean;
            records: {
              claim: string;
              attempt: number;
              record: string;
              summary: string[];
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  importResults: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          file: string;
          claim: string;
          reported: string;
          /** @description Name of a shipped profile. */
          profile?: string;
          /** @description A profile that was uploaded. */
          profileFile?: string;
          /** @description Of a clock from UTC, such as +02:00. */
          offset?: string;
          zone?: string;
          /** @description Everything is done but signing, journaling and writing. */
          dryRun?: boolean;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            dryRun: boolean;
            records: {
              claim: string;
              attempt: number;
              record: string;
              summary: string[];
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  importBatchml: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          file: string;
          batchId?: string;
          /** @description Everything is done but signing, journaling and writing. */
          dryRun?: boolean;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            dryRun: boolean;
            record: unknown;
            exceptions: unknown[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  inspectFile: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          file: string;
          tag?: string;
          /** @description Name of a shipped profile. */
          profile?: string;
          /** @description A profile that was uploaded. */
          profileFile?: string;
          /** @description Of a clock from UTC, such as +02:00. */
          offset?: string;
          zone?: string;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            file: string;
            form: string;
            series: unknown[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listProfiles: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            profiles: {
              name: string;
              hash: string;
              about: string;
              format: string;
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  checkBatch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          claims?: string[];
          stages?: string[];
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            holds: boolean;
            verdicts: {
              claim: string;
              /** @enum {unknown} */
              outcome: "pass" | "deviation" | "fail" | "missing";
              deviations: string[];
              series: {
                channel: string;
                unit: string;
                count: number;
              }[];
              remarks: string[];
              problems: {
                rule: string;
                message: string;
              }[];
            }[];
            text: string;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  proveBatch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          claims?: string[];
          submitter?: string;
          owner?: string;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            jobs: {
              id: string;
              site: string;
              batch: string;
              claim: string;
              record: string;
              artifact: string;
              submitter: string;
              priority: number;
              created: string;
              /** @enum {unknown} */
              state: "waiting" | "working" | "done" | "dead";
              attempts: number;
              begun?: string;
              worker?: string;
              updated: string;
              failure?: {
                code: string;
                message: string;
              };
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listBatchJobs: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: {
              id: string;
              site: string;
              batch: string;
              claim: string;
              record: string;
              artifact: string;
              submitter: string;
              priority: number;
              created: string;
              /** @enum {unknown} */
              state: "waiting" | "working" | "done" | "dead";
              attempts: number;
              begun?: string;
              worker?: string;
              updated: string;
              failure?: {
                code: string;
                message: string;
              };
            }[];
            next: string | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listJobs: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
        state?: "waiting" | "working" | "done" | "dead";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: {
              id: string;
              site: string;
              batch: string;
              claim: string;
              record: string;
              artifact: string;
              submitter: string;
              priority: number;
              created: string;
              /** @enum {unknown} */
              state: "waiting" | "working" | "done" | "dead";
              attempts: number;
              begun?: string;
              worker?: string;
              updated: string;
              failure?: {
                code: string;
                message: string;
              };
            }[];
            next: string | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            id: string;
            site: string;
            batch: string;
            claim: string;
            record: string;
            artifact: string;
            submitter: string;
            priority: number;
            created: string;
            /** @enum {unknown} */
            state: "waiting" | "working" | "done" | "dead";
            attempts: number;
            begun?: string;
            worker?: string;
            updated: string;
            failure?: {
              code: string;
              message: string;
            };
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  retryJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            id: string;
            site: string;
            batch: string;
            claim: string;
            record: string;
            artifact: string;
            submitter: string;
            priority: number;
            created: string;
            /** @enum {unknown} */
            state: "waiting" | "working" | "done" | "dead";
            attempts: number;
            begun?: string;
            worker?: string;
            updated: string;
            failure?: {
              code: string;
              message: string;
            };
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getQueue: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            jobs: {
              waiting: number;
              working: number;
              done: number;
              dead: number;
            };
            oldestSeconds: number | null;
            lastHour: number;
            circuits: {
              circuit: string;
              proofs: number;
              meanSeconds: number;
              longestSeconds: number;
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  takeJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            claim: string;
            circuit: string;
            artifact: string;
            input: {
              [key: string]: string | string[];
            };
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  renewJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, never>;
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  giveProof: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @enum {string} */
          protocol: "groth16";
          /** @enum {string} */
          curve: "bn128";
          pi_a: string[];
          pi_b: string[][];
          pi_c: string[];
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @enum {unknown} */
            state: "waiting" | "working" | "done" | "dead";
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  failJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          code: string;
          message: string;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @enum {unknown} */
            state: "waiting" | "working" | "done" | "dead";
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  askGate: {
    parameters: {
      query: {
        stage: string;
        owner?: string;
      };
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            [key: string]: unknown;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readStanding: {
    parameters: {
      query?: {
        owner?: string;
      };
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            [key: string]: unknown;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  prepareOpening: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          from: string;
          qps: string[];
          stageQps?: {
            stage: string;
            qp: string;
          }[];
          submitters?: string[];
          due?: string;
          dueCompletion?: string;
          consent?: string;
          supersedes?: string;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            key: string;
            already: boolean;
            prepared: {
              /** @enum {string} */
              format: "batchproof-prepared/1";
              chainId: string;
              registry: string;
              block: number;
              from: string;
              to: string;
              function: string;
              arguments: {
                [key: string]: unknown;
              };
              data: string;
            } | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  attest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          claims?: string[];
          from?: string;
          owner?: string;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            key: string;
            /** @description Sent, or prepared to be sent, in this order. */
            claims: string[];
            /** @description Attested before, as their proofs say. */
            already: string[];
            transaction: string | null;
            block: number | null;
            prepared: {
              /** @enum {string} */
              format: "batchproof-prepared/1";
              chainId: string;
              registry: string;
              block: number;
              from: string;
              to: string;
              function: string;
              arguments: {
                [key: string]: unknown;
              };
              data: string;
            } | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  prepareDecision: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json":
          | {
              /** @enum {string} */
              kind: "reject";
              from: string;
              owner?: string;
              /** @enum {string} */
              reason:
                | "other"
                | "quality-defect"
                | "falsified"
                | "mislabelled"
                | "contamination"
                | "out-of-specification"
                | "excursion"
                | "custody-broken"
                | "data-integrity"
                | "damaged"
                | "expired";
              words?: string;
            }
          | {
              /** @enum {string} */
              kind: "abort";
              from: string;
              owner?: string;
              /** @enum {string} */
              reason:
                | "other"
                | "damaged"
                | "expired"
                | "patient-withdrew"
                | "patient-unfit"
                | "collection-failed"
                | "manufacture-failed"
                | "not-administered"
                | "opened-in-error";
              words?: string;
            }
          | {
              /** @enum {string} */
              kind: "recall";
              from: string;
              owner?: string;
              /** @enum {string} */
              reason:
                | "other"
                | "quality-defect"
                | "falsified"
                | "mislabelled"
                | "adverse-events"
                | "contamination"
                | "out-of-specification"
                | "excursion"
                | "custody-broken"
                | "data-integrity";
              words?: string;
            }
          | {
              /** @enum {string} */
              kind: "hold";
              from: string;
              owner?: string;
              /** @enum {string} */
              reason:
                | "other"
                | "quality-defect"
                | "falsified"
                | "mislabelled"
                | "adverse-events"
                | "contamination"
                | "out-of-specification"
                | "excursion"
                | "custody-broken"
                | "data-integrity"
                | "damaged"
                | "under-investigation"
                | "complaint"
                | "authority-order";
              words?: string;
              order?: string;
              also?: string[];
            }
          | {
              /** @enum {string} */
              kind: "unhold";
              from: string;
              owner?: string;
              /** @enum {string} */
              reason: "other" | "investigation-closed" | "corrected" | "order-lifted";
              words?: string;
              holder?: string;
            }
          | {
              /** @enum {string} */
              kind: "supply";
              from: string;
              owner?: string;
              riskEvaluation: string;
              physicianRequest: string;
              administration: string;
            }
          | {
              /** @enum {string} */
              kind: "notify";
              from: string;
              owner?: string;
              notified: string;
            }
          | {
              /** @enum {string} */
              kind: "extend";
              from: string;
              owner?: string;
              /** @enum {string} */
              reason:
                | "other"
                | "under-investigation"
                | "material-late"
                | "test-repeated"
                | "transport-delayed"
                | "patient-delayed";
              words?: string;
              /** @enum {string} */
              which: "release" | "completion";
              due: string;
            }
          | {
              /** @enum {string} */
              kind: "challenge";
              from: string;
              owner?: string;
              /** @enum {string} */
              reason: "other" | "investigation-closed" | "corrected" | "treatment-only";
              words?: string;
              challenge: string;
            }
          | {
              /** @enum {string} */
              kind: "certify";
              from: string;
              owner?: string;
              certificate: string;
            }
          | {
              /** @enum {string} */
              kind: "consent-decide";
              from: string;
              owner?: string;
              /** @enum {string} */
              reason: "other" | "consent-renewed" | "treatment-only";
              words?: string;
            }
          | {
              /** @enum {string} */
              kind: "confirm-stage";
              from: string;
              owner?: string;
              stage: string;
              document: string;
            }
          | {
              /** @enum {string} */
              kind: "withdraw-confirmation";
              from: string;
              owner?: string;
              stage: string;
            }
          | {
              /** @enum {string} */
              kind: "qp-propose";
              from: string;
              owner?: string;
              qp: string;
              stage?: string;
            }
          | {
              /** @enum {string} */
              kind: "qp-consent";
              from: string;
              owner?: string;
              qp: string;
              stage?: string;
            }
          | {
              /** @enum {string} */
              kind: "qp-withdraw";
              from: string;
              owner?: string;
              qp: string;
              stage?: string;
            }
          | {
              /** @enum {string} */
              kind: "name-submitter";
              from: string;
              owner?: string;
              submitter: string;
            }
          | {
              /** @enum {string} */
              kind: "set-head";
              from: string;
              owner?: string;
              stage: string;
            }
          | {
              /** @enum {string} */
              kind: "amend";
              from: string;
              owner?: string;
              /** @enum {string} */
              reason: "other" | "data-integrity" | "corrected" | "wrong-file" | "wrong-device" | "calibration";
              words?: string;
              claim: string;
            }
          | {
              /** @enum {string} */
              kind: "exception-raise";
              from: string;
              owner?: string;
              claim: string;
              /** @enum {string} */
              category?:
                "parameter" | "custody" | "quality" | "missing" | "integrity" | "equipment" | "material" | "other";
              severity?: number;
              /** @description Has category and severity in their place. */
              mes?: string;
              /** @description Number in the quality management system; public. */
              reference: string;
              also?: {
                batch: string;
                claim: string;
              }[];
            }
          | {
              /** @enum {string} */
              kind: "exception-propose-closing";
              from: string;
              owner?: string;
              /** @description Number of the exception in the register. */
              id: string;
              /** @enum {string} */
              disposition: "accepted" | "rejected" | "unfounded";
              evidence: string;
            }
          | {
              /** @enum {string} */
              kind: "exception-confirm-closing";
              from: string;
              owner?: string;
              /** @description Number of the exception in the register. */
              id: string;
              /** @enum {string} */
              disposition: "accepted" | "rejected" | "unfounded";
              evidence: string;
            }
          | {
              /** @enum {string} */
              kind: "exception-withdraw-closing";
              from: string;
              owner?: string;
              /** @description Number of the exception in the register. */
              id: string;
              /** @enum {string} */
              disposition: "accepted" | "rejected" | "unfounded";
              evidence: string;
            }
          | {
              /** @enum {string} */
              kind: "exception-acknowledge";
              from: string;
              owner?: string;
              /** @description Number of the exception in the register. */
              id: string;
            };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            already: string | null;
            prepared: {
              /** @enum {string} */
              format: "batchproof-prepared/1";
              chainId: string;
              registry: string;
              block: number;
              from: string;
              to: string;
              function: string;
              arguments: {
                [key: string]: unknown;
              };
              data: string;
            } | null;
            typedData: {
              [key: string]: unknown;
            } | null;
            lines:
              | {
                  field: string;
                  value: string;
                  words: string;
                }[]
              | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listPolicies: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            policies: string[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  showPolicy: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        policy: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            documentHash: string;
            policyId: string | null;
            unknown: string | null;
            policy: unknown;
            words: string[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  lintPolicy: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        policy: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            errors: number;
            warnings: number;
            findings: {
              severity: string;
              code: string;
              pointer: string;
              message: string;
              remedy: string;
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  diffPolicies: {
    parameters: {
      query: {
        before: string;
      };
      header?: never;
      path: {
        site: string;
        policy: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            loosened: {
              claim: string | null;
              what: string;
              before: string | null;
              after: string | null;
            }[];
            tightened: {
              claim: string | null;
              what: string;
              before: string | null;
              after: string | null;
            }[];
            other: {
              claim: string | null;
              what: string;
              before: string | null;
              after: string | null;
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  makeDisclosure: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
        batch: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          claim: string;
          asked:
            | {
                /** @enum {string} */
                form: "series";
                from: string;
                to: string;
              }
            | {
                /** @enum {string} */
                form: "results";
                analytes: string[];
              }
            | {
                /** @enum {string} */
                form: "handoff";
              }
            | {
                /** @enum {string} */
                form: "lines";
                exception: number;
                first: number;
                last: number;
              };
          rule?: boolean;
          owner?: string;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            document: string;
            sha256: string;
            key: string;
            claim: number;
            kind: string;
            rule: boolean;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  verifyDisclosure: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          document: string;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            valid: boolean;
            hash: string;
            provenBy: unknown;
            disclosed: unknown;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  beginAudit: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          alone?: boolean;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            id: string;
            /** @enum {string} */
            state: "running" | "done" | "failed";
            block: number | null;
            findings: number | null;
            problem: {
              /** @description Where the code is explained. */
              type: string;
              title: string;
              status: number;
              detail?: string;
              code: string | null;
              place: string | null;
              remedy: string | null;
            } | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getAudit: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            id: string;
            /** @enum {string} */
            state: "running" | "done" | "failed";
            block: number | null;
            findings: number | null;
            problem: {
              /** @description Where the code is explained. */
              type: string;
              title: string;
              status: number;
              detail?: string;
              code: string | null;
              place: string | null;
              remedy: string | null;
            } | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getReport: {
    parameters: {
      query: {
        form: "json" | "csv" | "html";
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            form: string;
            text: string;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listEvents: {
    parameters: {
      query?: {
        after?: number;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: {
              /** @description Grows by one with each: where a stream is resumed. */
              sequence: number;
              /** @description `CHAIN-REGISTRY-BLOCK-LOG`: where the register says it, LOG counted over the register's events of the block; of what no event says (overdue), `CHAIN-REGISTRY-BATCH-WHAT-DUE`. */
              id: string;
              /** @enum {unknown} */
              type:
                | "batch.opened"
                | "claim.attested"
                | "claim.amended"
                | "batch.released"
                | "batch.completed"
                | "batch.supplied"
                | "batch.ended"
                | "exception.raised"
                | "exception.closed"
                | "batch.held"
                | "batch.unheld"
                | "batch.recalled"
                | "batch.overdue"
                | "due.extended"
                | "request.asked"
                | "request.answered"
                | "request.ended";
              /** @description Key of the batch in the register. */
              batch: string;
              /** @description Of the block, RFC 3339. */
              time: string;
              block: number;
              /** @description What the event says, in words; every text of others is made visible. */
              details: {
                [key: string]: string;
              };
              /** @description Name of the site to which alone this is told again: it got its folder of the batch later. */
              again?: string;
            }[];
            next: string | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  streamEvents: {
    parameters: {
      query?: {
        after?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": null;
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listSiteEvents: {
    parameters: {
      query?: {
        after?: number;
        limit?: number;
      };
      header?: never;
      path: {
        site: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: {
              /** @description Grows by one with each: where a stream is resumed. */
              sequence: number;
              /** @description `CHAIN-REGISTRY-BLOCK-LOG`: where the register says it, LOG counted over the register's events of the block; of what no event says (overdue), `CHAIN-REGISTRY-BATCH-WHAT-DUE`. */
              id: string;
              /** @enum {unknown} */
              type:
                | "batch.opened"
                | "claim.attested"
                | "claim.amended"
                | "batch.released"
                | "batch.completed"
                | "batch.supplied"
                | "batch.ended"
                | "exception.raised"
                | "exception.closed"
                | "batch.held"
                | "batch.unheld"
                | "batch.recalled"
                | "batch.overdue"
                | "due.extended"
                | "request.asked"
                | "request.answered"
                | "request.ended";
              /** @description Key of the batch in the register. */
              batch: string;
              /** @description Of the block, RFC 3339. */
              time: string;
              block: number;
              /** @description What the event says, in words; every text of others is made visible. */
              details: {
                [key: string]: string;
              };
              /** @description Name of the site to which alone this is told again: it got its folder of the batch later. */
              again?: string;
            }[];
            next: string | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  streamSiteEvents: {
    parameters: {
      query?: {
        after?: number;
      };
      header?: never;
      path: {
        site: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": null;
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTold: {
    parameters: {
      query?: {
        after?: number;
        limit?: number;
      };
      header?: never;
      path: {
        site: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: {
              sequence: number;
              /** @description Unix seconds, by the service's clock. */
              received: number;
              /** @description Who told it. */
              by: string;
              event: {
                /** @description The system, such as `eqms`. */
                source: string;
                /** @description Its own number of this event: told again, the event is the same. */
                id: string;
                /** @enum {unknown} */
                type: "deviation.opened" | "deviation.closed" | "results.ready" | "order.placed";
                /** @description When it was, RFC 3339. */
                time: string;
                /** @description Number of the deviation, as an exception's reference in the register; of the result set; of the order. */
                reference: string;
                /** @description Its folder's name. Not of an order before it has one. */
                batch?: string;
                /** @description Of results: the claim that they are for. */
                claim?: string;
              };
            }[];
            next: string | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  tellEvent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description The system, such as `eqms`. */
          source: string;
          /** @description Its own number of this event: told again, the event is the same. */
          id: string;
          /** @enum {unknown} */
          type: "deviation.opened" | "deviation.closed" | "results.ready" | "order.placed";
          /** @description When it was, RFC 3339. */
          time: string;
          /** @description Number of the deviation, as an exception's reference in the register; of the result set; of the order. */
          reference: string;
          /** @description Its folder's name. Not of an order before it has one. */
          batch?: string;
          /** @description Of results: the claim that they are for. */
          claim?: string;
        };
      };
    };
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            sequence: number;
            /** @description Unix seconds, by the service's clock. */
            received: number;
            /** @description Who told it. */
            by: string;
            event: {
              /** @description The system, such as `eqms`. */
              source: string;
              /** @description Its own number of this event: told again, the event is the same. */
              id: string;
              /** @enum {unknown} */
              type: "deviation.opened" | "deviation.closed" | "results.ready" | "order.placed";
              /** @description When it was, RFC 3339. */
              time: string;
              /** @description Number of the deviation, as an exception's reference in the register; of the result set; of the order. */
              reference: string;
              /** @description Its folder's name. Not of an order before it has one. */
              batch?: string;
              /** @description Of results: the claim that they are for. */
              claim?: string;
            };
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getReconciliation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        site: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @enum {string} */
            format: "batchproof-reconciliation/1";
            site: string;
            /** @description When it was made, RFC 3339. */
            time: string;
            /** @description Up to which the register was read; null: not lately, and nothing is said of exceptions. */
            block: number | null;
            /** @description The last day before this one (UTC) of which a copy is kept; null: there is none. Days between have none. */
            previous: string | null;
            /** @description Of what no system ever told anything: nothing is said of it. */
            unheard: ("deviations" | "results" | "orders")[];
            /** @description Folders that cannot be read: of their exceptions and records nothing is known. */
            unread: string[];
            differences: {
              /** @enum {unknown} */
              what:
                | "deviation-without-exception"
                | "exception-without-deviation"
                | "deviation-open-exception-closed"
                | "deviation-closed-exception-open"
                | "results-without-record"
                | "order-without-batch"
                | "batch-without-order";
              reference: string;
              batch: string | null;
              since: string | null;
            }[];
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listWebhooks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            name: string;
            /** @description All up to this number was taken, given up, or is not for it. */
            delivered: number;
            /** @description How many were told since. */
            behind: number;
            /** @description How often the next one was tried. */
            attempts: number;
            /** @description When it is tried again, Unix seconds. */
            next: number;
            /** @description Why the last one was not taken. */
            problem: string | null;
            /** @description Given up, until a person has them sent again. */
            dead: {
              sequence: number;
              at: number;
              failure: string;
            }[];
          }[];
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  testWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            taken: boolean;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  resendWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
        sequence: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            taken: boolean;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readLog: {
    parameters: {
      query: {
        /** @description `seq` of a line. */
        after: number;
        limit: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: {
              seq: number;
              /** @description Milliseconds since 1970. */
              time: number;
              clockBack: boolean;
              previous: string;
              kind: string;
              caller: string | null;
              address: string | null;
              request: string | null;
              operation: string | null;
              site: string | null;
              batch: string | null;
              body: string | null;
              status: number | null;
              code: string | null;
            }[];
            next: string | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readSiteLog: {
    parameters: {
      query: {
        /** @description `seq` of a line. */
        after: number;
        limit: number;
      };
      header?: never;
      path: {
        site: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; 202: begun, and `Location` says where it stands. */
      "2XX": {
        headers: {
          /** @description Of what was made or begun. */
          location?: string;
          /** @description Of 202: after how many seconds to ask again. */
          "retry-after"?: number;
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: {
              seq: number;
              /** @description Milliseconds since 1970. */
              time: number;
              clockBack: boolean;
              previous: string;
              kind: string;
              caller: string | null;
              address: string | null;
              request: string | null;
              operation: string | null;
              site: string | null;
              batch: string | null;
              body: string | null;
              status: number | null;
              code: string | null;
            }[];
            next: string | null;
          };
        };
      };
      /** @description Why not (RFC 9457). */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
}
