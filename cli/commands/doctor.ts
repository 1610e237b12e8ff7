import type { Provider } from "ethers";
import { CIRCUITS, kindCode, type Circuit } from "../../src/kinds/circuits.ts";
import { findRegister } from "../../src/chain/connect.ts";
import { compiled, CONTRACTS } from "../../src/chain/contracts.ts";
import { registerAt, type CircuitRegistry, type StoredCircuit } from "../../src/chain/handles.ts";
import { explained } from "../../src/chain/revert.ts";
import { commandOf } from "../../src/commandLine.ts";
import { BatchproofError, environmentError, inputError } from "../../src/errors.ts";
import { checkLock, lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { artifactsPresent, type Artifacts } from "../../src/setup/artifacts.ts";
import { assertUsableKey } from "../../src/setup/keyGate.ts";
import { developmentAllowed } from "../../src/setup/lockedArtifacts.ts";
import { onChain, sameRegister } from "../chain.ts";
import { builtCircuit, DEVELOPMENT_WARNING } from "../circuits.ts";
import { required, text, type Options } from "../command.ts";
import { requireNode } from "../node.ts";
import type { Answer } from "../output.ts";

/** One line of the screen. */
interface Check {
  readonly name: string;
  readonly state: "ok" | "warning" | "wrong";
  readonly detail: string;
  readonly remedy?: string;
}

/** `doctor`. */
export async function doctor(_args: readonly string[], options: Options): Promise<Answer> {
  if (text(options, "registry") !== undefined && text(options, "rpc") === undefined) {
    throw inputError("A register is looked at through a node.", {
      code: "usage",
      place: "--registry",
      remedy: "Add --rpc.",
    });
  }
  const built: BuiltCircuit[] = [];
  const checks = [await check("node.js", requireNode), await check("contracts", checkContracts)];
  checks.push(...(await circuitsChecks(built)));
  if (text(options, "rpc") !== undefined) checks.push(...(await chainChecks(options, built)));
  const wrong = checks.filter(({ state }) => state === "wrong").length;
  const summary = wrong === 0 ? "Everything is in order." : `Wrong: ${wrong} of ${checks.length}.`;
  return {
    text: [...checks.map(line), summary].join("\n"),
    json: { wrong, checks },
    exitCode: wrong === 0 ? 0 : 3,
  };
}

function line({ name, state, detail, remedy }: Check): string {
  const first = `${state.padEnd(8)} ${name.padEnd(26)} ${detail}`;
  return remedy === undefined ? first : `${first}\n${" ".repeat(36)}${remedy}`;
}

/** Runs a check; what it throws is the line, unless it is a bug. */
async function check(name: string, run: () => string | Promise<string>): Promise<Check> {
  try {
    return { name, state: "ok", detail: await run() };
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.kind === "internal") throw error;
    const { message, place, remedy } = error;
    const detail = place === undefined ? message : `${message} (${place})`;
    return { name, state: "wrong", detail, ...(remedy === undefined ? {} : { remedy }) };
  }
}

function checkContracts(): string {
  for (const name of CONTRACTS) compiled(name);
  return `${CONTRACTS.length} contracts built from the present sources`;
}

const NOT_MADE = "not made yet: it is made when it is first needed, or by `batchproof setup`";

interface BuiltCircuit {
  readonly circuit: Circuit;
  readonly artifacts: Artifacts;
}

/** Where the compiler's packages are not installed, all but proving works: one line says so, and how to have it. */
async function circuitsChecks(built: BuiltCircuit[]): Promise<Check[]> {
  const checks: Check[] = [];
  try {
    for (const circuit of CIRCUITS) checks.push(...(await circuitChecks(circuit, built)));
    return checks;
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.code !== "package-missing") throw error;
    const { message, remedy } = error;
    return [{ name: "circuits", state: "ok", detail: message, ...(remedy === undefined ? {} : { remedy }) }];
  }
}

async function circuitChecks(circuit: Circuit, built: BuiltCircuit[]): Promise<Check[]> {
  if (!(await artifactsPresent(circuit))) return [{ name: circuit.name, state: "ok", detail: NOT_MADE }];
  const made = await check(circuit.name, async () => {
    const artifacts = await builtCircuit(circuit);
    built.push({ circuit, artifacts });
    return `${artifacts.constraints} constraints, circuitId ${artifacts.circuitId}`;
  });
  const artifacts = built.find((each) => each.circuit === circuit)?.artifacts;
  if (artifacts === undefined) return [made];
  const locked = await check(`${circuit.name} lock`, async () => {
    await checkLock(artifacts);
    return "equal to artifacts.lock.json";
  });
  const key: Check =
    artifacts.setup === "development"
      ? { name: `${circuit.name} key`, state: "warning", detail: DEVELOPMENT_WARNING }
      : { name: `${circuit.name} key`, state: "ok", detail: "from a ceremony" };
  return [made, locked, key];
}

async function chainChecks(options: Options, built: readonly BuiltCircuit[]): Promise<Check[]> {
  const checks: Check[] = [];
  const node = await check("chain", () =>
    onChain(options, async ({ provider, chainId }) => {
      if (text(options, "registry") === undefined)
        checks.push(...(await keyChecks(built, developmentAllowed(chainId, false))));
      else checks.push(...(await registerChecks(provider, options, built)));
      return `chain id ${chainId}, block ${await provider.getBlockNumber()}`;
    }),
  );
  return [node, ...checks];
}

/** Whether the keys may be used there: as the register says, or without one as `prove` says of the chain. */
async function keyChecks(built: readonly BuiltCircuit[], allowDevelopment: boolean): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { circuit, artifacts } of built) {
    checks.push(await check(`${circuit.name} here`, () => checkKey(artifacts, allowDevelopment)));
  }
  return checks;
}

async function checkKey({ zkey, r1cs }: Artifacts, allowDevelopment: boolean): Promise<string> {
  await assertUsableKey({ zkeyPath: zkey, r1csPath: r1cs, allowDevelopment });
  return "its key may be used there";
}

async function registerChecks(provider: Provider, options: Options, built: readonly BuiltCircuit[]): Promise<Check[]> {
  const checks: Check[] = [];
  const registry = required(options, "registry");
  const found = await check("register", async () => {
    const { circuits } = registerAt(await findRegister(provider, registry), provider);
    checks.push(...(await keyChecks(built, await explained(() => circuits.developmentAllowed()))));
    const hasOurs = await hasAny(circuits, built);
    for (const each of built) {
      checks.push(await check(`${each.circuit.name} on chain`, () => checkOnChain(circuits, each, hasOurs, options)));
    }
    return registry;
  });
  return [found, ...checks];
}

/** Whether a register has any circuit of this version: circuits are added as they are wanted, in any order. */
async function hasAny(circuits: CircuitRegistry, built: readonly BuiltCircuit[]): Promise<boolean> {
  const ids = [
    ...built.map(({ artifacts }) => artifacts.circuitId),
    ...CIRCUITS.map(({ name }) => lockedCircuitId(name)),
  ];
  for (const circuitId of new Set(ids)) if ((await storedCircuit(circuits, circuitId)) !== undefined) return true;
  return false;
}

/** What the register has of a circuit; undefined: nothing. */
async function storedCircuit(circuits: CircuitRegistry, circuitId: string): Promise<StoredCircuit | undefined> {
  return explained(() => circuits.circuitOf(circuitId)).catch((error: unknown) => {
    if (error instanceof BatchproofError && error.code === "CircuitUnknown") return undefined;
    throw error;
  });
}

async function checkOnChain(
  circuits: CircuitRegistry,
  { circuit, artifacts }: BuiltCircuit,
  hasOurs: boolean,
  options: Options,
): Promise<string> {
  const stored = await storedCircuit(circuits, artifacts.circuitId);
  if (stored === undefined) {
    const propose = commandOf("circuit", "propose", circuit.name, ...sameRegister(options), "--account", "PROPOSER");
    const approve = commandOf("circuit", "approve", circuit.name, ...sameRegister(options), "--account", "APPROVER");
    const add = `\`${propose}\`, then \`${approve}\``;
    if (hasOurs) return `not registered yet; two persons add it: ${add}`;
    throw environmentError("No circuit of this version is registered there.", {
      code: "circuit-unknown",
      remedy: `Have two persons add it (${add}), or get the artifacts that were registered.`,
    });
  }
  if (stored.kind !== BigInt(kindCode(circuit)) || stored.tier !== BigInt(circuit.tier)) {
    throw environmentError(`It is registered as kind ${stored.kind}, tier ${stored.tier}.`, { code: "circuit-kind" });
  }
  if (stored.frozenFrom !== 0n) {
    throw environmentError(`It is frozen${stored.unsound ? ": it was found unsound" : ""}.`, {
      code: "circuit-frozen",
      remedy: "Move to a circuit that is not frozen; see the register's administrator.",
    });
  }
  return "registered, equal to ours";
}
