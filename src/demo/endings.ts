import { sha256, toUtf8Bytes, type Signer } from "ethers";
import { DISPOSITION, EXCEPTION_CATEGORY, type DispositionName, type ReasonName } from "../formats/codes.ts";
import { chainTime } from "../chain/connect.ts";
import { mined } from "../chain/deploy.ts";
import { registerAt, type Register } from "../chain/handles.ts";
import { logsOf } from "../chain/newestLogs.ts";
import { nameWord } from "../formats/names.ts";
import { NO_WORDS, reasonArgs } from "../formats/reasons.ts";
import { parseTime } from "../input/times.ts";
import { certify, openLot, type Event, type Stage } from "./stage.ts";

/** What people decide where a proof is missing, or after it: every end that a batch can have beside a plain release. */
export function endingEvents(stage: Stage, keys: Map<string, string>): Event[] {
  const { say, accounts } = stage;
  const { manufacturer, qp } = accounts;
  const by = (account: Signer): Register["registry"] => registerAt(stage.addresses, account).registry;
  const at = (time: string, happens: Event["happens"]): Event => ({ at: parseTime(time, "demo"), happens });
  const open = (lot: string, time: string): Event =>
    at(time, async () => void keys.set(await openLot(lot, "fridge-2-8", stage), lot));
  return [
    at("2022-05-14T09:00:00Z", async () => {
      const key = keyOf(keys, "LOT-3-OUT-OF-RANGE");
      await closeExceptions(stage, key, "rejected", "LOT-3");
      await mined(() => by(qp).reject(key, ...why("out-of-specification")));
      say("LOT-3-OUT-OF-RANGE: rejected by the QP; a specification is never waived");
    }),
    at("2022-05-19T09:00:00Z", async () => {
      const key = keyOf(keys, "LOT-5-NEAR-MISS");
      await closeExceptions(stage, key, "accepted", "LOT-5");
      await certify("LOT-5-NEAR-MISS", key, stage);
      say(
        "LOT-5-NEAR-MISS: released without that proof: an accepted deviation of a process claim, for everyone to see",
      );
    }),
    open("LOT-8-COLLECTION-FAILED", "2022-05-09T08:00:00Z"),
    at("2022-05-10T08:00:00Z", async () => {
      await mined(() => by(manufacturer).abort(keyOf(keys, "LOT-8-COLLECTION-FAILED"), ...why("collection-failed")));
      say("LOT-8-COLLECTION-FAILED: aborted by its owner; never overdue");
    }),
    open("LOT-9-LAST-RESORT", "2022-05-09T09:00:00Z"),
    at("2022-05-13T09:00:00Z", async () => {
      const key = keyOf(keys, "LOT-9-LAST-RESORT");
      const { quality } = EXCEPTION_CATEGORY;
      await mined(() =>
        by(manufacturer).raiseException([key], [0], quality, 3, nameWord("OOS-2022-004"), document("LOT-9 results")),
      );
      const administration = await chainTime(stage.chain.provider);
      const documents = [document("LOT-9 risk evaluation"), document("LOT-9 physician's request")] as const;
      await mined(() => by(qp).exceptionalSupply(key, ...documents, administration));
      say("LOT-9-LAST-RESORT: out of specification, supplied exceptionally at the physician's request; never Released");
    }),
    at("2022-05-14T10:00:00Z", async () => {
      const notified = await chainTime(stage.chain.provider);
      await mined(() => by(qp).notifyAuthority(keyOf(keys, "LOT-9-LAST-RESORT"), notified));
      say("LOT-9-LAST-RESORT: the authority was notified, within 48 hours of the administration");
    }),
    at("2022-05-20T09:00:00Z", async () => {
      await mined(() => by(qp).recall(keyOf(keys, "LOT-10-RECALLED"), ...why("quality-defect")));
      say("LOT-10-RECALLED: recalled after its release; its gate is closed for good");
    }),
  ];
}

/** A reason without words. */
function why(reason: ReasonName): [reason: number, words: string] {
  return reasonArgs({ reason, words: NO_WORDS });
}

/** Two persons close every exception of a batch: QA proposes, the QP confirms exactly that. */
async function closeExceptions(stage: Stage, key: string, disposition: DispositionName, lot: string): Promise<void> {
  const { accounts, addresses, say } = stage;
  const { registry, persons: qa } = registerAt(addresses, accounts.manufacturer);
  const { persons: qp } = registerAt(addresses, accounts.qp);
  const evidence = document(`${lot} investigation`);
  const topic = registry.interface.getEvent("ExceptionRaised")?.topicHash ?? null;
  for await (const log of logsOf(registry, [topic, key])) {
    const id = registry.interface.parseLog(log)?.args["id"] as bigint;
    const { disposition: closed } = await registry.exceptionOf(id);
    if (closed !== 0n) continue;
    await mined(() => qa.proposeClosing(id, DISPOSITION[disposition], evidence));
    await mined(() => qp.confirmClosing(id, DISPOSITION[disposition], evidence));
    say(`${lot}: exception ${id} closed as ${disposition}: proposed by QA, confirmed by the QP`);
  }
}

function document(what: string): string {
  return sha256(toUtf8Bytes(`demo: ${what}`));
}

function keyOf(keys: ReadonlyMap<string, string>, lot: string): string {
  const found = [...keys].find(([, name]) => name === lot);
  if (found === undefined) throw new Error(`${lot} is not open`);
  return found[0];
}
