import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { readCircuitList } from "../../src/audit/circuits.ts";
import { connectRpc } from "../../src/chain/connect.ts";
import { BatchproofError } from "../../src/errors.ts";
import { readJson, readJsonText } from "../../src/input/json.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { siteAnswers } from "../../src/site/answers.ts";
import { startSite } from "../../src/site/server.ts";
import { folderOf, siteConfig, whereOf, type Site } from "../../src/site/site.ts";
import { readSignedStanding } from "../../src/standing/signed.ts";
import { addressOf } from "../chain.ts";
import { list, required, text, type Options } from "../command.ts";
import { originOf } from "../nodes.ts";
import type { Answer } from "../output.ts";
import { portOf, untilStopped } from "../server.ts";
import { readSoundPolicy } from "../../src/review/soundPolicy.ts";
import { wholeNumber } from "../values.ts";

/** `site`. */
export async function run(dirs: readonly string[], options: Options): Promise<Answer> {
  const port = portOf(required(options, "port"));
  const { site, silence } = await siteOf(dirs, options);
  // Whoever named a wrong folder or register should hear of it here, and not at a dock.
  for (const [id] of dirs.entries()) await whereOf(site, await folderOf(site, id));
  const node = site.rpc === undefined ? null : originOf(site.rpc);
  const config = await siteConfig(site, node);
  const secrets = [
    ...site.dirs,
    ...(await Promise.all(site.dirs.map((dir) => realpath(dir)))),
    ...(site.rpc === undefined ? [] : [site.rpc]),
  ];
  const server = await startSite({ config, answers: siteAnswers(site), secrets, port });
  const stopped = untilStopped();
  const { url } = server;
  return {
    text: [
      ...(silence === undefined ? [] : [silence]),
      `The page of the site is at ${url} for this machine's browser. Ctrl-C ends it; answers are not kept.`,
    ].join("\n"),
    json: { url, registry: config.registry, node, answers: silence === undefined, folders: dirs.length },
    after: async () => {
      await stopped;
      await server.close();
    },
  };
}

interface Found {
  readonly site: Site;
  /** Why no node is asked, for whoever starts the page; undefined: one answered. */
  readonly silence: string | undefined;
}

async function siteOf(dirs: readonly string[], options: Options): Promise<Found> {
  const [rpc, circuits, policy] = [text(options, "rpc"), text(options, "circuits"), text(options, "policy")];
  const { chainId, silence } = await chainOf(rpc, options);
  const site: Site = {
    dirs: dirs.map((dir) => resolve(dir)),
    rpc,
    register: { ...registerOf(options), ...(chainId === undefined ? {} : { chainId }) },
    standings: await Promise.all(
      list(options, "standing").map(async (file) => readSignedStanding(await readJsonText(file), file)),
    ),
    qps: list(options, "qp").map((qp) => addressOf(qp, "--qp")),
    policy: policy === undefined ? undefined : await readSoundPolicy(policy),
    circuits: circuits === undefined ? undefined : await readCircuitList(circuits),
    dids: await Promise.all(list(options, "did").map(async (place) => ({ value: await readJson(place), place }))),
    circuitIdOf: lockedCircuitId,
  };
  return { site, silence };
}

function registerOf(options: Options): Pick<Site["register"], "registry" | "owner"> {
  const [registry, owner] = [text(options, "registry"), text(options, "owner")];
  return {
    ...(registry === undefined ? {} : { registry: addressOf(registry, "--registry") }),
    ...(owner === undefined ? {} : { owner: addressOf(owner, "--owner") }),
  };
}

/**
 * The chain that was named, or else the node's. Without a network the page is served all the same: at a dock "unknown" is an answer,
 * and a signed standing may be at hand. Errors: those of `connectRpc` but `unreachable`.
 */
async function chainOf(
  rpc: string | undefined,
  options: Options,
): Promise<{ readonly chainId?: string; readonly silence: string | undefined }> {
  const given = text(options, "chainId");
  const named = given === undefined ? {} : { chainId: wholeNumber(given, "--chain-id").toString() };
  if (rpc === undefined) return { ...named, silence: "No node is asked: without a signed standing all is unknown." };
  try {
    const chain = await connectRpc(rpc, given === undefined ? {} : { expected: BigInt(given) });
    await chain.close();
    return { chainId: chain.chainId.toString(), silence: undefined };
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.code !== "unreachable") throw error;
    return { ...named, silence: `${error.message} Until it does, without a signed standing all is unknown.` };
  }
}
