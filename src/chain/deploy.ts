import {
  ContractFactory,
  getAddress,
  getCreateAddress,
  hexlify,
  keccak256,
  ZeroAddress,
  ZeroHash,
  type Provider,
  type Signer,
  type TransactionReceipt,
} from "ethers";
import { environmentError, inputError } from "../errors.ts";
import { assertUsableKey } from "../setup/keyGate.ts";
import { encodeVerifyingKey, type VerifyingKey } from "../setup/verifyingKey.ts";
import { compiled, CONTRACTS, type ContractName } from "./contracts.ts";
import type { Deployment, DeployedContract, DeploymentMemory, DeployTerms } from "./deploymentFile.ts";
import { handle, registerAt, type Addresses, type CircuitRegistry, type Deployed, type Register } from "./handles.ts";
import { circuitProposal, type CircuitTerms } from "./proposals.ts";
import { explained } from "./revert.ts";
import { mined, receiptOf } from "./sending.ts";

export { mined };

/** What need not be said of a register that is deployed. */
const USUAL = { developmentAllowed: false, partyGrace: 30 * 86_400, predecessor: ZeroAddress } as const;

/** What a register is deployed with: the ADMINs, and what is not as usual. */
export type DeployOptions = Pick<DeployTerms, "admins" | "persons"> & Partial<DeployTerms>;

export interface DeployedRegister extends Register {
  readonly addresses: Addresses;
  /** Gas of all transactions of the deployment. */
  readonly gas: number;
  /** How many of them were sent now; 0: it was deployed before. */
  readonly sent: number;
}

/** What belongs to one compliance registry is made before it, for the address that it will have. */
const OF_REGISTRY = [
  "DisclosureRequests",
  "QualifiedPersons",
  "ReleaseGate",
  "ComplianceRegistry",
] as const satisfies readonly ContractName[];

/** Nothing is remembered: for chains that end with the process. */
const FORGETFUL: DeploymentMemory = { recall: () => Promise.resolve(undefined), remember: () => Promise.resolve() };

/**
 * Deploys and wires all contracts, or goes on where a deployment stopped that `memory` knows: no contract is sent twice.
 * `deployer` pays, and is nobody on the register unless it is one of `admins`. Throws `contracts` if they were not built,
 * `deployment-differs` if the memory is of another chain, account, code or terms, `deployment-lost` if the chain does not have
 * what it says, and the errors of `explained`.
 */
export async function deploy(
  deployer: Signer,
  options: DeployOptions,
  memory: DeploymentMemory = FORGETFUL,
): Promise<DeployedRegister> {
  const steps = await Steps.begin(deployer, { ...USUAL, ...options }, memory);
  const { terms } = steps.deployment;
  const roles = await steps.create("Roles", [terms.admins, terms.persons]);
  const circuits = await steps.create("CircuitRegistry", [roles, terms.developmentAllowed]);
  const policies = await steps.create("PolicyRegistry", [roles, circuits]);
  const parties = await steps.create("PartyRegistry", [roles, terms.partyGrace]);
  const consents = await steps.create("ConsentRegistry", []);
  const expected = await steps.registryToCome();
  const requests = await steps.create("DisclosureRequests", [expected, policies, roles]);
  const persons = await steps.create("QualifiedPersons", [expected, policies, roles]);
  const gate = await steps.create("ReleaseGate", [expected, policies, parties, consents, requests, persons]);
  const parts = { policies, parties, consents, requests, persons, gate };
  const registry = await steps.create("ComplianceRegistry", [parts, terms.predecessor]);
  const addresses = { roles, circuits, policies, parties, consents, requests, persons, registry, gate };
  const gas = Object.values(steps.deployment.contracts).reduce((sum, contract) => sum + contract.gas, 0);
  return { ...registerAt(addresses, deployer), addresses, gas, sent: steps.sent };
}

/** A deployment under way. What is done is remembered before anything else is. */
class Steps {
  deployment: Deployment;
  sent = 0;
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #memory: DeploymentMemory;

  private constructor(signer: Signer, provider: Provider, memory: DeploymentMemory, deployment: Deployment) {
    this.#signer = signer;
    this.#provider = provider;
    this.#memory = memory;
    this.deployment = deployment;
  }

  static async begin(signer: Signer, given: DeployTerms, memory: DeploymentMemory): Promise<Steps> {
    const { provider } = signer;
    if (provider === null) throw new Error("an account without a node");
    const { chainId } = await explained(() => provider.getNetwork());
    const terms = {
      ...given,
      admins: [getAddress(given.admins[0]), getAddress(given.admins[1])] as const,
      predecessor: getAddress(given.predecessor),
    };
    const asked: Deployment = {
      chainId: chainId.toString(),
      deployer: await signer.getAddress(),
      terms,
      creation: keccak256(`0x${CONTRACTS.map((name) => compiled(name).bytecode.slice(2)).join("")}`),
      contracts: {},
    };
    const known = await memory.recall();
    if (known !== undefined) requireSame(known, asked);
    const steps = new Steps(signer, provider, memory, known ?? asked);
    await steps.#recover();
    return steps;
  }

  /**
   * Address of the compliance registry. What was made for another one, because the account sent something else in between, is
   * made again.
   */
  async registryToCome(): Promise<string> {
    const { contracts, registry } = this.deployment;
    if (contracts.ComplianceRegistry !== undefined) return contracts.ComplianceRegistry.address;
    const lacking = OF_REGISTRY.filter((name) => contracts[name] === undefined);
    const fitting = await this.#addressAfter(lacking.length - 1);
    if (registry === fitting) return fitting;
    const others = Object.entries(contracts).filter(([name]) => !(OF_REGISTRY as readonly string[]).includes(name));
    const expected = await this.#addressAfter(OF_REGISTRY.length - 1);
    await this.#remember({ ...this.deployment, contracts: Object.fromEntries(others), registry: expected });
    return expected;
  }

  /** Address of a contract, which is sent unless it is there. */
  async create(name: ContractName, args: readonly unknown[]): Promise<string> {
    const known = this.deployment.contracts[name];
    if (known !== undefined) return await this.#present(name, known, args);
    // Nothing else of the account waits, or what does is to be replaced.
    const nonce = await this.#nonce();
    const address = getCreateAddress({ from: this.deployment.deployer, nonce });
    await this.#remember({ ...this.deployment, last: { contract: name, nonce, address } });
    const { interface: abi, bytecode } = compiled(name);
    const receipt = await explained(async () => {
      const contract = await new ContractFactory(abi, bytecode, this.#signer).deploy(...args, { nonce });
      const sent = contract.deploymentTransaction();
      if (sent === null) throw new Error("A deployment without a transaction.");
      this.sent++;
      return await receiptOf(sent);
    });
    return await this.#done(name, address, receipt);
  }

  /**
   * Finds what a run sent that did not learn its fate. If it was mined, there is a contract at its address: nothing but that
   * account's transaction of that number can put one there. If not, it never will be.
   */
  async #recover(): Promise<void> {
    const { last, deployer, contracts } = this.deployment;
    if (last === undefined || contracts[last.contract] !== undefined) return;
    const { contract: name, address, nonce } = last;
    const receipt = await explained(async () => {
      if ((await this.#provider.getCode(address)) === "0x") return undefined;
      const contract: Deployed = handle(name, address, this.#provider);
      const block = await this.#provider.getBlock(Number(await contract.since()), true);
      const sent = block?.prefetchedTransactions.find((each) => each.from === deployer && each.nonce === nonce);
      if (sent?.data.startsWith(compiled(name).bytecode) !== true) throw lost(name, address);
      return await this.#provider.getTransactionReceipt(sent.hash);
    });
    if (receipt === null) throw lost(name, address);
    if (receipt !== undefined) await this.#done(name, address, receipt);
  }

  #nonce(): Promise<number> {
    return explained(() => this.#provider.getTransactionCount(this.deployment.deployer, "latest"));
  }

  /** Address of the contract that the account makes after so many others. */
  async #addressAfter(others: number): Promise<string> {
    return getCreateAddress({ from: this.deployment.deployer, nonce: (await this.#nonce()) + others });
  }

  async #done(name: ContractName, address: string, receipt: TransactionReceipt): Promise<string> {
    const { hash: transaction, blockNumber: block, gasUsed } = receipt;
    const contract = { address, transaction, block, codeHash: await this.#codeHash(address), gas: Number(gasUsed) };
    await this.#remember({ ...this.deployment, contracts: { ...this.deployment.contracts, [name]: contract } });
    return address;
  }

  async #remember(deployment: Deployment): Promise<void> {
    this.deployment = deployment;
    await this.#memory.remember(deployment);
  }

  /** The memory may be of another chain, or have been changed: only what this very account made there is built upon. */
  async #present(name: ContractName, known: DeployedContract, args: readonly unknown[]): Promise<string> {
    const { address, codeHash, transaction, block } = known;
    const made = await explained(() => this.#provider.getBlock(block, true));
    const sent = made?.prefetchedTransactions.find(({ hash }) => hash === transaction);
    const { interface: abi, bytecode } = compiled(name);
    const { data } = await new ContractFactory(abi, bytecode).getDeployTransaction(...args);
    const isMade = sent?.data === data && sent.from === this.deployment.deployer && getCreateAddress(sent) === address;
    if (isMade && (await this.#codeHash(address)) === codeHash) return address;
    throw lost(name, address);
  }

  async #codeHash(address: string): Promise<string> {
    return keccak256(await explained(() => this.#provider.getCode(address)));
  }
}

/** Error `deployment-differs`. */
function requireSame(known: Deployment, asked: Deployment): void {
  const parts = ({ chainId, deployer, creation, terms }: Deployment): Readonly<Record<string, unknown>> => ({
    ...{ chain: chainId, account: deployer, "code of the contracts": creation },
    ...terms,
  });
  const now = parts(asked);
  const [part] = Object.entries(parts(known)).find(([name, was]) => String(was) !== String(now[name])) ?? [];
  if (part === undefined) return;
  throw inputError(`The deployment that was begun here has another ${part}.`, {
    code: "deployment-differs",
    remedy:
      "Give the same as then to go on with it; for another register move the file away, or name another folder: --deployments.",
  });
}

function lost(name: ContractName, address: string): Error {
  return environmentError(`The chain does not have the ${name} at ${address} that was deployed.`, {
    code: "deployment-lost",
    remedy: "Compare the node's chain with the one that was deployed on. If that one is gone, move the file away.",
  });
}

export interface CircuitRegistration {
  readonly key: VerifyingKey;
  /** `KIND` of src/formats/constants.ts. */
  readonly kind: number;
  /** Number of readings. */
  readonly tier: number;
  /** sha256 of the transcript of the ceremony that made the key, 0x hex; none for a development key. */
  readonly transcript?: string;
}

export interface RegisteredCircuit {
  readonly circuitId: string;
  readonly gas: bigint;
}

/**
 * Proposes the circuit of a key. `proposer` must be PROPOSER. Throws the errors of the key gate (`assertUsableKey`), which
 * knows as much as the chain can check when the key is given; then what `explained` says.
 */
export async function proposeCircuit(
  proposer: Signer,
  register: Register,
  circuit: CircuitRegistration,
): Promise<RegisteredCircuit> {
  const { circuits, circuitId, rest } = await judged(proposer, register, circuit);
  const receipt = await mined(() => circuits.propose(circuitId, ...rest));
  return { circuitId, gas: receipt.gasUsed };
}

/**
 * Approves a circuit that another person proposed with exactly these values, by giving its key. `approver` must be
 * APPROVER. Errors as `proposeCircuit`.
 */
export async function approveCircuit(
  approver: Signer,
  register: Register,
  circuit: CircuitRegistration,
): Promise<RegisteredCircuit> {
  const { circuits, circuitId, rest } = await judged(approver, register, circuit);
  const receipt = await mined(() => circuits.approve(hexlify(encodeVerifyingKey(circuit.key)), ...rest));
  return { circuitId, gas: receipt.gasUsed };
}

/** Takes back what `proposer` proposed with exactly these values. Errors as `proposeCircuit`. */
export async function withdrawCircuit(
  proposer: Signer,
  register: Register,
  circuit: CircuitRegistration,
): Promise<RegisteredCircuit> {
  const { circuits, circuitId, rest } = await judged(proposer, register, circuit);
  const receipt = await mined(() => circuits.withdraw(circuitProposal([circuitId, ...rest])));
  return { circuitId, gas: receipt.gasUsed };
}

/** Both, one after the other. `gas`: of the approval, which stores the key. */
export async function addCircuit(
  { proposer, approver }: { readonly proposer: Signer; readonly approver: Signer },
  register: Register,
  circuit: CircuitRegistration,
): Promise<RegisteredCircuit> {
  await proposeCircuit(proposer, register, circuit);
  return await approveCircuit(approver, register, circuit);
}

/** The registry as a signer's, and what is sent of a circuit whose key passed the gate. */
async function judged(
  signer: Signer,
  register: Register,
  { key, kind, tier, transcript = ZeroHash }: CircuitRegistration,
): Promise<{
  readonly circuits: CircuitRegistry;
  readonly circuitId: string;
  readonly rest: CircuitTerms extends readonly [string, ...infer Rest] ? Readonly<Rest> : never;
}> {
  const circuits = handle("CircuitRegistry", await register.circuits.getAddress(), signer);
  const allowDevelopment = await explained(() => circuits.developmentAllowed());
  const { circuitId, setup } = await assertUsableKey({ vkey: key, allowDevelopment });
  return { circuits, circuitId, rest: [kind, tier, setup === "development", transcript] };
}
