import { join } from "node:path";
import { EXCEPTION_CATEGORY, type ExceptionCategoryName } from "../formats/codes.ts";
import { BatchproofError, inputError } from "../errors.ts";
import { toHex } from "../formats/field.ts";
import { bytesHash } from "../formats/identity.ts";
import { readBytes, writeFileAtomically } from "../input/files.ts";
import { defineDocument, documentText, HEX_FIELD, object, TEXT, TIME } from "../formats/document.ts";
import { evidenceFile } from "./paths.ts";
import type { Batch } from "./batch.ts";

/** In the batch folder: the exceptions of the MES's production record, as they stand for this batch. */
export const MES_FILE = "mes-exceptions.json";

/** An exception of the MES as an exception of the batch. */
export interface BatchException {
  /** The MES's number of it. */
  readonly id: string;
  readonly category: ExceptionCategoryName;
  /** 1 minor, 2 major, 3 critical. */
  readonly severity: 1 | 2 | 3;
  /** An open one blocks release. */
  readonly state: "open" | "closed";
  /** What is missing until it is closed, in words that name nobody; empty if it is closed. */
  readonly missing: readonly string[];
  /** The MES's own words: risk and status as they finally stand. */
  readonly mes: { readonly category: string; readonly risk: string; readonly status: string };
  /** Executed element of the recipe that it happened in. */
  readonly element: string;
}

/** mes-exceptions.json. All of it follows from the raw file, which stays in `evidence/`. */
export interface MesExceptions {
  readonly format: "batchproof-mes-exceptions/1";
  /** Id of the production record. */
  readonly record: string;
  /** The MES's own number of the batch. */
  readonly batchId: string;
  /** When the MES last changed the record; absent where it does not say. */
  readonly changed?: string;
  /** Name of the raw file in `evidence/`. */
  readonly rawFile: string;
  /** `bytesHash` of the raw file. */
  readonly rawFileHash: string;
  readonly exceptions: readonly BatchException[];
}

const mesDocument = defineDocument<MesExceptions>(
  "batchproof-mes-exceptions/1",
  "mes-file",
  {
    record: TEXT,
    batchId: TEXT,
    changed: TIME,
    rawFile: TEXT,
    rawFileHash: HEX_FIELD,
    exceptions: {
      type: "array",
      items: object({
        id: TEXT,
        category: { enum: Object.keys(EXCEPTION_CATEGORY) },
        severity: { enum: [1, 2, 3] },
        state: { enum: ["open", "closed"] },
        missing: { type: "array", items: TEXT },
        mes: object({ category: TEXT, risk: TEXT, status: TEXT }),
        element: TEXT,
      }),
    },
  },
  ["changed"],
);

/** What the folder keeps, with the raw file it came from. */
export interface KeptMesExceptions {
  readonly file: MesExceptions;
  /** Bytes of the raw file, the ones that were imported. */
  readonly raw: Uint8Array;
}

/**
 * The exceptions that the folder keeps; undefined where no production record was imported.
 * Errors: `mes-file` (shape), `evidence-missing`, `evidence-tampered` (the raw file is not the one that was imported),
 * `evidence-name`, those of `readJson`.
 */
export async function readMesExceptions({ dir }: Pick<Batch, "dir">): Promise<KeptMesExceptions | undefined> {
  const file = await ifThere(mesDocument.read(join(dir, MES_FILE), { within: dir }));
  if (file === undefined) return undefined;
  const path = join(dir, evidenceFile(file.rawFile));
  const raw = await ifThere(readBytes(path, { within: dir }));
  if (raw === undefined || toHex(bytesHash(raw)) !== file.rawFileHash) {
    throw inputError(
      raw === undefined ? "The raw file is missing." : "The raw file is not the one that was imported.",
      {
        code: raw === undefined ? "evidence-missing" : "evidence-tampered",
        place: path,
        remedy: "Restore it from a backup.",
      },
    );
  }
  return { file, raw };
}

async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (error instanceof BatchproofError && error.code === "file-missing") return undefined;
    throw error;
  });
}

/** The text of the file, checked as `readMesExceptions` checks it. Error `mes-file`. */
export function mesExceptionsText(file: MesExceptions): string {
  return documentText(mesDocument.check(file, MES_FILE));
}

/** Writes the file, in place of an earlier one. Errors: those of `mesExceptionsText` and `writeFileAtomically`. */
export async function writeMesExceptions({ dir }: Pick<Batch, "dir">, file: MesExceptions): Promise<void> {
  await writeFileAtomically(join(dir, MES_FILE), mesExceptionsText(file), { mode: 0o600, within: dir });
}
