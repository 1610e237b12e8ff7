import type { ErrorCode } from "../errorCodes.ts";
import type { KindName } from "../formats/constants.ts";
import type { defineDocument } from "../formats/document.ts";
import type { RecordOwner } from "../formats/recordOwner.ts";

/** Everything about a record that follows from what it says, the batch and the batch's secrets. */
export interface Prepared {
  /** 32 bytes, of this very record only. */
  readonly secret: Uint8Array;
  /** Public signal `record`, or NO_RECORD. */
  readonly record: bigint;
  /** What the signer signs. */
  readonly message: bigint;
}

/** Who signs a record: the party's role, and the member of the file that names its key. */
export type Signer = "source" | "lab";

/** How records of one kind of claim are written down, derived and signed: content C, and D that follows from it. */
export interface RecordForm<C extends object, D extends object, J extends object> {
  readonly kind: KindName;
  /** `format` of the file. */
  readonly format: string;
  /** Code of a file that is malformed. */
  readonly code: Extract<ErrorCode, "record-file" | "results-file">;
  /** What it holds, in words: "The <noun> ...". */
  readonly noun: string;
  readonly signer: Signer;
  /** What is wrong where the signature does not fit, one sentence. */
  readonly misfit: string;
  /** JSON Schema of the content's members of the file, and the way there and back; `place` is the file. */
  readonly properties: Parameters<typeof defineDocument>[2];
  readonly toJson: (content: C) => J;
  readonly fromJson: (json: J, place: string) => C;
  /** The content as the text from whose hash its secret is derived. */
  readonly contentText: (content: C) => string;
  /** 0 for the first record of the claim. */
  readonly attempt: (content: C) => number;
  /** Hashes of the lot and of the raw file that the content names. */
  readonly hashes: (content: C) => { readonly lotHash: bigint; readonly rawFileHash: bigint };
  /** Refuses content that no circuit of the claim could hold. */
  readonly check: (content: C) => void;
  /** What follows from the content, its owner and its own secret. */
  readonly derive: (content: C, owner: RecordOwner, secret: Uint8Array) => D & Omit<Prepared, "secret">;
  /** Whether there is a record that could be signed. */
  readonly isSignable: (content: C) => boolean;
}
