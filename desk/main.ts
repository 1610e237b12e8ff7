import { reportFromJson } from "../src/audit/reportJson.ts";
import type { Seed } from "../src/audit/sample.ts";
import { DESK_PATHS, FILED_ID, type FiledPage } from "../src/desk/config.ts";
import type { DeskApp } from "./app.ts";
import "./app.ts";
import type { DeskData, DeskState } from "./data/data.ts";
import { failureOf } from "../src/desk/failure.ts";
import { askServed, laterBlock } from "./data/laterBlock.ts";
import { AuditFailure, fromNode, isServed, servedConfig } from "./data/source.ts";

/** Shows the packet that the page is of, the register that it was served for or, from disk, the report that the reader gives. */
const app = document.querySelector<DeskApp>("desk-app");
if (app !== null) await start(app);

async function start(app: DeskApp): Promise<void> {
  const packet = document.getElementById(FILED_ID)?.textContent;
  if (packet !== undefined) {
    app.state = await conclude(() => filed(packet));
    return;
  }
  if (isServed()) {
    app.state = await conclude(() => served(app));
    return;
  }
  app.onFile = (file) => void conclude(() => kept(file)).then((state) => (app.state = state));
  app.state = { step: "choosing" };
}

async function served(app: DeskApp): Promise<DeskData> {
  const config = await servedConfig();
  const lineage = await fromNode(config, (progress) => (app.state = { step: "reading", progress }));
  const { policies, disclosures, reviews } = config;
  const later = (): Promise<Seed> => laterBlock(askServed(DESK_PATHS.node), lineage.report.block);
  return { lineage, origin: "node", policies, disclosures, reviews, laterBlock: later };
}

/** Whoever filed the packet wrote this: a report is read as strictly as one that is given. Errors: those of `reportFromJson`. */
function filed(packet: string): DeskData {
  const { report, ...given } = JSON.parse(packet) as FiledPage;
  return { lineage: reportFromJson(report, "report.json"), origin: "packet", ...given, laterBlock: null };
}

async function kept(file: File): Promise<DeskData> {
  const lineage = reportFromJson(await file.text(), file.name);
  return { lineage, origin: "file", policies: [], disclosures: [], reviews: [], laterBlock: null };
}

/** What comes of reading: whatever goes wrong, nothing can be concluded, and the page says why. */
async function conclude(read: () => DeskData | Promise<DeskData>): Promise<DeskState> {
  try {
    return { step: "ready", data: await read() };
  } catch (error) {
    return { step: "failed", problem: error instanceof AuditFailure ? error.failure : failureOf(error) };
  }
}
