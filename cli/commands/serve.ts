import { basename } from "node:path";
import { openService } from "../../src/service/open.ts";
import { readServiceSettings } from "../../src/service/settings.ts";
import { startService } from "../../src/service/start.ts";
import { flag, required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";
import { portOf, untilStopped } from "../server.ts";
import { wholeNumber } from "../values.ts";

/** `serve`. */
export async function run([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const listening = { host: required(options, "host"), port: portOf(required(options, "port")) };
  const workers = Number(wholeNumber(required(options, "workers"), "--workers"));
  const queueUrl = text(options, "queue");
  const settings = await readServiceSettings(file);
  const opened = await openService(settings, {
    passphraseOf: (path) => passphrase(basename(path)),
    ...(queueUrl === undefined ? {} : { queueUrl }),
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
