import { ADDRESS, COUNT, defineDocument, HEX_FIELD, hexBytes, object, TEXT, TIME } from "../formats/document.ts";

/** A proof to be made. It names what is to be proven and holds nothing private: no witness, no salt, no reading. */
export interface Job {
  /** Hex of 16 random bytes. */
  readonly id: string;
  readonly site: string;
  /** The folder's name. */
  readonly batch: string;
  readonly claim: string;
  /** Public signal `record`, 0x and 64 hex digits: what the folder said when the job was made. */
  readonly record: string;
  /** circuitId of the artifacts that it takes. */
  readonly artifact: string;
  /** Account that will send the proof; the server alone needs to know. */
  readonly submitter: string;
  /** Smaller is sooner: seconds from a batch's opening to its latest release, as its policy has it. */
  readonly priority: number;
  /** RFC 3339. */
  readonly created: string;
}

export const JOB_STATES = ["waiting", "working", "done", "dead"] as const;

/** `dead`: refused, or failed as often as is tried; a person looks at it. */
export type JobState = (typeof JOB_STATES)[number];

/** How a job stands. The server's own file says so, whatever a database remembers. */
export interface JobStatus extends Job {
  readonly state: JobState;
  /** How often it was begun since it was made, or since a person had it tried again. */
  readonly attempts: number;
  /** When it was last begun, RFC 3339. */
  readonly begun?: string;
  /** Who has it, or who made the result. */
  readonly worker?: string;
  readonly updated: string;
  /** Code and words of the last failure. */
  readonly failure?: { readonly code: string; readonly message: string };
}

const FORMAT = "batchproof-job/1";
/** `Caller.id`: longer than a name, with whatever an issuer calls people. */
const CALLER = { type: "string", maxLength: 600, pattern: "^[^\\p{C}]+$" } as const;
const CODE = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9-]{0,62}$" } as const;

type JobDocument = JobStatus & { readonly format: typeof FORMAT };

/** `data/jobs/ID.json`. */
export const JOB_FILE = defineDocument<JobDocument>(
  FORMAT,
  "job-file",
  {
    id: hexBytes(16),
    site: TEXT,
    batch: TEXT,
    claim: TEXT,
    record: HEX_FIELD,
    artifact: HEX_FIELD,
    submitter: ADDRESS,
    priority: { ...COUNT, maximum: 2 ** 31 - 1 },
    created: TIME,
    state: { enum: JOB_STATES },
    attempts: { ...COUNT, maximum: 1000 },
    begun: TIME,
    worker: CALLER,
    updated: TIME,
    failure: object({ code: CODE, message: { type: "string", maxLength: 500 } }),
  },
  ["begun", "worker", "failure"],
);

/** A job as its file holds it. */
export function jobDocument(job: JobStatus): JobDocument {
  return { format: FORMAT, ...job };
}

/** The job that a file holds. */
export function jobOf(document: JobDocument): JobStatus {
  const job: JobStatus & { format?: string } = { ...document };
  delete job.format;
  return job;
}
