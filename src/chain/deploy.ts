import { ContractFactory, hexlify, ZeroHash, type Signer } from "ethers";
import { environmentError } from "../errors.ts";
import { assertUsableKey } from "../setup/keyGate.ts";
import { encodeVerifyingKey, type VerifyingKey } from "../setup/verifyingKey.ts";
import { compiled, type ContractName } from "./contracts.ts";
import { handle, registerAt, type Addresses, type CircuitRegistry, type Register } from "./handles.ts";
import { explained } from "./revert.ts";
import { mined, receiptOf } from "./sending.ts";

export { mined };

export interface DeployOptions {
  /** Seconds between start and acceptance of a transfer of ADMIN. Default: three days. */
  readonly adminDelay?: bigint;
  /** Seconds for which a superseded party root stays valid. Default: 30 days. */
  readonly partyGrace?: bigint;
  /** Whether the register takes development keys, for ever: then nothing that it verifies proves anything. Default: no. */
  readonly developmentAllowed?: boolean;
}

export interface Deployment extends Register {
  readonly addresses: Addresses;
  /** Gas of each deployment; the compliance registry's includes that of the requests and the gate, which it deploys. */
  readonly gas: Readonly<Record<Exclude<ContractName, "DisclosureRequests" | "ReleaseGate">, bigint>>;
}

const DAY = 86_400n;

/**
 * Deploys and wires all contracts. `admin` pays and becomes ADMIN. Throws `contracts` if they were not built, and the
 * errors of `explained`.
 */
export async function deploy(admin: Signer, options: DeployOptions = {}): Promise<Deployment> {
  const roles = await create(admin, "Roles", [await admin.getAddress(), options.adminDelay ?? 3n * DAY]);
  const circuits = await create(admin, "CircuitRegistry", [roles.address, options.developmentAllowed ?? false]);
  const policies = await create(admin, "PolicyRegistry", [roles.address, circuits.address]);
  const parties = await create(admin, "PartyRegistry", [roles.address, options.partyGrace ?? 30n * DAY]);
  const consents = await create(admin, "ConsentRegistry", []);
  const registryArgs = [policies.address, parties.address, consents.address];
  const registry = await create(admin, "ComplianceRegistry", registryArgs);
  const deployed = handle("ComplianceRegistry", registry.address, admin);
  const addresses = {
    roles: roles.address,
    circuits: circuits.address,
    policies: policies.address,
    parties: parties.address,
    consents: consents.address,
    requests: await explained(() => deployed.requests()),
    registry: registry.address,
    gate: await explained(() => deployed.gate()),
  };
  return {
    ...registerAt(addresses, admin),
    addresses,
    gas: {
      Roles: roles.gas,
      CircuitRegistry: circuits.gas,
      PolicyRegistry: policies.gas,
      PartyRegistry: parties.gas,
      ConsentRegistry: consents.gas,
      ComplianceRegistry: registry.gas,
    },
  };
}

interface Created {
  readonly address: string;
  readonly gas: bigint;
}

function create(signer: Signer, name: ContractName, args: readonly unknown[]): Promise<Created> {
  const { interface: abi, bytecode } = compiled(name);
  return explained(async () => {
    const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args);
    const sent = contract.deploymentTransaction();
    if (sent === null) throw new Error("A deployment without a transaction.");
    const { contractAddress, gasUsed } = await receiptOf(sent);
    if (contractAddress !== null) return { address: contractAddress, gas: gasUsed };
    throw environmentError("The node does not say where the contract is.", { code: "chain" });
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
  readonly rest: readonly [kind: number, tier: number, development: boolean, transcript: string];
}> {
  const circuits = handle("CircuitRegistry", await register.circuits.getAddress(), signer);
  const allowDevelopment = await explained(() => circuits.developmentAllowed());
  const { circuitId, setup } = await assertUsableKey({ vkey: key, allowDevelopment });
  return { circuits, circuitId, rest: [kind, tier, setup === "development", transcript] };
}
