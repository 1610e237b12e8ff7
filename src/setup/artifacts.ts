import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { commandOf } from "../commandLine.ts";
import { environmentError } from "../errors.ts";
import { ensureFolder } from "./artifactFolder.ts";
import { COMPILER, compileCircuit } from "./compile.ts";
import { writeDevelopmentKey } from "./developmentKey.ts";
import { assertUsableKey, type SetupKind } from "./keyGate.ts";
import { packageRoot } from "../root.ts";
import type { Progress } from "./progress.ts";
import { readR1csHeader } from "./r1cs.ts";
import { sourceHash } from "./sourceHash.ts";
import { readVerifyingKey, toSnarkjsKey } from "./verifyingKey.ts";
import { readZkey } from "./zkey.ts";

/**
 * Everything that is made from a circuit, made on first need and kept in `build/circuits/<name>/<source hash>/`: the
 * compiled circuit there, its development key in `development-<N>/` below. Every use checks every file's hash.
 */

/** A circuit by its name and main file (relative to the package root): an entry of CIRCUITS. */
export interface CircuitSource {
  readonly name: string;
  readonly main: string;
}

/** A compiled circuit: absolute paths, hashes in lower-case hex. */
export interface CompiledArtifacts {
  readonly name: string;
  readonly r1cs: string;
  readonly wasm: string;
  readonly sym: string;
  readonly sourceHash: string;
  readonly r1csHash: string;
  readonly constraints: number;
  readonly compiler: string;
}

/** A compiled circuit with its key. */
export interface Artifacts extends CompiledArtifacts {
  readonly zkey: string;
  /** verification_key.json, as snarkjs reads it. */
  readonly vkey: string;
  /** keccak256 of the encoded verifying key, 0x hex. */
  readonly circuitId: string;
  readonly setup: SetupKind;
}

export interface ArtifactOptions {
  readonly onProgress?: Progress;
  /** Package root: where the sources are, and `build/`. */
  readonly root?: string;
  /** Where to keep the artifacts; `build/circuits` in the root if not given. */
  readonly store?: string;
  /** Hash of the sources of artifacts that must be there: nothing is made, and no source or compiler is needed. */
  readonly made?: string;
}

/** Changes when the development setup gives other keys for the same circuit. */
const DEVELOPMENT_FOLDER = "development-1";
const VKEY = "verification_key.json";

/** Compiles a circuit on first need. Throws as `sourceHash` and `compileCircuit`, and `artifact-stale`. */
export async function compileOnly(circuit: CircuitSource, options: ArtifactOptions = {}): Promise<CompiledArtifacts> {
  return await new ArtifactStore(options).compiled(circuit);
}

/**
 * Compiles a circuit and makes its development key on first need; then only checks. Throws as `compileOnly`, and as the
 * key gate, without a chain.
 */
export async function ensureArtifacts(circuit: CircuitSource, options: ArtifactOptions = {}): Promise<Artifacts> {
  return await new ArtifactStore(options).withKey(circuit);
}

/** Whether a circuit of the present sources is compiled and has its key; nothing is made, and nothing is checked. */
export async function artifactsPresent(circuit: CircuitSource, options: ArtifactOptions = {}): Promise<boolean> {
  return await new ArtifactStore(options).hasKey(circuit);
}

/** The one place that knows where artifacts are. */
class ArtifactStore {
  readonly #root: string;
  readonly #store: string;
  readonly #onProgress: Progress;
  readonly #made: string | undefined;

  constructor({ onProgress = (): void => undefined, root = packageRoot(), store, made }: ArtifactOptions) {
    this.#root = root;
    this.#store = store ?? join(root, "build/circuits");
    this.#onProgress = onProgress;
    this.#made = made;
  }

  async hasKey(circuit: CircuitSource): Promise<boolean> {
    const source = await sourceHash(circuit.main, this.#root);
    return existsSync(join(this.#folderOf(circuit, source), DEVELOPMENT_FOLDER));
  }

  #folderOf({ name }: CircuitSource, source: string): string {
    return join(this.#store, name, source);
  }

  async compiled({ name, main }: CircuitSource): Promise<CompiledArtifacts> {
    const source = this.#made ?? (await sourceHash(main, this.#root));
    const folder = this.#folderOf({ name, main }, source);
    if (this.#made !== undefined) this.#requireMade(name, folder);
    const [r1csName, wasmName, symName] = [`${name}.r1cs`, `${name}.wasm`, `${name}.sym`];
    const [r1csHash] = await ensureFolder(folder, [r1csName, wasmName, symName], async (target) => {
      this.#onProgress("compile", 0);
      await compileCircuit(name, main, target, this.#root);
      this.#onProgress("compile", 1);
    });
    const r1cs = join(folder, r1csName);
    return {
      name,
      r1cs,
      wasm: join(folder, wasmName),
      sym: join(folder, symName),
      sourceHash: source,
      r1csHash,
      constraints: (await readR1csHeader(r1cs)).constraints,
      compiler: COMPILER,
    };
  }

  #requireMade(name: string, folder: string): void {
    if (existsSync(join(folder, DEVELOPMENT_FOLDER))) return;
    throw environmentError(
      `There are no artifacts of circuit ${name} there, for the sources that the lock file pins.`,
      {
        code: "artifact-missing",
        place: folder,
        remedy: `Name the right folder, or make them there: \`${commandOf("setup", "--circuit", name, "--artifacts", this.#store)}\`.`,
      },
    );
  }

  async withKey(circuit: CircuitSource): Promise<Artifacts> {
    const compiled = await this.compiled(circuit);
    const folder = join(dirname(compiled.r1cs), DEVELOPMENT_FOLDER);
    const zkeyName = `${circuit.name}.zkey`;
    await ensureFolder(folder, [zkeyName, VKEY], async (target) => {
      const zkey = join(target, zkeyName);
      await writeDevelopmentKey(compiled.r1cs, zkey, { onProgress: this.#onProgress });
      const { verifyingKey } = await readZkey(zkey);
      await writeFile(join(target, VKEY), `${JSON.stringify(toSnarkjsKey(verifyingKey), null, 2)}\n`);
    });
    const zkey = join(folder, zkeyName);
    const vkey = join(folder, VKEY);
    const { circuitId, setup } = await assertUsableKey({ zkeyPath: zkey, r1csPath: compiled.r1cs });
    await assertUsableKey({ vkey: await readVerifyingKey(vkey), circuitId });
    return { ...compiled, zkey, vkey, circuitId, setup };
  }
}
