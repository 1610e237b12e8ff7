import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queueAnswers, siteAudit } from "../../src/site/queue.ts";
import type { QueueAnswer } from "../../src/site/api.ts";
import type { Site } from "../../src/site/site.ts";
import { behindLyingNode, worldWithRelease } from "../audit/scenes.ts";
import type { World } from "../contracts/support/world.ts";

let world: World;
let site: Site;
let close: () => Promise<void>;

beforeAll(async () => {
  world = await worldWithRelease();
  const { node, chain } = await behindLyingNode(world);
  const { registry } = world.addresses;
  site = {
    ...{ dirs: [], rpc: node.url, register: { registry, chainId: chain.chainId.toString() }, standings: [], qps: [] },
    ...{ policy: undefined, circuits: world.circuitList, dids: [], circuitIdOf: () => "" },
  };
  close = async () => {
    await chain.close();
    await node.close();
    await world.chain.close();
  };
});
afterAll(() => close());

describe("the queue that the page of a site asks for", () => {
  // Verifies R-queue-page.
  it("is that of an audit of the site's register, by its node", async () => {
    const answer = queueAnswers(() => siteAudit(site));
    const found = (await answer({ account: world.address.qp.toLowerCase() })) as QueueAnswer;
    expect(found).toMatchObject({ account: world.address.qp, hasRole: true, unread: null });
    expect(found.rows.map(({ items }) => items.map(({ text }) => text))).toEqual([["claim 2 missing for completion"]]);
  });

  it("is read once for all who ask at the same time, and again for who asks later", async () => {
    let readings = 0;
    const answer = queueAnswers(() => {
      readings++;
      return siteAudit(site);
    });
    const question = { account: world.address.qp };
    await Promise.all([answer(question), answer(question)]);
    await answer(question);
    expect(readings).toBe(2);
  });

  // Verifies R-queue-unconcluded.
  it("is none where no register or no node is known, and of what is no account", async () => {
    for (const [other, code] of [
      [{ register: {} }, "site-register"],
      [{ rpc: undefined }, "unreachable"],
      [{ rpc: "http://127.0.0.1:1" }, "unreachable"],
    ] as const) {
      await expect(siteAudit({ ...site, ...other })).rejects.toMatchObject({ code });
    }
    const answer = queueAnswers(() => siteAudit(site));
    await expect(answer({ account: "0x12" })).rejects.toMatchObject({ code: "site-question" });
  });
});
