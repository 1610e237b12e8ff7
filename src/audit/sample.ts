import { concat, keccak256, toBeHex } from "ethers";
import { inputError, refusal } from "../errors.ts";
import type { AuditReport } from "./report.ts";

/**
 * A random sample of the batches that need no reading ("random and targeted"). Which batches it is drawn from is fixed at one
 * block, and its seed is the hash of a later one: a sample shows which block was used, and that is all. Whoever draws can wait for
 * a later block that suits him, so a reader looks how soon after the report it came.
 */
export interface Sample {
  /** Block at which the audit read, and its hash: the batches that could be drawn are those of that report. */
  readonly block: number;
  readonly hash: string;
  /** Number of batches that could be drawn. */
  readonly population: number;
  /** keccak256 of their keys, ascending, one after another. */
  readonly populationHash: string;
  readonly count: number;
  /** The later block, and its hash: the seed. */
  readonly seedBlock: number;
  readonly seedHash: string;
  /** Keys of the batches that were drawn, in the order of drawing. */
  readonly keys: readonly string[];
}

/** The later block: number and hash. */
export interface Seed {
  readonly block: number;
  readonly hash: string;
}

/**
 * Draws a sample: of all batches without a reason to look, each set of `count` is as likely as any other, and who knows report and
 * seed draws the same. That the seed is the hash of that block of the chain, the caller asks a node. Errors: `sample-count`,
 * `sample-seed`.
 */
export function drawSample(report: AuditReport, count: number, seed: Seed): Sample {
  const keys = populationOf(report);
  if (!Number.isSafeInteger(count) || count < 1 || count > keys.length) {
    throw inputError(`${count} of ${keys.length} batches that need no reading cannot be drawn.`, {
      code: "sample-count",
    });
  }
  if (seed.block <= report.block) {
    throw inputError(`Block ${seed.block} is no later one than block ${report.block}, at which the report was made.`, {
      code: "sample-seed",
    });
  }
  const populationHash = keccak256(concat(keys));
  return {
    ...{ block: report.block, hash: report.hash, population: keys.length, populationHash },
    ...{ count, seedBlock: seed.block, seedHash: seed.hash },
    keys: drawn(keys, count, concat([seed.hash, populationHash])),
  };
}

/**
 * Draws a sample again. Errors: `sample` for the first member that is not what its seed draws from the report; those of `drawSample`.
 */
export function verifySample(sample: Sample, report: AuditReport): void {
  const again = drawSample(report, sample.count, { block: sample.seedBlock, hash: sample.seedHash });
  for (const name of Object.keys(again) as (keyof Sample)[]) {
    if (String(again[name]) !== String(sample[name])) {
      throw refusal(`The sample's ${name} is not what its seed draws from the report.`, {
        code: "sample",
        place: name,
      });
    }
  }
}

function populationOf({ batches }: AuditReport): string[] {
  return batches.flatMap(({ key, reasons }) => (reasons.length === 0 ? [key] : [])).sort();
}

/** The first `count` places of a shuffle (Fisher-Yates). */
function drawn(keys: readonly string[], count: number, seed: string): string[] {
  const rest = [...keys];
  let calls = 0;
  const word = (): bigint => BigInt(keccak256(concat([seed, toBeHex(calls++, 32)])));
  for (let i = 0; i < count; i++) {
    const j = i + below(rest.length - i, word);
    [rest[i], rest[j]] = [rest[j] ?? "", rest[i] ?? ""];
  }
  return rest.slice(0, count);
}

/** A number below `size`, each as likely: a word beyond the last whole multiple would favour the first ones, and is drawn anew. */
function below(size: number, word: () => bigint): number {
  const limit = 2n ** 256n - (2n ** 256n % BigInt(size));
  for (;;) {
    const value = word();
    if (value < limit) return Number(value % BigInt(size));
  }
}
