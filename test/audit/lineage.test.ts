import { id, ZeroAddress, zeroPadValue } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit } from "../../src/audit/audit.ts";
import { auditAlone, auditLineage, type Lineage } from "../../src/audit/lineage.ts";
import { embeddedChain } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { handle } from "../../src/chain/handles.ts";
import { deployed } from "../contracts/support/twoPersons.ts";
import { World } from "../contracts/support/world.ts";
import { temporaryFolder } from "../parties/support.ts";
import { behindLyingNode, undone, withImmutable } from "./scenes.ts";

/** Three registers, each following the one before; the first has a batch, and another one after it was followed. */

let world: World;
let second: string;
let third: string;

const OPTIONS = { workers: 1 };
const read = (registry: string): Promise<Lineage> => auditLineage(world.chain.provider, registry, OPTIONS);

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  await world.open(world.plainPolicy());
  second = (await deployed(world.chain, { predecessor: world.addresses.registry })).addresses.registry;
  await world.open(world.plainPolicy());
  third = (await deployed(world.chain, { predecessor: second })).addresses.registry;
});

afterAll(async () => {
  await world.chain.close();
});

// Verifies R-audit-lineage.
describe("the registers that a register follows", () => {
  it("is none for the first one", async () => {
    const { report, predecessors } = await read(world.addresses.registry);
    expect([report.total, predecessors]).toEqual([2, []]);
    expect(await world.deployment.registry.predecessor()).toBe(ZeroAddress);
  });

  it("are audited one after another, with what happened in them since", async () => {
    const { report, predecessors } = await read(third);
    expect(report.registry).toBe(third);
    expect(predecessors.map(({ registry, total }) => [registry, total])).toEqual([
      [second, 0],
      [world.addresses.registry, 2],
    ]);
  });

  it("are named where they are left out", async () => {
    const { provider } = world.chain;
    expect(await auditAlone(provider, third, OPTIONS)).toMatchObject({ predecessors: [], unread: second });
    expect(await auditAlone(provider, world.addresses.registry, OPTIONS)).toMatchObject({ unread: null });
    expect((await read(third)).unread).toBeNull();
  });

  it("are read whole, beside the state file of the register itself", async () => {
    const statePath = `${temporaryFolder()}/state.json`;
    for (let run = 0; run < 2; run++) {
      const { report, predecessors } = await auditLineage(world.chain.provider, third, { ...OPTIONS, statePath });
      expect(report.reading.before === undefined).toBe(run === 0);
      expect(predecessors.map(({ reading }) => reading.before)).toEqual([undefined, undefined]);
    }
  });

  /** What a test finds if the second register had been deployed with another value of an immutable. */
  async function ifDeployedWith<T>(name: string, word: string, run: () => Promise<T>): Promise<T> {
    const { provider } = world.chain;
    return undone(world, async () => {
      const code = withImmutable("ComplianceRegistry", name, await provider.getCode(second), word);
      await provider.send("hardhat_setCode", [second, code]);
      await provider.send("hardhat_mine", ["0x1"]);
      return run();
    });
  }

  it("V281: are 16 at most: one that is followed without end ends the audit", async () => {
    const { node, chain } = await behindLyingNode(world);
    const journal = await handle("ComplianceRegistry", second, world.chain.provider).journal();
    await ifDeployedWith("predecessor", zeroPadValue(second, 32), () =>
      ifDeployedWith("predecessorJournal", journal, async () => {
        await expect(auditLineage(chain.provider, second, OPTIONS)).rejects.toMatchObject({
          ...{ kind: "environment", code: "log", place: second },
          message: "The register follows more than 16 others, one after another.",
        });
      }),
    );
    // Of the register itself, and of those that it follows.
    expect(node.asked.filter(({ method }) => method === "eth_getLogs")).toHaveLength(1 + 16);
    await chain.close();
    await node.close();
  });

  it("V112: are named in what is wrong with them", async () => {
    const { registry } = world.addresses;
    await ifDeployedWith("predecessorJournal", id("another"), () =>
      expect(read(second)).rejects.toMatchObject({
        ...{ kind: "environment", code: "log", place: registry },
        message: expect.stringMatching(new RegExp(`^The predecessor ${registry}: .*never had the journal`)) as string,
      }),
    );
  });

  it("V112: are those that were followed: one that never had the journal that is named is refused", async () => {
    const journal = await world.deployment.registry.journal();
    const { provider } = world.chain;
    await expect(audit(provider, world.addresses.registry, { ...OPTIONS, passing: journal })).resolves.toBeDefined();
    await mined(() => world.as("admin").registry.pause());
    // Also when more has happened since.
    await expect(audit(provider, world.addresses.registry, { ...OPTIONS, passing: journal })).resolves.toBeDefined();
    const other = journal.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
    await expect(audit(provider, world.addresses.registry, { ...OPTIONS, passing: other })).rejects.toMatchObject({
      kind: "environment",
      code: "log",
      message: expect.stringContaining("never had the journal that its successor names") as string,
    });
  });
});
