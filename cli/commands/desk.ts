import { basename } from "node:path";
import { readCircuitList } from "../../src/audit/circuits.ts";
import { readNames } from "../../src/audit/names.ts";
import { SECOND_NODE } from "../../src/audit/secondNode.ts";
import { connectRpc, findRegister } from "../../src/chain/connect.ts";
import { readWords } from "../../src/chain/reasonWords.ts";
import type { DeskConfig, GivenFile } from "../../src/desk/config.ts";
import { startDesk } from "../../src/desk/server.ts";
import { readBytes } from "../../src/input/files.ts";
import { MAX_JSON_BYTES } from "../../src/input/json.ts";
import { checkGiven } from "../../src/packet/added.ts";
import type { Added } from "../../src/packet/form.ts";
import { addressOf, onChain } from "../chain.ts";
import { list, required, text, type Options } from "../command.ts";
import { originOf, secondRpcOf } from "../nodes.ts";
import { sayFirst, type Answer } from "../output.ts";
import { portOf, untilStopped } from "../server.ts";

/** `desk`. */
export async function run(_args: readonly string[], options: Options): Promise<Answer> {
  const registry = addressOf(required(options, "registry"), "--registry");
  const [rpc, secondRpc, port] = [required(options, "rpc"), secondRpcOf(options), portOf(required(options, "port"))];
  const config = await configOf(registry, options);
  // Whoever mistyped an address should hear of it here, and not from the page.
  await onChain(options, ({ provider }) => findRegister(provider, registry));
  if (secondRpc !== undefined) await (await connectRpc(secondRpc, { say: sayFirst, place: SECOND_NODE })).close();
  const desk = await startDesk({ config, rpc, port, ...(secondRpc === undefined ? {} : { secondRpc }) });
  const stopped = untilStopped();
  const { url } = desk;
  const { node, secondNode } = config;
  return {
    text: `The desk is at ${url} for this machine's browser. Ctrl-C ends it; nothing is kept.`,
    json: { url, registry, node, secondNode },
    after: async () => {
      await stopped;
      await desk.close();
    },
  };
}

async function configOf(registry: string, options: Options): Promise<DeskConfig> {
  const named = ["circuits", "names", "texts", "secondRpc"].map((name) => text(options, name));
  const [circuits, names, texts, secondRpc] = named;
  return {
    format: "batchproof-desk/1",
    registry,
    node: originOf(required(options, "rpc")),
    secondNode: secondRpc === undefined ? null : originOf(secondRpc),
    circuits: circuits === undefined ? null : await readCircuitList(circuits),
    names: names === undefined ? {} : Object.fromEntries(await readNames(names)),
    texts: texts === undefined ? {} : Object.fromEntries(await readWords(texts)),
    disclosures: await filesOf(options, "disclosure", "disclosures"),
    policies: await filesOf(options, "policy", "policies"),
    reviews: await filesOf(options, "review", "reviews"),
  };
}

/** The files of an option as they are. Whether they belong to the register, the page says. Errors: those of `checkGiven`. */
async function filesOf(options: Options, name: string, folder: Added): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  for (const path of list(options, name)) {
    const bytes = await readBytes(path, { limit: MAX_JSON_BYTES });
    checkGiven(folder, bytes, path);
    files.push({ name: basename(path), text: Buffer.from(bytes).toString("utf8") });
  }
  return files;
}
