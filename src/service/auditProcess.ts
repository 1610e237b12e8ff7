import { join } from "node:path";
import { auditCsv } from "../audit/csv.ts";
import { auditHtml } from "../audit/html.ts";
import { auditAlone, auditLineage } from "../audit/lineage.ts";
import { printedLineage } from "../audit/reportJson.ts";
import { connectRpc } from "../chain/connect.ts";
import { ofChain } from "../chain/revert.ts";
import { jsonText } from "../formats/jsonText.ts";
import { writeFileAtomically } from "../input/files.ts";
import { AUDIT_FILE, type AuditOrder, type AuditResult } from "./audits.ts";
import { problemOf } from "./problem.ts";

/** A process that makes one audit: the service answers meanwhile. What it found lies in the audit's folder, the result last. */

async function audited({ rpc, registry, chainId, folder, alone }: AuditOrder): Promise<AuditResult> {
  const chain = await connectRpc(rpc, { expected: BigInt(chainId), place: "register" });
  try {
    const lineage = await (alone ? auditAlone : auditLineage)(chain.provider, registry, { workers: 1 });
    const { report } = lineage;
    await writeFileAtomically(join(folder, AUDIT_FILE.json), jsonText(printedLineage(lineage)));
    await writeFileAtomically(join(folder, AUDIT_FILE.csv), auditCsv(report));
    await writeFileAtomically(join(folder, AUDIT_FILE.html), auditHtml(report));
    return { state: "done", block: report.block, findings: report.findings.length, problem: null };
  } finally {
    await chain.close();
  }
}

process.on("message", (order: AuditOrder) => {
  void audited(order)
    .catch((error: unknown): AuditResult => {
      return { state: "failed", block: null, findings: null, problem: problemOf(ofChain(error), [order.rpc]) };
    })
    .then((result) => writeFileAtomically(join(order.folder, AUDIT_FILE.result), jsonText(result)))
    .finally(() => process.disconnect());
});
// The service is gone: it starts the audit again when somebody asks for it.
process.on("disconnect", () => process.exit(0));
// What ends the service is often sent to its processes too; ended first, this one would count as failed.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
