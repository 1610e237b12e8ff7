import { join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import { MES_FILE, mesExceptionsText, readMesExceptions, type BatchException } from "../batch/mesExceptions.ts";
import { commandOf } from "../commandLine.ts";
import { inputError, refusal } from "../errors.ts";

/**
 * The MES exceptions of a batch, those that block release first; undefined where no production record was imported.
 * They are judged anew from the raw file. Errors: `mes-tampered` (the folder's list is not what the raw file gives),
 * those of `readMesExceptions`.
 */
export async function mesExceptionsOf(batch: Pick<Batch, "dir">): Promise<readonly BatchException[] | undefined> {
  const kept = await readMesExceptions(batch);
  if (kept === undefined) return undefined;
  // Few batches have such a record, and reading it takes a parser of XML.
  const { blockingFirst, judgedAnew } = await import("./mesRecord.ts");
  const { file } = kept;
  if (mesExceptionsText(judgedAnew(kept)) !== mesExceptionsText(file)) {
    throw inputError("The list of MES exceptions is not what the raw file gives.", {
      place: join(batch.dir, MES_FILE),
      remedy: "Import the production record again.",
      code: "mes-tampered",
    });
  }
  return blockingFirst(file.exceptions);
}

/**
 * One MES exception of a batch, by the number that the MES gave it. `place`: where it was named. Errors: `mes-unknown`, those of
 * `mesExceptionsOf`.
 */
export async function mesExceptionNamed(
  batch: Pick<Batch, "dir">,
  named: string,
  place: string,
): Promise<BatchException> {
  const known = (await mesExceptionsOf(batch)) ?? [];
  const found = known.find(({ id }) => id === named);
  if (found !== undefined) return found;
  throw inputError("The folder's MES record has no such exception.", {
    place,
    remedy: known.length === 0 ? "Import the record first." : `It has: ${known.map(({ id }) => id).join(", ")}.`,
    code: "mes-unknown",
  });
}

/** Refuses while an MES exception is open. Error `mes-exception`, which names them; those of `mesExceptionsOf`. */
export async function requireNoBlockingException(batch: Pick<Batch, "dir">): Promise<void> {
  const open = ((await mesExceptionsOf(batch)) ?? []).filter(({ state }) => state === "open");
  if (open.length === 0) return;
  throw refusal(`MES exceptions are open: ${open.map(({ id }) => id).join(", ")}.`, {
    place: join(batch.dir, MES_FILE),
    remedy: `See what each lacks (\`${commandOf("check", batch.dir)}\`), close them in the MES, then import its record again.`,
    code: "mes-exception",
  });
}
