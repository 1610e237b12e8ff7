import { auditAgain, auditArchive, auditKept, readAuditArchive, type KeptAudit } from "../../src/audit/archive.ts";
import { auditCsv } from "../../src/audit/csv.ts";
import { auditHtml } from "../../src/audit/html.ts";
import { auditAlone, auditLineage } from "../../src/audit/lineage.ts";
import { printedLineage } from "../../src/audit/reportJson.ts";
import { auditText } from "../../src/audit/table.ts";
import { refusedArchive } from "../../src/chain/archiveReader.ts";
import { pageFolder } from "../../src/desk/page.ts";
import { ofChain } from "../../src/chain/revert.ts";
import { inputError, type BatchproofError } from "../../src/errors.ts";
import { refuseOverwriting, writeFileAtomically, type Output } from "../../src/input/files.ts";
import { checkAdded } from "../../src/packet/added.ts";
import { readAdded, refuseExisting, writePacket } from "../../src/packet/files.ts";
import type { PacketFiles } from "../../src/packet/form.ts";
import { packetFiles } from "../../src/packet/make.ts";
import { addressOf, onChain } from "../chain.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import { originOf } from "../nodes.ts";
import type { Answer } from "../output.ts";
import { auditOptions, optionName, withSecondNode } from "../reader.ts";
import { wholeNumber } from "../values.ts";

/** `audit`. */
export async function run(_args: readonly string[], options: Options): Promise<Answer> {
  const source = text(options, "fromArchive");
  refuseTogether(options);
  await refuseOverwriting(outputsOf(options), text(options, "texts"));
  const added = await addedTo(options);
  const archived = source === undefined ? undefined : await archivedAudit(source, options);
  const { lineage, archive } = archived ?? (await askedAudit(options));
  const packet = text(options, "packet");
  if (packet !== undefined) {
    checkAdded(added, lineage);
    const whole = Buffer.concat(archive);
    const { version } = auditArchive(whole, packet).header;
    await writePacket(packet, packetFiles({ lineage, archive: whole, version, added }));
  }
  const { report, predecessors, unread } = lineage;
  const [kept, csv, html] = [text(options, "archive"), text(options, "csv"), text(options, "html")];
  if (kept !== undefined) await writeFileAtomically(kept, archive);
  if (csv !== undefined) await writeFileAtomically(csv, auditCsv(report));
  if (html !== undefined) await writeFileAtomically(html, auditHtml(report));
  const coloured = isColourful();
  const reports = [report, ...predecessors];
  const texts = reports.map((each) => auditText(each, { all: flag(options, "all"), colours: coloured }));
  return {
    text: texts.join(FOLLOWED) + (unread === null ? "" : `\n\nThis register follows ${unread}, which was not read.`),
    coloured,
    json: printedLineage(lineage),
    exitCode: flag(options, "failOnExceptions") && reports.some(({ findings }) => findings.length > 0) ? 1 : 0,
  };
}

/** What goes into the packet besides the audit. Errors: `packet-exists`, `desk-page`, those of `readAdded` and `checkAdded`. */
async function addedTo(options: Options): Promise<PacketFiles> {
  const packet = text(options, "packet");
  const [disclosures, policies, reviews] = ["disclosure", "policy", "review"].map((name) => list(options, name));
  const paths = { disclosures: disclosures ?? [], policies: policies ?? [], reviews: reviews ?? [] };
  if (packet === undefined) {
    if (Object.values(paths).every((each) => each.length === 0)) return new Map();
    throw inputError("Bad usage: there is no packet to put this file into.", {
      code: "usage",
      remedy: "Say where the packet is made: --packet DIR.",
    });
  }
  await refuseExisting(packet);
  // Looked for here too: nobody should wait for an audit to hear of it.
  pageFolder();
  const added = await readAdded(paths);
  checkAdded(added);
  return added;
}

/** The audit of a node; its archive is empty unless one was asked for. */
async function askedAudit(options: Options): Promise<KeptAudit> {
  const registry = addressOf(required(options, "registry"), "--registry");
  const node = originOf(required(options, "rpc"));
  const statePath = text(options, "state");
  const how = { ...(await auditOptions(options)), node };
  const alone = flag(options, "alone");
  return onChain(options, ({ provider }) =>
    withSecondNode(options, async (secondNode) => {
      if (text(options, "archive") !== undefined || text(options, "packet") !== undefined) {
        return await auditKept(provider, registry, { ...how, ...secondNode }, alone);
      }
      const all = { ...how, ...secondNode, ...(statePath === undefined ? {} : { statePath }) };
      return { lineage: await (alone ? auditAlone : auditLineage)(provider, registry, all), archive: [] };
    }),
  );
}

/** The audit of an archive. Errors: `archive` for one of another register or chain than was named, those of `auditAgain`. */
async function archivedAudit(path: string, options: Options): Promise<KeptAudit> {
  const how = await auditOptions(options);
  const archive = await readAuditArchive(path);
  const { chainId, registry } = archive.header;
  const named = text(options, "registry");
  if (named !== undefined && addressOf(named, "--registry") !== addressOf(registry, path)) {
    throw refusedArchive(path, `It is of the register ${registry}.`);
  }
  const chain = text(options, "chainId");
  if (chain !== undefined && wholeNumber(chain, "--chain-id") !== BigInt(chainId)) {
    throw refusedArchive(path, `It is of chain ${chainId}.`);
  }
  try {
    return { lineage: await auditAgain(archive, how, flag(options, "alone")), archive: [archive.bytes] };
  } catch (error) {
    throw ofChain(error);
  }
}

/** Options that need a node, or say once more what an archive says: option and member. */
const ONLY_ASKED = ["rpc", "secondRpc", "state", "finality", "archive"] as const;

/** Options that say otherwise what a packet's archive says. */
const ONLY_SHOWN = ["from", "maxAge", "circuits", "names", "texts", "alone"] as const;

/** An archive holds one whole reading. Error `usage`. */
function refuseTogether(options: Options): void {
  const isArchived = text(options, "fromArchive") !== undefined;
  const other = isArchived ? ONLY_ASKED.find((name) => text(options, name) !== undefined) : undefined;
  if (other !== undefined) throw together("--from-archive", optionName(other), "An archive is read as it is.");
  const shown = isArchived ? ONLY_SHOWN.find((name) => options[name] !== undefined) : undefined;
  if (shown !== undefined && text(options, "packet") !== undefined) {
    throw together("--packet", optionName(shown), "An archive is filed as it was read.");
  }
  for (const name of ["archive", "packet"]) {
    if (text(options, name) === undefined || text(options, "state") === undefined) continue;
    throw together(`--${name}`, "--state", "An archive holds all from the first block on.");
  }
}

function together(one: string, other: string, why: string): BatchproofError {
  return inputError(`Bad usage: ${one} and ${other} do not go together. ${why}`, {
    code: "usage",
    remedy: `Leave out ${other}.`,
  });
}

/** Between a register and the one that it follows. */
const FOLLOWED = "\n\nThe register that this one follows:\n\n";

/** The files that it writes. */
function outputsOf(options: Options): Output[] {
  return ["archive", "packet", "state", "csv", "html"].flatMap((name) => {
    const path = text(options, name);
    return path === undefined ? [] : [{ option: `--${name}`, path }];
  });
}

/** Colours are for terminals, and for those who do not object (no-color.org). */
function isColourful(): boolean {
  return process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
}
