import { inputError } from "../../src/errors.ts";
import { decodeUtf8 } from "../../src/input/json.ts";
import { readBytes, refuseOpenSecrets } from "../../src/input/files.ts";
import { Remote } from "../../src/queue/remote.ts";
import { work } from "../../src/queue/worker.ts";
import { lockedArtifacts } from "../../src/setup/lockedArtifacts.ts";
import { storeOf } from "../circuits.ts";
import { required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { untilStopped } from "../server.ts";
import { databaseUrl, wholeNumber } from "../values.ts";

const TOKEN_VARIABLE = "BATCHPROOF_TOKEN";
/** Of a token or a PEM file. */
const MOST_BYTES = 2 ** 16;

/** `worker`. Whether a development key is good enough for a chain, the server says that takes the proof. */
export async function run(_: readonly string[], options: Options): Promise<Answer> {
  const server = await serverOf(options);
  const workers = Number(wholeNumber(required(options, "workers"), "--workers"));
  const store = storeOf(options);
  const stopped = untilStopped();
  const url = required(options, "server");
  const queue = databaseUrl(required(options, "queue"), "--queue");
  return {
    text: `This machine makes proofs for ${url}, ${workers} at a time. Ctrl-C ends it.`,
    json: { server: url, workers },
    after: () =>
      work(
        {
          ...{ queue, server, workers },
          artifactsOf: (circuit) => lockedArtifacts(circuit, store),
          say: (line) => process.stderr.write(`${line}\n`),
        },
        stopped,
      ),
  };
}

/** Errors: `server-address`, `usage` (a certificate without its key), those of `readBytes` and `refuseOpenSecrets`. */
async function serverOf(options: Options): Promise<Remote> {
  const [tokenFile, cert, key] = [text(options, "tokenFile"), text(options, "cert"), text(options, "key")];
  if ((cert === undefined) !== (key === undefined)) {
    throw inputError("A certificate is of use with its key only.", { place: "--cert, --key", code: "usage" });
  }
  const token = tokenFile === undefined ? process.env[TOKEN_VARIABLE] : await secretLine(tokenFile);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw inputError("This is no token.", {
      ...{ place: tokenFile ?? TOKEN_VARIABLE, code: "usage" },
      remedy: "Give the token that `batchproof serve-token NAME` printed, and nothing besides.",
    });
  }
  return new Remote({
    ...{ url: required(options, "server"), token },
    ...{ ca: await optional(text(options, "ca")), cert: await optional(cert), key: await secret(key) },
  });
}

async function secretLine(path: string): Promise<string> {
  return decodeUtf8((await secret(path)) ?? new Uint8Array(), path).trim();
}

async function secret(path: string | undefined): Promise<Uint8Array | undefined> {
  const bytes = await optional(path);
  if (path !== undefined) await refuseOpenSecrets(path);
  return bytes;
}

async function optional(path: string | undefined): Promise<Uint8Array | undefined> {
  return path === undefined ? undefined : await readBytes(path, { limit: MOST_BYTES });
}
