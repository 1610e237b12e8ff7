import { expect, it } from "vitest";
import { temporaryFolder } from "../parties/support.ts";
import { servedYard } from "../queue/served.ts";
import { newYard, SITE } from "../queue/support.ts";
import { load } from "../service/load.ts";

const SECONDS = 30;
const PER_SECOND = 200;
const folder = temporaryFolder();

// Verifies R-service-load.
it("answers 200 requests a second for 30 seconds, each as it should", async () => {
  const site = servedYard(await newYard(folder), []);
  const { url } = await site.serve();
  const status = { url, token: site.token, method: "GET", path: `/v1/sites/${SITE}/batches/b1` } as const;
  const { answered, statuses, errors, p99Ms } = await load(status, { seconds: SECONDS, perSecond: PER_SECOND });
  console.log(`99 of 100 answers within ${p99Ms} ms.`);
  expect(Object.keys(statuses)).toEqual(["200"]);
  expect(errors).toBe(0);
  // The first second of a load is a ramp.
  expect(answered).toBeGreaterThanOrEqual((SECONDS - 1) * PER_SECOND);
});
