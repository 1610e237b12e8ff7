import { keccak256 } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { embeddedChain, type Chain } from "../../src/chain/connect.ts";
import { deploy } from "../../src/chain/deploy.ts";
import type { Deployment, DeploymentMemory } from "../../src/chain/deploymentFile.ts";
import { codeOf } from "../contracts/support/world.ts";
import { twoAdmins } from "../contracts/support/twoPersons.ts";

let chain: Chain;
beforeAll(async () => {
  chain = await embeddedChain();
});
afterAll(() => chain.close());

/** A memory that forgets what was done after a number of contracts: where a deployment stopped. */
function memoryOf(known?: Deployment): DeploymentMemory & { readonly kept: () => Deployment } {
  let kept = known;
  return {
    recall: () => Promise.resolve(kept),
    remember: (deployment) => {
      kept = deployment;
      return Promise.resolve();
    },
    kept: () => {
      if (kept === undefined) throw new Error("nothing was remembered");
      return kept;
    },
  };
}

// The code is the known one, and its hash is as the file says: only its ADMINs are others.
// Verifies R-cli-deploy, V198.
it("V198: a deployment goes on with nobody else's contract, whatever its file was changed to", async () => {
  const [first, second] = [await chain.provider.getSigner(0), await chain.provider.getSigner(5)];
  const options = await twoAdmins(chain);
  const own = memoryOf();
  await deploy(first, options, own);
  const foreign = memoryOf();
  const admins = [await second.getAddress(), options.admins[0]] as const;
  await deploy(second, { ...options, admins }, foreign);
  const { Roles } = foreign.kept().contracts;
  if (Roles === undefined) throw new Error("no roles");
  expect(keccak256(await chain.provider.getCode(Roles.address))).toBe(Roles.codeHash);
  const edited = { ...own.kept(), contracts: { Roles } };
  expect(await codeOf(deploy(first, options, memoryOf(edited)))).toBe("deployment-lost");
  // With the transaction of the true one named, too.
  const mixed = { ...Roles, transaction: own.kept().contracts.Roles?.transaction ?? "" };
  expect(await codeOf(deploy(first, options, memoryOf({ ...edited, contracts: { Roles: mixed } })))).toBe(
    "deployment-lost",
  );
});
