import { Argument } from "commander";
import { id, type Signer } from "ethers";
import { type Circuit, circuitNamed, kindCode, SMALLEST } from "../../src/circuits.ts";
import { qaRole, ROLE_ID } from "../../src/chain/codes.ts";
import { addCircuit, deploy, mined, type RegisteredCircuit } from "../../src/chain/deploy.ts";
import type { Register as Contracts } from "../../src/chain/handles.ts";
import { inputError } from "../../src/errors.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { assertUsableKey, type UsableKey } from "../../src/setup/keyGate.ts";
import {
  accountOf,
  addressOf,
  asAccount,
  onChain,
  transactionOf,
  withAccount,
  withRegistry,
  withRpc,
} from "../chain.ts";
import { DEVELOPMENT_WARNING, lockedCircuit } from "../circuits.ts";
import { answers, collect, list, required, text, type Options, type Register } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";

/** Roles that `role grant` gives; ADMIN belongs to the account that deploys, and moves by a delayed transfer only. */
const ROLES = ["proposer", "approver", "manufacturer", "qa", "qp", "authority"] as const;

/** `deploy`, `circuit`, `role`: the register itself, and who may do what there. */
export const registerRegister: Register = (program, give) => {
  answers(
    withAccount(withRpc(program.command("deploy")))
      .description("deploy the register's contracts and add circuits; the account becomes ADMIN")
      .option(
        "--circuit <name>",
        `circuit to add; repeat for more; default: ${namesOf(SMALLEST)} (others later: circuit add)`,
        collect,
      ),
    give,
    deployAll,
  );
  const circuit = program.command("circuit").description("circuits of the register");
  answers(
    withAccount(withRegistry(circuit.command("add <name>"))).description("add a circuit to the register (ADMIN)"),
    give,
    add,
  );
  const role = program.command("role").description("roles of accounts");
  answers(
    withAccount(withRegistry(role.command("grant")))
      .addArgument(new Argument("<role>", "role").choices(ROLES))
      .argument("<address>", "account that gets it")
      .description("give an account a role for a time (ADMIN)")
      .requiredOption("--person <text>", "id of the person behind the account; only its hash is published")
      .requiredOption("--from <time>", "RFC 3339")
      .requiredOption("--to <time>", "RFC 3339")
      .option("--owner <address>", "qa only: the manufacturer whose batches it is about"),
    give,
    grant,
  );
};

interface UsableCircuit {
  readonly circuit: Circuit;
  readonly key: UsableKey;
}

/** A circuit whose key has passed the gate for this chain. */
async function usable(circuit: Circuit, chainId: bigint): Promise<UsableCircuit> {
  const { zkey, r1cs, circuitId } = await lockedCircuit(circuit);
  return { circuit, key: await assertUsableKey({ zkeyPath: zkey, r1csPath: r1cs, circuitId, chainId }) };
}

interface AddedCircuit extends RegisteredCircuit {
  readonly name: string;
  readonly setup: UsableKey["setup"];
}

async function addTo(register: Contracts, admin: Signer, { circuit, key }: UsableCircuit): Promise<AddedCircuit> {
  const { name, tier } = circuit;
  const added = await addCircuit(admin, register, { key: key.verifyingKey, kind: kindCode(circuit), tier });
  return { name, setup: key.setup, ...added };
}

function namesOf(circuits: readonly Circuit[]): string {
  return circuits.map(({ name }) => name).join(", ");
}

async function deployAll(_args: readonly string[], options: Options): Promise<Answer> {
  const chosen = [...new Set(list(options, "circuit"))].map((name) => circuitNamed(name, "--circuit"));
  return onChain(options, async (chain) => {
    const admin = await accountOf(options, chain);
    const circuits: UsableCircuit[] = [];
    // Every key passes the gate before anything is sent.
    for (const circuit of chosen.length > 0 ? chosen : SMALLEST) circuits.push(await usable(circuit, chain.chainId));
    const { gas, ...contracts } = await deploy(admin);
    const added: AddedCircuit[] = [];
    for (const each of circuits) added.push(await addTo(contracts, admin, each));
    const addresses = {
      registry: await contracts.registry.getAddress(),
      roles: await contracts.roles.getAddress(),
      circuits: await contracts.circuits.getAddress(),
      policies: await contracts.policies.getAddress(),
      parties: await contracts.parties.getAddress(),
    };
    const adminAddress = await admin.getAddress();
    const fields = {
      registry: `${addresses.registry}  (this is --registry)`,
      roles: addresses.roles,
      circuits: addresses.circuits,
      policies: addresses.policies,
      parties: addresses.parties,
      admin: adminAddress,
      chain: chain.chainId.toString(),
    };
    return {
      text: [fieldLines(fields), ...added.map(circuitText)].join("\n"),
      json: { chainId: chain.chainId, admin: adminAddress, addresses, gas, circuits: added },
    };
  });
}

async function add([name = ""]: readonly string[], options: Options): Promise<Answer> {
  const circuit = circuitNamed(name, "batchproof circuit add");
  return asAccount(options, async (register, admin, chain) => {
    const added = await addTo(register, admin, await usable(circuit, chain.chainId));
    return { text: circuitText(added), json: added };
  });
}

function circuitText({ name, setup, circuitId }: AddedCircuit): string {
  const lines = [`circuit ${name}: circuitId ${circuitId}`];
  return [...lines, ...(setup === "development" ? [`  ${DEVELOPMENT_WARNING}`] : [])].join("\n");
}

async function grant([role = "", account = ""]: readonly string[], options: Options): Promise<Answer> {
  const address = addressOf(account, "batchproof role grant");
  const roleId = roleIdOf(role, text(options, "owner"));
  const person = personOf(required(options, "person"));
  const from = parseTime(required(options, "from"), "--from");
  const to = parseTime(required(options, "to"), "--to");
  return asAccount(options, async ({ roles }) => {
    const sent = transactionOf(await mined(() => roles.grant(roleId, address, id(person), BigInt(from), BigInt(to))));
    return {
      text: fieldLines({ role, account: address, valid: `${formatTime(from)} to ${formatTime(to)}`, ...sent }),
      json: { role, roleId, account: address, personHash: id(person), from, to, ...sent },
    };
  });
}

function roleIdOf(role: string, owner: string | undefined): string {
  if ((role === "qa") !== (owner !== undefined)) {
    throw inputError(role === "qa" ? "QA belongs to one manufacturer." : "Only qa has an owner.", {
      place: "--owner",
      remedy: "Give --owner with the role qa, and with no other one.",
      code: "owner",
    });
  }
  if (owner !== undefined) return qaRole(addressOf(owner, "--owner"));
  return ROLE_ID[role as Exclude<(typeof ROLES)[number], "qa">];
}

/** One person must have one hash, or two accounts of one person could approve each other. Error `person`. */
function personOf(given: string): string {
  const person = given.normalize("NFC");
  if (person !== "" && person === person.trim()) return person;
  throw inputError("The person's id is empty, or has spaces at its ends.", {
    place: "--person",
    remedy: "Give the same id for the same person every time, such as the staff number.",
    code: "person",
  });
}
