import { circuitNamed, CIRCUITS } from "../../src/kinds/circuits.ts";
import { checkLock, writeLock } from "../../src/setup/artifactLock.ts";
import type { Artifacts } from "../../src/setup/artifacts.ts";
import { builtCircuit, DEVELOPMENT_WARNING } from "../circuits.ts";
import { flag, text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";

/** `setup`. */
export async function setup(_args: readonly string[], options: Options): Promise<Answer> {
  const name = text(options, "circuit");
  const built: Artifacts[] = [];
  for (const circuit of name === undefined ? CIRCUITS : [circuitNamed(name, "--circuit")]) {
    built.push(await builtCircuit(circuit, options));
  }
  const update = flag(options, "updateLock");
  if (update) await writeLock(built);
  else for (const artifacts of built) await checkLock(artifacts);
  return {
    text: built.map((artifacts) => describe(artifacts, update)).join("\n\n"),
    json: { lock: update ? "written" : "equal", circuits: built },
  };
}

function describe({ name, constraints, circuitId, setup, r1cs, wasm, zkey, vkey }: Artifacts, update: boolean): string {
  const lock = update ? "written" : "equal";
  const lines = fieldLines({ circuit: name, constraints, circuitId, lock, setup, r1cs, wasm, zkey, vkey });
  return setup === "development" ? `${lines}\n${DEVELOPMENT_WARNING}` : lines;
}
