import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { requireCode } from "../../src/chain/connect.ts";
import { deploy } from "../../src/chain/deploy.ts";
import { deploymentFile, deploymentPath } from "../../src/chain/deploymentFile.ts";
import { BatchproofError, inputError } from "../../src/errors.ts";
import { withLock } from "../../src/input/lock.ts";
import { accountOf, addressOf, onChain } from "../chain.ts";
import { flag, required, text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { personHashes } from "../persons.ts";
import { requireNoRegister, saveRegister } from "../settings.ts";

/** What must be said of a register that takes development keys. */
const REGISTER_WARNING =
  "DEVELOPMENT KEYS ARE ALLOWED HERE, for good: anybody can forge proofs of circuits with such keys. For trials only.";

/** `deploy`. */
export async function deployAll(_args: readonly string[], options: Options): Promise<Answer> {
  if (flag(options, "save")) await requireNoRegister();
  const developmentAllowed = flag(options, "allowDevelopment");
  const second = addressOf(required(options, "admin2"), "--admin-2");
  const hash = await personHashes(options);
  const persons = [
    hash(required(options, "person"), "--person"),
    hash(required(options, "person2"), "--person-2"),
  ] as const;
  if (persons[0] === persons[1]) throw notTwo("--person-2");
  const predecessor = text(options, "predecessor");
  const followed = predecessor === undefined ? {} : { predecessor: addressOf(predecessor, "--predecessor") };
  return onChain(options, async (chain) => {
    const account = await accountOf(options, chain);
    const admins = [await account.getAddress(), second] as const;
    if (admins[0] === admins[1]) throw notTwo("--admin-2");
    if (followed.predecessor !== undefined) await requireCode(chain.provider, followed.predecessor, "predecessor");
    const file = deploymentPath(resolve(text(options, "deployments") ?? "deployments"), chain.chainId);
    const terms = { admins, persons, developmentAllowed, ...followed };
    await mkdir(dirname(file), { recursive: true });
    const { addresses, gas, sent } = await withLock(`${file}.lock`, () => deploy(account, terms, deploymentFile(file)));
    const fields = {
      registry: `${addresses.registry}  (this is --registry)`,
      roles: addresses.roles,
      circuits: addresses.circuits,
      policies: addresses.policies,
      parties: addresses.parties,
      admins: admins.join(" "),
      predecessor: followed.predecessor ?? "none",
      chain: chain.chainId.toString(),
      "development keys": developmentAllowed ? "ALLOWED" : "refused",
      deployment: file,
    };
    const where = { rpc: required(options, "rpc"), registry: addresses.registry, chainId: chain.chainId.toString() };
    const saved = flag(options, "save") ? await savedOr(where) : undefined;
    return {
      text: [
        ...(sent === 0 ? ["Deployed before: nothing was sent."] : []),
        fieldLines(fields),
        ...(developmentAllowed ? [REGISTER_WARNING] : []),
        ...(saved === undefined ? [] : [savedText(saved)]),
      ].join("\n"),
      json: {
        ...{ chainId: chain.chainId, admins, addresses, gas, developmentAllowed, already: sent === 0 },
        ...{ predecessor: followed.predecessor ?? null, deployment: file },
        saved: typeof saved === "string" ? saved : null,
      },
      exitCode: saved instanceof BatchproofError ? 3 : 0,
    };
  });
}

function notTwo(place: string): Error {
  return inputError("A register begins with two ADMINs: two accounts of two persons.", { place, code: "usage" });
}

/** Path of the settings file, or why it was not written: the contracts are there, and their addresses must not be lost. */
async function savedOr(where: Parameters<typeof saveRegister>[0]): Promise<string | BatchproofError> {
  return saveRegister(where).catch((error: unknown) => {
    if (error instanceof BatchproofError) return error;
    throw error;
  });
}

function savedText(saved: string | BatchproofError): string {
  return typeof saved === "string"
    ? `Written to ${saved}: later commands need no --rpc, --registry or --chain-id.`
    : `NOT written to the settings file (${saved.place ?? ""}): ${saved.message} Write registry, chainId and rpc into it.`;
}
