import { inputError } from "../errors.ts";

/** Files and folders of a batch folder (docs/spec/batch-folder.md, Files). */
export const BATCH_FILE = "batch.json";
export const SECRETS_FILE = "secrets.json";
export const POLICY_FILE = "policy.json";
export const PARTIES_FILE = "parties.json";
/** Where the batch was opened; there is none before. */
export const REGISTRATION_FILE = "register.json";
/** That the batch was given to its patient; there is none before. */
export const ADMINISTRATION_FILE = "administration.json";
/** Held while a command changes the folder; always empty. */
export const LOCK_FILE = "batch.lock";
/** Keeps all of the folder, itself included, out of a git repository around it. */
export const IGNORE_FILE = ".gitignore";
/** Folder in which words are kept that stay off the chain. */
export const TEXTS_FOLDER = "texts";
export const SUBFOLDERS = ["evidence", "records", "proofs"] as const;

const WORD = "[a-z0-9]+(?:-[a-z0-9]+)*";
const CLAIM_ID = new RegExp(`^(${WORD})/(${WORD})$`);

/**
 * Path, inside the batch folder, of a claim's record or proof: `transport/temp-primary` in `records` is
 * `records/transport--temp-primary.json`. No claim id holds "--", so no two claims share a file.
 * Error `claim-id` for anything that is not two words of a-z, 0-9 and single hyphens: no id can leave the folder.
 */
export function claimFile(kind: "records" | "proofs", claimId: string): string {
  const [, stage, claim] = CLAIM_ID.exec(claimId) ?? [];
  if (stage === undefined || claim === undefined) {
    throw inputError('This is not a claim id such as "transport/temperature".', { code: "claim-id" });
  }
  return `${kind}/${stage}--${claim}.json`;
}

/** How the names of kept profiles end: those of no raw files. */
export const PROFILE_SUFFIX = ".profile.json";

/** Path, inside the batch folder, of a raw file or a profile. Error `evidence-name` if the name could lead elsewhere or hide. */
export function evidenceFile(name: string): string {
  if (!/^[^.\p{C}\\/:][^\p{C}\\/:]{0,199}$/u.test(name)) {
    throw inputError("This is not a plain file name.", { code: "evidence-name", remedy: "Rename the raw file." });
  }
  return `evidence/${name}`;
}
