import { administrationFromJson } from "../bedside/record.ts";
import type { ErrorCode } from "../errorCodes.ts";
import type { JsonValue } from "../input/json.ts";
import { matching, objectOf, oneOf, shaped, textOf, whole, type Shape } from "../input/shapes.ts";
import type { DockQuestion, MatchQuestion, QueueQuestion, RecordQuestion, VerifyQuestion } from "./api.ts";

/** The shapes of what a page may ask: whoever found its address writes what he likes. */

/** More characters than any label, code, stage or wristband has. */
const SCANNED = textOf(1000);
/** More folders than anybody names. */
const FOLDER = whole(0, 9999);
/** Longest file that is given in a question, characters. */
const FILE = textOf(2 ** 20);

const DOCK: Shape<DockQuestion> = objectOf({ label: SCANNED, folder: FOLDER, stage: SCANNED, carrier: SCANNED });
const MATCH: Shape<MatchQuestion> = objectOf({ label: SCANNED, folder: FOLDER, wristband: SCANNED, carrier: SCANNED });
/** What two people signed is read by whoever records it. */
const RECORD: Shape<RecordQuestion> = objectOf({
  ...{ folder: FOLDER, wristband: SCANNED },
  record: (value) => administrationFromJson(JSON.stringify(value), "record"),
});
const VERIFY: Shape<VerifyQuestion> = objectOf({ by: oneOf(["label", "batch", "credential", "standing"]), text: FILE });

const QUEUE: Shape<QueueQuestion> = objectOf({ account: matching(/^0x[0-9a-fA-F]{40}$/) });

const CODE: ErrorCode = "site-question";

/** Reads a question. Error `site-question`: it is none, with the member that is wrong. */
function reader<Question>(shape: Shape<Question>, name: string): (question: JsonValue) => Question {
  return (question) => shaped(shape, question, name, CODE, "question");
}

export const dockQuestion = reader(DOCK, "question at a dock");
export const matchQuestion = reader(MATCH, "question at a bedside");
export const recordQuestion = reader(RECORD, "question to record an administration");
export const verifyQuestion = reader(VERIFY, "question about a batch");
export const queueQuestion = reader(QUEUE, "question about a queue");
