/**
 * Makes batch folders argv[2]/0, /1, ... under the policy argv[3] with the key argv[4], whose passphrase is argv[5], and
 * prints the number of each that is done.
 */
import { join } from "node:path";
import { initBatch } from "../../src/batch/folder.ts";
import { unlockKey } from "../../src/parties/keys.ts";

const [, , folder = "", policyPath = "", keyPath = "", passphrase = ""] = process.argv;
const custodianKey = await unlockKey(keyPath, passphrase);
const batch = { policyPath, custodianKey, lot: "LOT-1", coi: "COI-1", order: "ORDER-1" };
const devices = [{ vendor: "Berlinger", model: "Q-tag Fridge-tag 2 L", serial: "130500109088" }];
console.log("ready");
for (let i = 0; ; i++) {
  await initBatch({ ...batch, devices, dir: join(folder, `${i}`) });
  console.log(i);
}
