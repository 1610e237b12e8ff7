import type { AuditOptions } from "../../src/audit/audit.ts";
import { readCircuitList } from "../../src/audit/circuits.ts";
import { auditCsv } from "../../src/audit/csv.ts";
import { auditHtml } from "../../src/audit/html.ts";
import { auditAlone, auditLineage } from "../../src/audit/lineage.ts";
import { SECOND_NODE } from "../../src/audit/secondNode.ts";
import { auditText } from "../../src/audit/table.ts";
import { connectRpc } from "../../src/chain/connect.ts";
import { readWords } from "../../src/chain/reasonWords.ts";
import { inputError } from "../../src/errors.ts";
import { refuseOverwriting, writeFileAtomically, type Output } from "../../src/input/files.ts";
import { addressOf, onChain } from "../chain.ts";
import { flag, required, text, type Options } from "../command.ts";
import { sayFirst, type Answer } from "../output.ts";

/** `audit`. */
export async function run(_args: readonly string[], options: Options): Promise<Answer> {
  const registry = addressOf(required(options, "registry"), "--registry");
  await refuseOverwriting(outputsOf(options), text(options, "texts"));
  const [csv, html] = [text(options, "csv"), text(options, "html")];
  const how = await auditOptions(options);
  return onChain(options, async ({ provider }) => {
    const follow = flag(options, "alone") ? auditAlone : auditLineage;
    const { report, predecessors, unread } = await withSecondNode(options, (secondNode) =>
      follow(provider, registry, { ...how, ...secondNode }),
    );
    if (csv !== undefined) await writeFileAtomically(csv, auditCsv(report));
    if (html !== undefined) await writeFileAtomically(html, auditHtml(report));
    const coloured = isColourful();
    const reports = [report, ...predecessors];
    const texts = reports.map((each) => auditText(each, { all: flag(options, "all"), colours: coloured }));
    return {
      text: texts.join(FOLLOWED) + (unread === null ? "" : `\n\nThis register follows ${unread}, which was not read.`),
      coloured,
      json: { ...report, predecessors, unread },
      exitCode: flag(options, "failOnExceptions") && reports.some(({ findings }) => findings.length > 0) ? 1 : 0,
    };
  });
}

/** Between a register and the one that it follows. */
const FOLLOWED = "\n\nThe register that this one follows:\n\n";

/** Runs with the node of --second-rpc, where there is one, and closes the connection on every path. Error `rpc`. */
async function withSecondNode<T>(
  options: Options,
  run: (option: Pick<AuditOptions, "secondNode">) => Promise<T>,
): Promise<T> {
  const url = text(options, "secondRpc");
  if (url === undefined) return await run({});
  const name = originOf(url);
  if (machineOf(name) === machineOf(originOf(required(options, "rpc")))) {
    throw inputError("This is the node of --rpc once more: it says what it said.", {
      place: SECOND_NODE,
      remedy: "Name a node that somebody else runs.",
      code: "rpc",
    });
  }
  const second = await connectRpc(url, { say: sayFirst, place: SECOND_NODE });
  try {
    return await run({ secondNode: { provider: second.provider, name } });
  } finally {
    await second.close();
  }
}

/** Whatever this machine calls itself, it is one node at one port. */
function machineOf(origin: string): string {
  return origin.replace(/^(https?:\/\/)(?:localhost|127\.[0-9.]+|\[::1\])(?=:|$)/, "$1localhost");
}

/** A longer URL may hold an access key. */
function originOf(url: string): string {
  return URL.parse(url)?.origin ?? "";
}

/** The files that it writes. */
function outputsOf(options: Options): Output[] {
  return ["state", "csv", "html"].flatMap((name) => {
    const path = text(options, name);
    return path === undefined ? [] : [{ option: `--${name}`, path }];
  });
}

async function auditOptions(options: Options): Promise<AuditOptions> {
  const [from, finality] = [wholeOf(options, "from"), wholeOf(options, "finality")];
  const maxAge = wholeOf(options, "maxAge");
  const [statePath, texts, circuits] = [text(options, "state"), text(options, "texts"), text(options, "circuits")];
  return {
    ...(from === undefined ? {} : { from }),
    ...(finality === undefined ? {} : { finality }),
    ...(maxAge === undefined ? {} : { maxAge: 60 * maxAge }),
    node: originOf(required(options, "rpc")),
    ...(circuits === undefined ? {} : { circuits: await readCircuitList(circuits) }),
    ...(statePath === undefined ? {} : { statePath }),
    ...(texts === undefined ? {} : { texts: await readWords(texts) }),
  };
}

/** A number of a block, of blocks or of minutes. Error `blocks`. */
function wholeOf(options: Options, name: string): number | undefined {
  const value = text(options, name);
  if (value === undefined) return undefined;
  if (/^(0|[1-9][0-9]{0,14})$/.test(value)) return Number(value);
  throw inputError("This is not a number of blocks or minutes.", {
    place: `--${name.replace("maxAge", "max-age")} ${value}`,
    remedy: "Give a whole number from 0 on.",
    code: "blocks",
  });
}

/** Colours are for terminals, and for those who do not object (no-color.org). */
function isColourful(): boolean {
  return process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
}
