import {
  concat,
  ContractFactory,
  dataLength,
  dataSlice,
  getCreateAddress,
  toBeHex,
  ZeroAddress,
  type Signer,
} from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { audit } from "../../src/audit/audit.ts";
import { firstJournal } from "../../src/audit/journal.ts";
import { embeddedChain, type Chain } from "../../src/chain/connect.ts";
import { compiled, immutablesOf, type ContractName } from "../../src/chain/contracts.ts";
import { twoAdmins } from "../contracts/support/twoPersons.ts";

let chain: Chain;
let deployer: Signer;
beforeAll(async () => {
  chain = await embeddedChain();
  deployer = await chain.provider.getSigner(0);
});
afterAll(() => chain.close());

/** Bytes of the code that returns what comes after it. */
const RETURNS = 18;

const word = (value: bigint | number | string): string => toBeHex(value, 32);

async function next(after = 0): Promise<string> {
  return getCreateAddress({ from: await deployer.getAddress(), nonce: (await deployer.getNonce()) + after });
}

async function made(name: ContractName, ...args: unknown[]): Promise<string> {
  const { interface: abi, bytecode } = compiled(name);
  const contract = await new ContractFactory(abi, bytecode, deployer).deploy(...args);
  await contract.waitForDeployment();
  return await contract.getAddress();
}

/** The known code of a contract, made by code that writes into its storage first. */
async function poisoned(
  name: ContractName,
  values: Readonly<Record<string, bigint | string>>,
  storage: readonly (readonly [slot: bigint, value: string])[],
): Promise<string> {
  const since = BigInt((await chain.provider.getBlockNumber()) + 1);
  const code = Object.entries(immutablesOf(name)).reduce(
    (before, [immutable, places]) =>
      places.reduce(
        (each, at) =>
          concat([
            dataSlice(each, 0, at),
            word(immutable === "since" ? since : (values[immutable] ?? 0n)),
            dataSlice(each, at + 32),
          ]),
        before,
      ),
    compiled(name).deployedBytecode,
  );
  const writes = storage.map(([slot, value]) => concat(["0x7f", word(value), "0x7f", word(slot), "0x55"]));
  const length = toBeHex(dataLength(code), 3);
  const begins = toBeHex(dataLength(concat(writes)) + RETURNS, 3);
  const returns = concat(["0x62", length, "0x62", begins, "0x600039", "0x62", length, "0x6000f3"]);
  const data = concat([...writes, returns, code]);
  const address = await next();
  await (await deployer.sendTransaction({ data })).wait();
  return address;
}

async function register(foreign: boolean): Promise<string> {
  const { admins, persons } = await twoAdmins(chain);
  const roles = await made("Roles", admins, persons);
  const circuits = await made("CircuitRegistry", roles, false);
  const policies = await made("PolicyRegistry", roles, circuits);
  const current = 1n;
  const parties = foreign
    ? await poisoned("PartyRegistry", { roles, gracePeriod: 7n }, [
        [0n, firstJournal(chain.chainId, await next())],
        [current, word(4_711n)],
      ])
    : await made("PartyRegistry", roles, 7n);
  const consents = await made("ConsentRegistry");
  const registry = await next(3);
  const requests = await made("DisclosureRequests", registry, policies, roles);
  const qps = await made("QualifiedPersons", registry, policies, roles);
  const gate = await made("ReleaseGate", registry, policies, parties, consents, requests, qps);
  const parts = { policies, parties, consents, requests, persons: qps, gate };
  return made("ComplianceRegistry", parts, ZeroAddress);
}

// Verifies R-audit-code, V193.
it("V193: known code that other code made, which wrote into its storage first, is not known", async () => {
  const honest = await audit(chain.provider, await register(false), { workers: 1 });
  expect(honest.codes.filter(({ known }) => !known)).toEqual([]);
  const report = await audit(chain.provider, await register(true), { workers: 1 });
  expect(report.codes.filter(({ known }) => !known)).toMatchObject([
    { contract: "PartyRegistry", problem: "it was made by other code, which may have written into its storage" },
  ]);
  expect(report.findings.filter(({ kind }) => kind === "code")).toMatchObject([{ severity: 3, standing: true }]);
});
