import { ContractFactory, hexlify, type Signer } from "ethers";
import { environmentError } from "../errors.ts";
import { assertUsableKey } from "../setup/keyGate.ts";
import { encodeVerifyingKey, type VerifyingKey } from "../setup/verifyingKey.ts";
import { compiled, type ContractName } from "./contracts.ts";
import { handle, registerAt, type Addresses, type Register } from "./handles.ts";
import { explained } from "./revert.ts";
import { mined, receiptOf } from "./sending.ts";

export { mined };

export interface DeployOptions {
  /** Seconds between start and acceptance of a transfer of ADMIN. Default: three days. */
  readonly adminDelay?: bigint;
  /** Seconds for which a superseded party root stays valid. Default: 30 days. */
  readonly partyGrace?: bigint;
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
  const circuits = await create(admin, "CircuitRegistry", [roles.address]);
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
}

export interface RegisteredCircuit {
  readonly circuitId: string;
  readonly gas: bigint;
}

/**
 * Registers the circuit of a key. `admin` must be ADMIN. Throws the errors of the key gate (`assertUsableKey`), which
 * knows more than the chain can check, then what `explained` says.
 */
export async function addCircuit(
  admin: Signer,
  register: Register,
  { key, kind, tier }: CircuitRegistration,
): Promise<RegisteredCircuit> {
  const chainId = (await admin.provider?.getNetwork())?.chainId;
  const { circuitId, setup } = await assertUsableKey({ vkey: key, ...(chainId === undefined ? {} : { chainId }) });
  const circuits = handle("CircuitRegistry", await register.circuits.getAddress(), admin);
  const encoded = hexlify(encodeVerifyingKey(key));
  const receipt = await mined(() => circuits.addCircuit(encoded, kind, tier, setup === "development"));
  return { circuitId, gas: receipt.gasUsed };
}
