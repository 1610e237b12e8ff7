import { verifyGroup } from "../src/audit/group.ts";
import type { GroupJob, GroupResult } from "../src/audit/groupWorker.ts";
import { auditLineage, type Lineage } from "../src/audit/lineage.ts";
import { SECOND_NODE } from "../src/audit/secondNode.ts";
import { connectRpc } from "../src/chain/connect.ts";
import { DESK_PATHS } from "../src/desk/config.ts";
import { decodeVerifyingKey } from "../src/setup/verifyingKey.ts";
import { PairingArena } from "./host/audit/pairing.ts";
import { failureOf } from "../src/desk/failure.ts";
import type { Start, Told } from "./data/source.ts";

/** The whole audit, away from what the reader sees: through whoever serves the page, which asks the nodes. */

/** Milliseconds within which a node must answer through the desk, which itself waits less. */
const TIMEOUT = 25_000;

/** The page starts an audit; the audit's own threads are given groups of proofs. */
onmessage = ({ data }: MessageEvent<Start | GroupJob>) => {
  if ("statements" in data) {
    postMessage(verified(data));
    return;
  }
  run(data).then(
    (lineage) => tell({ type: "report", lineage }),
    (error: unknown) => tell({ type: "error", failure: failureOf(error) }),
  );
};

async function run({ base, config }: Start): Promise<Lineage> {
  const { registry, node, secondNode, circuits, names, texts } = config;
  const connect = (path: string, place: string): ReturnType<typeof connectRpc> =>
    connectRpc(`${base}${path}`, { timeout: TIMEOUT, place });
  const { provider } = await connect(DESK_PATHS.node, "--rpc");
  const second = secondNode === null ? undefined : await connect(DESK_PATHS.secondNode, SECOND_NODE);
  return await auditLineage(provider, registry, {
    node,
    names: new Map(Object.entries(names)),
    texts: new Map(Object.entries(texts)),
    ...(circuits === null ? {} : { circuits }),
    ...(second === undefined || secondNode === null
      ? {}
      : { secondNode: { provider: second.provider, name: secondNode } }),
    onProgress: (block, last) => tell({ type: "progress", block, last }),
  });
}

const arena = new PairingArena();

function verified({ id, key, statements }: GroupJob): GroupResult {
  return { id, refusals: verifyGroup(arena, decodeVerifyingKey(key), statements) };
}

function tell(told: Told): void {
  postMessage(told);
}
