import { utimesSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sleep } from "../src/sleep.ts";
import { temporaryFolder } from "../test/parties/support.ts";
import { servedYard } from "../test/queue/served.ts";
import { CLAIM, newYard, SITE } from "../test/queue/support.ts";
import { load, type Load } from "../test/service/load.ts";

/**
 * Requests a second and how long answers take, of a server and its clients on one machine: `npm run bench:service`. The batch does not
 * change meanwhile, so that the service answers of what it keeps, but where a change is named.
 */

const RESULTS = join(import.meta.dirname, "results/service.json");
const SECONDS = 30;
/** What a site should be able to ask. */
const PER_SECOND = 200;
/** Until what is used often is compiled. */
const WARM_UP_SECONDS = 5;

/** Of which the median is told. */
const CHANGES = 11;

const folder = temporaryFolder();

it("the service", async () => {
  const loadBefore = Number((loadavg()[0] ?? 0).toFixed(2));
  const yard = await newYard(folder);
  const site = servedYard(yard, []);
  const { url } = await site.serve();
  const batch = `/v1/sites/${SITE}/batches/b1`;
  const status = { url, token: site.token, method: "GET", path: batch } as const;
  const check = { url, token: site.token, method: "POST", path: `${batch}/check`, body: { claims: [CLAIM] } } as const;
  for (const call of [status, check]) await load(call, { seconds: WARM_UP_SECONDS });
  /** Milliseconds of a status after the folder changed, so that all of it is read and judged again. */
  const anew: number[] = [];
  for (let times = 0; times < CHANGES; times++) {
    utimesSync(join(yard.dirOf("b1"), "batch.json"), times, times);
    await sleep(100);
    const start = performance.now();
    await site.call(url, "GET", batch);
    anew.push(performance.now() - start);
  }
  const result = {
    ...{ seconds: SECONDS, node: process.version, cpu: cpus()[0]?.model ?? "unknown", loadBefore },
    [`status, ${PER_SECOND} a second`]: await load(status, { seconds: SECONDS, perSecond: PER_SECOND }),
    "status, as many as go": await load(status, { seconds: SECONDS }),
    "check, as many as go": await load(check, { seconds: SECONDS }),
    "status after a change, median ms": Math.round(anew.sort((a, b) => a - b)[Math.floor(CHANGES / 2)] ?? 0),
  };
  console.log(result);
  writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
  const loads = Object.values(result).filter((value): value is Load => typeof value === "object");
  for (const { statuses, errors } of loads)
    expect({ statuses: Object.keys(statuses), errors }).toEqual({ statuses: ["200"], errors: 0 });
});
