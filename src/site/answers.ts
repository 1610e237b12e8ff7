import { stageIndex } from "../batch/folder.ts";
import { folderQuestion } from "../batch/stageQuestion.ts";
import { recordAdministration } from "../bedside/administer.ts";
import { matchBag, matchLabel, type Match } from "../bedside/match.ts";
import type { Batch } from "../batch/batch.ts";
import { batchKey } from "../formats/context.ts";
import type { JsonValue } from "../input/json.ts";
import { judgeStage } from "../standing/judge.ts";
import { SITE_PATHS, type RecordAnswer, type SiteAnswer } from "./api.ts";
import { dockQuestion, matchQuestion, recordQuestion } from "./questions.ts";
import { queueAnswers, siteAudit } from "./queue.ts";
import type { Answerer, SitePath } from "./server.ts";
import { folderOf, nowOf, whereOf, withSource, type Site } from "./site.ts";
import { answerVerify } from "./verify.ts";

/** Who answers the page, by what it asks. */
export function siteAnswers(site: Site): Readonly<Record<SitePath, Answerer>> {
  return {
    [SITE_PATHS.dock]: (question) => answerDock(site, question),
    [SITE_PATHS.match]: (question) => answerMatch(site, question),
    [SITE_PATHS.record]: oneAtATime((question) => answerRecord(site, question)),
    [SITE_PATHS.queue]: queueAnswers(() => siteAudit(site)),
    [SITE_PATHS.verify]: (question) => answerVerify(site, question),
  };
}

/** What a folder is asked with: where its batch is, who says how it stands, and when. */
type Asking = Omit<Match, "question" | "block">;

/** Whether a stage may begin with the bag in the hand: the label, the bag's own code, and what `gate` asks. */
async function answerDock(site: Site, asked: JsonValue): Promise<SiteAnswer> {
  const { folder, stage, ...question } = dockQuestion(asked);
  const batch = await folderOf(site, folder);
  const gate = folderQuestion(batch, stageIndex(batch, stage), site.circuitIdOf);
  return askedOf(site, batch, (asking) =>
    matchLabel(batch, { ...asking, question }, { judge: (standing) => judgeStage(standing, gate) }),
  );
}

/** Whether the bag is this patient's and may be given. */
async function answerMatch(site: Site, asked: JsonValue): Promise<SiteAnswer> {
  const { folder, ...question } = matchQuestion(asked);
  const batch = await folderOf(site, folder);
  return askedOf(site, batch, (asking) => matchBag(batch, { ...asking, question }));
}

/** Records what two people signed, if what is answered now permits it. */
async function answerRecord(site: Site, asked: JsonValue): Promise<RecordAnswer> {
  const { folder, wristband, record } = recordQuestion(asked);
  const batch = await folderOf(site, folder);
  return askedOf(site, batch, async (asking) => {
    const { answer, recorded } = await recordAdministration(batch.dir, JSON.stringify(record), {
      ...asking,
      wristband,
    });
    // What was recorded before is not asked about again.
    return { ...(answer ?? { light: record.standing.light, reasons: [], notes: [], record: null }), recorded };
  });
}

async function askedOf<T>(site: Site, batch: Batch, run: (asking: Asking) => Promise<T>): Promise<T> {
  const where = await whereOf(site, batch);
  const key = batchKey(where.owner, batch.commitments.batch);
  return withSource(site, { ...where, key }, (source) => run({ where, source, now: nowOf() }));
}

/** Whoever writes waits for whoever wrote before, however that ended. */
function oneAtATime(answerer: Answerer): Answerer {
  let before: Promise<unknown> = Promise.resolve();
  return (question) => {
    const answer = before.then(() => answerer(question));
    before = answer.catch(() => undefined);
    return answer;
  };
}
