import { ZeroHash, type ContractTransactionResponse } from "ethers";
import { mined } from "../../src/chain/deploy.ts";
import type { QualifiedPersons } from "../../src/chain/handles.ts";
import { qpProposal } from "../../src/chain/proposals.ts";
import { explained } from "../../src/chain/revert.ts";
import { inputError } from "../../src/errors.ts";
import { BATCH_SEAT } from "../../src/formats/codes.ts";
import { addressOf, transactionOf } from "../chain.ts";
import { flag, required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { asAccountOn, stageOf, standing, targetOf, type OnBatch } from "../target.ts";
import { fileHash } from "../values.ts";

/** `qp propose`. */
export const propose = seating(
  (persons, named) => persons.proposeQp(...named),
  async ({ register: { persons } }, [key, seat, qp]) =>
    (await explained(() => persons.qpsOf(key, seat))).includes(qp)
      ? `${qp} is added: none of those who were named has the role any more.`
      : `${qp} is proposed. One of those who were named consents: qp consent.`,
);
/** `qp consent`. */
export const consent = seating(
  (persons, named) => persons.consentQp(...named),
  (_on, [, , qp]) => Promise.resolve(`${qp} is added.`),
);
/** `qp withdraw`. */
export const withdraw = seating(
  (persons, named) => persons.withdraw(qpProposal(...named)),
  (_on, [, , qp]) => Promise.resolve(`The proposal of ${qp} is taken back.`),
);

type Named = readonly [key: string, seat: number, qp: string];

/** One call about a seat and an account. */
function seating(
  call: (persons: QualifiedPersons, named: Named) => Promise<ContractTransactionResponse>,
  said: (on: OnBatch, named: Named) => Promise<string>,
): (args: readonly string[], options: Options) => Promise<Answer> {
  return async ([dir], options) => {
    const target = await targetOf(dir, options);
    const stage = text(options, "stage");
    const seat = stage === undefined ? BATCH_SEAT : stageOf(target, stage);
    const qp = addressOf(required(options, "qp"), "--qp");
    return asAccountOn(target, options, async (on) => {
      const named = [on.key, seat, qp] as const;
      const receipt = await mined(() => call(on.register.persons, named));
      return standing(await said(on, named), on, { qp, stage: stage ?? null, ...transactionOf(receipt) });
    });
  };
}

/** `confirm-stage`. */
export async function confirmStage([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const stage = required(options, "stage");
  const index = stageOf(target, stage);
  const document = await confirmation(options);
  return asAccountOn(target, options, async (on) => {
    const receipt = await mined(() => on.register.persons.confirmStage(on.key, index, document ?? ZeroHash));
    const done =
      document === null ? `The confirmation of stage ${stage} is taken back.` : `Stage ${stage} is confirmed.`;
    return standing(done, on, { stage, document, ...transactionOf(receipt) });
  });
}

/** sha256 of the confirmation, 0x hex; null: it is taken back. Errors: `usage`, those of `fileHash`. */
async function confirmation(options: Options): Promise<string | null> {
  const document = text(options, "document");
  if ((document === undefined) === flag(options, "withdraw")) {
    return document === undefined ? null : await fileHash(document);
  }
  throw inputError("A stage is confirmed by a document, or its confirmation is taken back.", {
    place: "batchproof confirm-stage",
    remedy: "Give either --document or --withdraw.",
    code: "usage",
  });
}
