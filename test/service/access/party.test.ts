import { beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "../../../src/service/routes.ts";
import { temporaryFolder } from "../../parties/support.ts";
import { batchAt, begin, newSite, refusalOf, schedule, type Site } from "../batches/site.ts";
import { EXPECTED } from "./matrix.ts";

/** Every operation about a batch, called by parties: by the courier, whose stage is `transport`, and by a party without a stage. */

let site: Site;
let file: string;
beforeAll(async () => {
  site = await newSite(temporaryFolder());
  await begin(site, "b1");
  await schedule(site, "b1");
  // The site's own upload: that it waits is no party's business.
  file = await site.upload("operator", "b1", "site.csv", Buffer.from("time,value\n"));
});

const HANDOFF = { side: "releaser", condition: "conforming" } as const;
const SIGNATURE = { r8x: `0x${"1".repeat(64)}`, r8y: `0x${"1".repeat(64)}`, s: `0x${"1".repeat(64)}` };
const IMPORT = { files: ["0".repeat(64)], dryRun: true };
const FORBIDDEN = [403, "not-allowed"];
const MISSING = [404, "not-found"];

interface Tried {
  /** Address below the batch's, and body, about somebody else's stage or about all of them. */
  readonly url: (file: string) => string;
  readonly body?: (file: string) => object;
  readonly others: readonly unknown[];
  /** The same about the courier's own stage, where that can be named: refused for another reason, or answered. */
  readonly own?: readonly [url: string, status: number, code?: string | undefined, body?: object];
}

/** By operation: all that a party may call about a batch, and that names a stage, a claim or a file. */
const TRIED: Readonly<Record<string, Tried>> = {
  checkBatch: {
    url: () => "/check",
    body: () => ({ stages: ["storage"] }),
    others: FORBIDDEN,
    own: ["/check", 200, undefined, { stages: ["transport"] }],
  },
  askGate: {
    url: () => "/gate?stage=storage",
    others: FORBIDDEN,
    own: ["/gate?stage=transport", 503, "service-register"],
  },
  readStanding: { url: () => "/standing", others: FORBIDDEN },
  downloadHandoff: { url: () => "/handoff-file?stage=use", others: FORBIDDEN },
  askHandoffSignature: {
    url: () => "/handoffs/storage/message?side=releaser&condition=conforming",
    others: FORBIDDEN,
    own: ["/handoffs/transport/message?side=releaser&condition=conforming", 400, "handoff-missing"],
  },
  addHandoffSignature: {
    url: () => "/handoffs/storage/signatures",
    body: () => ({ ...HANDOFF, signature: SIGNATURE }),
    others: FORBIDDEN,
  },
  showFile: { url: (sha256) => `/files/${sha256}`, others: MISSING },
  removeFile: { url: (sha256) => `/files/${sha256}`, others: MISSING },
  inspectFile: { url: () => "/inspections", body: (sha256) => ({ file: sha256 }), others: MISSING },
  importFridgetag: {
    url: () => "/imports/fridgetag",
    body: (sha256) => ({ ...IMPORT, files: [sha256], claims: ["transport/temperature"] }),
    others: MISSING,
  },
  importResults: {
    url: () => "/imports/results",
    body: (sha256) => ({ file: sha256, claim: "use/release-tests", reported: "2022-05-20T00:00:00Z", dryRun: true }),
    others: MISSING,
  },
  importBatchml: { url: () => "/imports/batchml", body: (sha256) => ({ file: sha256, dryRun: true }), others: MISSING },
};
/** These take no stage: what a party sees of them is tried in test/service/batches. */
const OF_NO_STAGE = ["showBatch", "listHandoffs", "uploadHandoff", "uploadFile", "listFiles", "importTable"];

const OPERATIONS = ROUTES.filter(({ path }) => path.includes("/:batch"));
const methodOf = (operation: string) => OPERATIONS.find((each) => each.operation === operation)?.method ?? "GET";

// Verifies R-access-roles, R-service-party, V376, V378.
describe("a party", () => {
  it("is tried at every operation that its role may call about a batch", () => {
    const its = OPERATIONS.map(({ operation }) => operation).filter((each) => EXPECTED[each]?.includes("P"));
    expect([...Object.keys(TRIED), ...OF_NO_STAGE].sort()).toEqual(its.sort());
  });

  it.each(Object.entries(TRIED))("V378: calls %s about its own stage, and no other one", async (operation, tried) => {
    const method = methodOf(operation);
    const asked = await site.ask("courier", method, batchAt("b1") + tried.url(file), tried.body?.(file));
    expect(refusalOf(asked)).toEqual(tried.others);
    if (tried.own === undefined) return;
    const [url, status, code, body] = tried.own;
    expect(refusalOf(await site.ask("courier", method, batchAt("b1") + url, body))).toEqual([status, code]);
  });

  it.each(Object.entries(TRIED))(
    "V378: without a stage learns by %s not even that the batch is there",
    async (operation, tried) => {
      const url = tried.url(file);
      const ask = (batch: string) =>
        site.ask("stranger", methodOf(operation), batchAt(batch) + url, tried.body?.(file));
      const [there, not] = [await ask("b1"), await ask("b2")];
      expect(refusalOf(there)).toEqual(MISSING);
      expect(there.text.replaceAll("b1", "b2")).toBe(not.text);
    },
  );

  it.each(
    OPERATIONS.filter(({ operation }) => EXPECTED[operation]?.includes("P") !== true).map(
      (each) => [each.operation, each] as const,
    ),
  )("V376: may not call %s, for its own batch neither", async (_operation, { method, path }) => {
    const url = path
      .replace(":site", "north")
      .replace(":batch", "b1")
      .replace(/:[a-z0-9]+/g, "transport");
    expect(refusalOf(await site.ask("courier", method, url, method === "GET" ? undefined : {}))).toEqual(FORBIDDEN);
  });

  it.each([
    "/v1/jobs",
    `/v1/jobs/${"0".repeat(32)}`,
    "/v1/queue",
    "/v1/events",
    "/v1/sites/north/notifications",
    "/v1/sites/north/events",
    "/v1/sites/north/reconciliation",
    "/v1/log",
    "/v1/sites/north/log",
    "/v1/webhooks",
  ])("V376: is told nothing of other parties' business by %s", async (url) => {
    expect(refusalOf(await site.ask("courier", "GET", url))).toEqual(FORBIDDEN);
  });

  it("V376: is at no other site", async () => {
    const url = "/v1/sites/south/batches";
    expect(refusalOf(await site.ask("courier", "GET", url))).toEqual(FORBIDDEN);
    expect(refusalOf(await site.ask("elsewhere", "GET", batchAt("b1")))).toEqual(FORBIDDEN);
  });
});
