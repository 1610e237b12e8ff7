import { existsSync } from "node:fs";
import { join } from "node:path";
import { readRegistration } from "../src/batch/registration.ts";
import { readBatch } from "../src/batch/folder.ts";
import { claimFile } from "../src/batch/paths.ts";
import { allClaims } from "../src/policy/document.ts";
import { proveClaims } from "../src/claims/proveClaim.ts";
import { DEMO_PASSPHRASE } from "../src/demo/stage.ts";
import { NEEDLE_LOT } from "../src/demo/needle.ts";
import { unlockKey } from "../src/parties/keys.ts";
import { lockedCircuitId } from "../src/setup/artifactLock.ts";
import { ensureArtifacts } from "../src/setup/artifacts.ts";

/**
 * Proves every claim of the demo's needle-to-needle batch, each in its party's folder; run by bench/batch.ts as a process
 * of its own, so that its memory is its own: `node bench/proveBatch.ts <demo folder> <workers>`. Prints one JSON document.
 */

const [demo = "", workers = "1"] = process.argv.slice(2);
const FOLDERS = ["hospital", "courier", "manufacturer", "laboratory"];
const siteKey = await unlockKey(join(demo, "keys/hospital-custodian.json"), DEMO_PASSPHRASE);
const destination = { submitter: `0x${"1".repeat(40)}`, registry: `0x${"2".repeat(40)}`, chainId: 31337n };
const claims: { claim: string; circuit: string; seconds: number }[] = [];

const started = performance.now();
for (const folder of FOLDERS) {
  const dir = join(demo, NEEDLE_LOT, folder);
  const batch = await readBatch(dir);
  const { opened = 0 } = (await readRegistration(dir)) ?? {};
  const own = allClaims(batch.policy).filter(({ claim }) => existsSync(join(dir, claimFile("proofs", claim.id))));
  let last = performance.now();
  const proven = await proveClaims(
    batch,
    own,
    {
      destination,
      opened: BigInt(opened),
      circuitIdOf: lockedCircuitId,
      artifactsOf: (circuit) => ensureArtifacts(circuit),
      siteKey,
      onProven: (claim) => {
        const now = performance.now();
        claims.push({ claim, circuit: "", seconds: (now - last) / 1000 });
        last = now;
      },
    },
    Number(workers),
  );
  for (const { claim, envelope } of proven) {
    const timed = claims.find((candidate) => candidate.claim === claim);
    if (timed !== undefined) timed.circuit = envelope.circuit;
  }
}
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, claims }));
