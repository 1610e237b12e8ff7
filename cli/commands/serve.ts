import { basename } from "node:path";
import { refuseOpenWriting } from "../../src/input/files.ts";
import { openService } from "../../src/service/open.ts";
import { readServiceSettings } from "../../src/service/settings.ts";
import type { ServiceSettings } from "../../src/settings/service.ts";
import { startService } from "../../src/service/start.ts";
import { flag, required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";
import { portOf, untilStopped } from "../server.ts";
import { databaseUrl, wholeNumber } from "../values.ts";

/** `serve`. */
export async function run([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const listening = { host: required(options, "host"), port: portOf(required(options, "port")) };
  const workers = Number(wholeNumber(required(options, "workers"), "--workers"));
  const queueUrl = text(options, "queue");
  const settings = await readServiceSettings(file);
  for (const path of sourcesOfCallers(file, settings)) await refuseOpenWriting(path);
  const opened = await openService(settings, {
    passphraseOf: (path) => passphrase(basename(path)),
    ...(queueUrl === undefined ? {} : { queueUrl: databaseUrl(queueUrl, "--queue") }),
    ...{ workers, allowDevelopment: flag(options, "allowDevelopment") },
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const { service, readiness, addMetrics, callLog } = opened;
  try {
    const running = await startService(service, listening, { readiness, addMetrics, place: file });
    const stopped = untilStopped();
    const { seq, hash } = callLog.head;
    return {
      text: [
        `The service is at ${running.url}, its operations at ${running.url}docs. Ctrl-C ends it.`,
        `Log of calls: line ${seq}, ${hash}. Give that hash to somebody else to keep.`,
        ...(settings.callers === undefined && settings.issuers === undefined
          ? [`Nobody may call yet: ${file} names neither callers nor issuers.`]
          : []),
      ].join("\n"),
      json: { url: running.url, log: { seq, hash }, sites: settings.sites.map(({ name }) => name) },
      after: async () => {
        await stopped;
        await running.close();
        await opened.close();
        const last = callLog.head;
        process.stderr.write(`Log of calls: line ${last.seq}, ${last.hash}.\n`);
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Files by which callers are known: whoever writes one of them is a caller. */
function sourcesOfCallers(file: string, { tls, issuers = [] }: ServiceSettings): string[] {
  const clients = tls?.clients === undefined ? [] : [tls.clients];
  return [file, ...clients, ...issuers.map(({ jwks }) => jwks).filter((jwks) => !/^https?:/i.test(jwks))];
}
