import { visible } from "../formats/visible.ts";
import type { About } from "./about.ts";
import type { ClaimFound, Drill, Problem } from "./verify.ts";

/** The protocol of a drill: what was restored, what it was held against, and what was found. */
export interface Protocol extends Drill {
  readonly format: "batchproof-restore/1";
  /** When the drill was, RFC 3339. */
  readonly at: string;
  /** When the backup was made, by which version, and the hash of its list of hashes. */
  readonly backup: { readonly made: string; readonly version: string; readonly files: number; readonly sums: string };
  /** Null: no register was asked. */
  readonly register: AskedRegister | null;
}

/** The register that a drill asked, and the block that all is of. */
export interface AskedRegister {
  readonly chainId: string;
  readonly registry: string;
  readonly block: number;
}

/** Puts together the protocol of a drill at `at`, RFC 3339. */
export function protocolOf(
  { about, files, sums }: { readonly about: About; readonly files: number; readonly sums: string },
  found: Drill,
  at: string,
  register: AskedRegister | null = null,
): Protocol {
  const { made, version } = about;
  return { format: "batchproof-restore/1", at, backup: { made, version, files, sums }, register, ...found };
}

/** A protocol for people: every batch, claim and file, and what to do. */
export function protocolText(protocol: Protocol): string {
  const { at, backup, register, batches, files, absent, whole } = protocol;
  return [
    `Restored on ${at} from the backup of ${visible(backup.made)} (sums ${backup.sums}).`,
    register === null
      ? "No register was asked: whether what was attested still opens is not known."
      : `Held against register ${register.registry} on chain ${register.chainId}, block ${register.block}.`,
    ...batches.flatMap(({ dir, keys, claims, problems }) => [
      `batch ${visible(dir)}: ${keysText(keys)}`,
      ...claims.map(claimText),
      ...problems.map((problem) => `  LOST: ${problemText(problem)}`),
    ]),
    ...files.map(({ file, what, problem }) => {
      const found = problem === undefined ? "is whole" : `LOST: ${problemText(problem)}`;
      return `${what} ${visible(file)}: ${found}`;
    }),
    ...(absent === null ? [] : absentLines(absent)),
    "Passphrases of keys were not tried.",
    verdict(whole),
  ].join("\n");
}

function keysText(keys: readonly string[] | null): string {
  if (keys === null) return "not looked for in the register that it was opened on";
  return keys.length === 0 ? "not on the register" : keys.join(", ");
}

function claimText({ claim, attested, outcome, problem }: ClaimFound): string {
  const said = attested === null ? "not asked" : attested ? "attested" : "not attested";
  const found = {
    opens: "opens",
    elsewhere: "its evidence is another party's",
    none: "no evidence yet",
    lost: `LOST: ${problem === undefined ? "" : problemText(problem)}`,
    unknown: "no evidence here",
  }[outcome];
  return `  ${visible(claim)}: ${said}, ${found}`;
}

function problemText({ code, reason, remedy }: Problem): string {
  return visible(`${reason} [${code}]${remedy === undefined ? "" : ` ${remedy}`}`);
}

function absentLines({ ofTheseOwners, ofOthers }: NonNullable<Drill["absent"]>): string[] {
  const others = `${ofOthers} batches of other owners are in no folder here.`;
  if (ofTheseOwners.length === 0) return [others];
  return [`NOT HERE: ${ofTheseOwners.length} batches of the same owners: ${ofTheseOwners.join(", ")}`, others];
}

function verdict(whole: boolean | null): string {
  if (whole === null) return "UNKNOWN: what is here is whole, but no register said of all of it what was attested.";
  return whole
    ? "WHOLE: every attested record that is kept here still opens."
    : "NOT WHOLE: take what is lost from an older or a newer backup, or ask the party that has it (docs/operators.md, A lost salt).";
}
