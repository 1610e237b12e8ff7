import { existsSync } from "node:fs";
import { join } from "node:path";
import { ADDRESS, COUNT, defineDocument, documentText, HEX_FIELD, object } from "../formats/document.ts";
import { writeFileAtomically } from "../input/files.ts";
import { CONTRACTS, type ContractName } from "./contracts.ts";

/** What a register is deployed with, for good. */
export interface DeployTerms {
  /** Accounts of the first two ADMINs, and hashes of the persons behind them. */
  readonly admins: readonly [string, string];
  readonly persons: readonly [string, string];
  /** Whether the register takes development keys: then nothing that it verifies proves anything. */
  readonly developmentAllowed: boolean;
  /** Seconds for which a superseded party root stays valid. */
  readonly partyGrace: number;
  /** The register that this one follows; the zero address: none. */
  readonly predecessor: string;
}

/** A contract that is there. */
export interface DeployedContract {
  readonly address: string;
  readonly transaction: string;
  readonly block: number;
  /** keccak256 of its code on chain, 0x hex. */
  readonly codeHash: string;
  /** Gas of the transaction. */
  readonly gas: number;
}

/** A deployment, as far as it has come. */
export interface Deployment {
  /** Decimal. */
  readonly chainId: string;
  /** The account that deploys. */
  readonly deployer: string;
  readonly terms: DeployTerms;
  /** keccak256 of the codes that create the contracts, one after another, 0x hex: it goes on with no others. */
  readonly creation: string;
  readonly contracts: { readonly [N in ContractName]?: DeployedContract };
  /** Address that the compliance registry will have: those that belong to it alone were made for it. */
  readonly registry?: string;
  /** What was sent last, or is sent next. Its nonce and the deployer give the address. */
  readonly last?: { readonly contract: ContractName; readonly nonce: number; readonly address: string };
}

/** Where a deployment is remembered while it goes on. */
export interface DeploymentMemory {
  readonly recall: () => Promise<Deployment | undefined>;
  readonly remember: (deployment: Deployment) => Promise<void>;
}

const TWO_ADDRESSES = { type: "array", minItems: 2, maxItems: 2, items: ADDRESS } as const;
const CONTRACT = object({ address: ADDRESS, transaction: HEX_FIELD, block: COUNT, codeHash: HEX_FIELD, gas: COUNT });
const FORMAT = "batchproof-deployment/1";

const deploymentDocument = defineDocument<Deployment & { readonly format: string }>(
  FORMAT,
  "deployment-file",
  {
    chainId: { type: "string", pattern: "^[1-9][0-9]{0,17}$" },
    deployer: ADDRESS,
    terms: object({
      admins: TWO_ADDRESSES,
      persons: { ...TWO_ADDRESSES, items: HEX_FIELD },
      developmentAllowed: { type: "boolean" },
      partyGrace: COUNT,
      predecessor: ADDRESS,
    }),
    creation: HEX_FIELD,
    contracts: object(Object.fromEntries(CONTRACTS.map((name) => [name, CONTRACT])), CONTRACTS),
    registry: ADDRESS,
    last: object({ contract: { enum: CONTRACTS }, nonce: COUNT, address: ADDRESS }),
  },
  ["registry", "last"],
);

/** The file of a chain's deployment in a folder. */
export function deploymentPath(folder: string, chainId: bigint): string {
  return join(folder, `${chainId}.json`);
}

/** Remembers in a file. Errors: `deployment-file` (shape), those of `readJson` and of `writeFileAtomically`. */
export function deploymentFile(path: string): DeploymentMemory {
  return {
    recall: async () => (existsSync(path) ? await deploymentDocument.read(path) : undefined),
    remember: (deployment) => writeFileAtomically(path, documentText({ format: FORMAT, ...deployment })),
  };
}
