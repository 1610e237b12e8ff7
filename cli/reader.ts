import type { AuditOptions } from "../src/audit/audit.ts";
import { readCircuitList } from "../src/audit/circuits.ts";
import { readNames } from "../src/audit/names.ts";
import { SECOND_NODE } from "../src/audit/secondNode.ts";
import { connectRpc } from "../src/chain/connect.ts";
import { readWords } from "../src/chain/reasonWords.ts";
import { inputError } from "../src/errors.ts";
import { text, type Options } from "./command.ts";
import { originOf, secondRpcOf } from "./nodes.ts";
import { sayFirst } from "./output.ts";

/** What the commands share that read a register whole. */

/** Runs with the node of --second-rpc, where there is one, and closes the connection on every path. Error `rpc`. */
export async function withSecondNode<T>(
  options: Options,
  run: (option: Pick<AuditOptions, "secondNode">) => Promise<T>,
): Promise<T> {
  const url = secondRpcOf(options);
  if (url === undefined) return await run({});
  const second = await connectRpc(url, { say: sayFirst, place: SECOND_NODE });
  try {
    return await run({ secondNode: { provider: second.provider, name: originOf(url) } });
  } finally {
    await second.close();
  }
}

/** How is audited and reported, whatever is asked. */
export async function auditOptions(options: Options): Promise<Omit<AuditOptions, "statePath">> {
  const [from, finality] = [wholeOf(options, "from"), wholeOf(options, "finality")];
  const maxAge = wholeOf(options, "maxAge");
  const [texts, circuits, names] = ["texts", "circuits", "names"].map((name) => text(options, name));
  return {
    ...(from === undefined ? {} : { from }),
    ...(finality === undefined ? {} : { finality }),
    ...(maxAge === undefined ? {} : { maxAge: 60 * maxAge }),
    ...(circuits === undefined ? {} : { circuits: await readCircuitList(circuits) }),
    ...(names === undefined ? {} : { names: await readNames(names) }),
    ...(texts === undefined ? {} : { texts: await readWords(texts) }),
  };
}

/** A number of a block, of blocks or of minutes. Error `blocks`. */
function wholeOf(options: Options, name: string): number | undefined {
  const value = text(options, name);
  if (value === undefined) return undefined;
  if (/^(0|[1-9][0-9]{0,14})$/.test(value)) return Number(value);
  throw inputError("This is not a number of blocks or minutes.", {
    place: `${optionName(name)} ${value}`,
    remedy: "Give a whole number from 0 on.",
    code: "blocks",
  });
}

/** An option as it is typed. */
export function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
