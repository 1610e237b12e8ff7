import { Interface } from "ethers";
import type { CompiledContract, ContractName, Edition } from "../../../src/chain/contracts.ts";
import { contracts } from "virtual:pinned";

export * from "../../../src/chain/contracts.ts";

/** What the page has of the contracts: no code, only by what it is recognised. */

const loaded = new Map<ContractName, Pick<CompiledContract, "abi" | "interface">>();

/** ABI of a contract, as it was when the page was built. */
export function compiled(name: ContractName): Pick<CompiledContract, "abi" | "interface"> {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const { abi } = contracts[name];
  const contract = { abi, interface: new Interface(abi) };
  loaded.set(name, contract);
  return contract;
}

/** By what the code of a contract is recognised. */
export function editionOf(name: ContractName): Edition {
  return contracts[name].edition;
}
