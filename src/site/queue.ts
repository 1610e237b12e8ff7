import { getAddress } from "ethers";
import { auditAlone, type Lineage } from "../audit/lineage.ts";
import { queueOf } from "../audit/queue.ts";
import { environmentError } from "../errors.ts";
import { formatTime } from "../input/times.ts";
import type { QueueAnswer } from "./api.ts";
import { queueQuestion } from "./questions.ts";
import type { Answerer } from "./server.ts";
import { connected, knownRegisters, nowOf, onlyRegister, type Site } from "./site.ts";

/** What an audit says: of the register itself, and which one it follows. */
type Reading = Pick<Lineage, "report" | "unread">;

/**
 * Answers what waits for a Qualified Person, from an audit that is made for it. Who asks while one runs gets what it finds: two at
 * once would take twice the time. Errors: `site-question`, those of the audit.
 */
export function queueAnswers(audited: () => Promise<Reading>): Answerer {
  let running: { readonly asked: string; readonly reading: Promise<Reading> } | undefined;
  return async (question) => {
    const { account } = queueQuestion(question);
    running ??= { asked: formatTime(nowOf()), reading: audited().finally(() => (running = undefined)) };
    const { asked, reading } = running;
    const { report, unread } = await reading;
    return { ...queueOf(report, getAddress(account.toLowerCase())), unread, asked } satisfies QueueAnswer;
  };
}

/**
 * Audits the register of a site's batches by its node. Errors: `site-register` (none is known, or more than one), `unreachable`,
 * those of `connectRpc` and `auditAlone`.
 */
export async function siteAudit(site: Site): Promise<Reading> {
  const register = onlyRegister(await knownRegisters(site));
  const chain = await connected(site, register.chainId);
  if (chain === undefined) throw environmentError("No node answers, and nobody else knows.", { code: "unreachable" });
  try {
    const { circuits } = site;
    return await auditAlone(chain.provider, register.registry, circuits === undefined ? {} : { circuits });
  } finally {
    await chain.close();
  }
}
