import { existsSync } from "node:fs";
import { join } from "node:path";
import { refusal } from "../errors.ts";
import { ADDRESS, COUNT, defineDocument, documentText } from "../formats/document.ts";
import { writeFileAtomically } from "../input/files.ts";
import type { KnownOpening } from "../kinds/opened.ts";
import type { Batch } from "./batch.ts";
import { REGISTRATION_FILE } from "./paths.ts";

/** Where a batch was opened: what its folder remembers, so that later commands need not be told again. */
export interface Registration {
  /** Decimal. */
  readonly chainId: string;
  /** Addresses, 0x and 40 hex digits. */
  readonly registry: string;
  readonly owner: string;
  /** When it was opened, or its opening last replaced, Unix seconds; absent where nobody asked the register. */
  readonly opened?: number;
}

const registrationDocument = defineDocument<Registration & { readonly format: string }>(
  "batchproof-registration/1",
  "registration-file",
  { chainId: { type: "string", pattern: "^[1-9][0-9]{0,17}$" }, registry: ADDRESS, owner: ADDRESS, opened: COUNT },
  ["opened"],
);

/** What the folder remembers; undefined before `open`. Errors `registration-file`, those of `readJson`. */
export async function readRegistration(dir: string): Promise<Registration | undefined> {
  const path = join(dir, REGISTRATION_FILE);
  if (!existsSync(path)) return undefined;
  const { chainId, registry, owner, opened } = await registrationDocument.read(path, {
    within: dir,
    ifEmpty: "Remove it and open the batch again, which writes it anew.",
  });
  return { chainId, registry, owner, ...(opened === undefined ? {} : { opened }) };
}

/** Remembers where the batch was opened, in place of what was there. Errors: those of `writeFileAtomically`. */
export async function writeRegistration(dir: string, registration: Registration): Promise<void> {
  const text = documentText({ format: "batchproof-registration/1", ...registration });
  await writeFileAtomically(join(dir, REGISTRATION_FILE), text, { mode: 0o600, within: dir });
}

/** When a folder's batch was opened, Unix seconds, as far as it remembers. Errors: those of `readRegistration`. */
export async function rememberedOpening(dir: string): Promise<bigint | undefined> {
  return openingIn(await readRegistration(dir));
}

function openingIn(registration: Registration | undefined): bigint | undefined {
  const { opened } = registration ?? {};
  return opened === undefined ? undefined : BigInt(opened);
}

/**
 * What a folder knows of its batch's opening. One that remembers no register knows at `now`, Unix seconds, that its batch is not
 * opened, unless it joined the batch: others open that. Errors: those of `readRegistration`.
 */
export async function openingKnownTo(
  { dir, origin }: Pick<Batch, "dir" | "origin">,
  now: number,
): Promise<KnownOpening> {
  const registration = await readRegistration(dir);
  const isUnopened = "coi" in origin && registration === undefined;
  return { opened: openingIn(registration), ...(isUnopened ? { unopenedAt: BigInt(now) } : {}) };
}

/** Remembers when the opening was replaced, where the folder remembers that it was opened. Errors as of both others. */
export async function rememberOpening(dir: string, opened: number): Promise<void> {
  const registration = await readRegistration(dir);
  if (registration !== undefined) await writeRegistration(dir, { ...registration, opened });
}

/** Two owners have two batches of one commitment, and the folder would forget the first. Error `BatchKnown`. */
export async function refuseOtherOwner(dir: string, { registry, chainId, owner }: Registration): Promise<void> {
  const before = await readRegistration(dir);
  const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  if (before === undefined || isSame(before.owner, owner)) return;
  if (before.chainId !== chainId || !isSame(before.registry, registry)) return;
  throw refusal(`This folder's batch was opened by ${before.owner}; by ${owner} it would be another one.`, {
    code: "BatchKnown",
    place: dir,
    remedy: "Go on as that account: --account.",
  });
}
