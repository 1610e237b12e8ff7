import { resolve } from "node:path";
import type { Circuit } from "../src/kinds/circuits.ts";
import { inputError } from "../src/errors.ts";
import { lockedCircuitId } from "../src/setup/artifactLock.ts";
import type { SetupKind } from "../src/setup/keyGate.ts";
import { ensureArtifacts, type Artifacts } from "../src/setup/artifacts.ts";
import { text, type Options } from "./command.ts";
import { withProgressBar } from "./progress.ts";
import { fileHash } from "./values.ts";

/** What must be said of a development key wherever one is met. */
export const DEVELOPMENT_WARNING =
  "DEVELOPMENT KEY: insecure by design, anybody can forge its proofs. It proves nothing to a third party.";

/** A circuit's artifacts, made on first need under a progress bar, in the folder of --artifacts if that is given. */
export function builtCircuit(circuit: Circuit, options: Options = {}): Promise<Artifacts> {
  return withProgressBar((onProgress) => ensureArtifacts(circuit, { onProgress, ...storeOf(options) }));
}

/** The folder of --artifacts, for `lockedArtifacts`. */
export function storeOf(options: Options): { readonly store?: string } {
  const store = text(options, "artifacts");
  return store === undefined ? {} : { store: resolve(store) };
}

/**
 * What is published of the transcript of the ceremony that made a key (--transcript): its sha256, 0x hex. Error
 * `transcript`: the key of a ceremony without one, or a development key with one.
 */
export async function transcriptOf(setup: SetupKind, options: Options): Promise<{ readonly transcript?: string }> {
  const file = text(options, "transcript");
  if (setup === "development" && file !== undefined) {
    throw inputError("A development key has no transcript.", {
      place: `--transcript ${file}`,
      remedy: "Leave the option out.",
      code: "transcript",
    });
  }
  if (setup === "ceremony" && file === undefined) {
    throw inputError("The key of a ceremony is proposed and approved with its transcript.", {
      place: "--transcript",
      remedy: "Give the ceremony's transcript: --transcript FILE.",
      code: "transcript",
    });
  }
  return file === undefined ? {} : { transcript: await fileHash(file) };
}

/**
 * circuitId of a circuit's name, as the lock file pins it, or as `overrides` ("name=0x...") say.
 * Errors: `circuit-id` for an override of another form; the function's own: those of `lockedCircuitId`.
 */
export function circuitIds(overrides: readonly string[]): (name: string) => string {
  const given = new Map(overrides.map(parseOverride));
  return (name) => given.get(name) ?? lockedCircuitId(name);
}

function parseOverride(text: string): [name: string, circuitId: string] {
  const [, name, id] = /^([a-z0-9-]+)=(0x[0-9a-f]{64})$/.exec(text) ?? [];
  if (name !== undefined && id !== undefined) return [name, id];
  throw inputError("This is not a circuit's name and its circuitId.", {
    place: `--circuit-id ${text}`,
    remedy: "Write name=0x and 64 lower-case hex digits.",
    code: "circuit-id",
  });
}
