import { mined } from "../../src/chain/deploy.ts";
import { readBytes } from "../../src/input/files.ts";
import { consentCommitment, drawConsent, readConsent } from "../../src/parties/consentFile.ts";
import { asAccount, transactionOf, withAccount, withRegistry } from "../chain.ts";
import { answers, required, type Options, type AddCommands } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { asAccountOn, publicOption, standing, targetOf, withBatch, withReason } from "../target.ts";
import { hashOf } from "../values.ts";

/** `consent`: what a patient agreed to, given and withdrawn by whoever holds it. */
export const addConsentCommands: AddCommands = (program, give) => {
  const consent = program
    .command("consent")
    .description("consents; that one belongs to the batch's patient is asserted by the owner, not proven");
  answers(
    consent
      .command("new <file>")
      .description("draw a consent for one batch; keep the file, nothing of it but a salted hash is ever published")
      .requiredOption("--document <file>", "the signed consent"),
    give,
    async ([file = ""], options) => {
      const commitment = consentCommitment(await drawConsent(file, await readBytes(required(options, "document"))));
      return { text: `${file} made. Give it: batchproof consent grant ${file}`, json: { file, commitment } };
    },
  );
  answers(
    withAccount(withRegistry(consent.command("grant <file>"))).description(
      "give a consent; the account is its holder and alone can revoke it",
    ),
    give,
    grant,
  );
  answers(
    withAccount(withRegistry(consent.command("revoke <consent>"))).description(
      "revoke a consent for good: no batch opens with it, and one that has it waits for its QP (holder)",
    ),
    give,
    revoke,
  );
  answers(
    withReason(withBatch(consent.command("decide"))).description(
      "decide to go on with a batch although its consent was revoked (QP); to end it: reject or abort",
    ),
    give,
    async ([dir], options) => {
      const target = await targetOf(dir, options);
      const reason = publicOption(options, "reason", target);
      return asAccountOn(target, options, async (on) => {
        const receipt = await mined(() => on.register.registry.decideRevocation(on.key, reason));
        return standing("Decided to go on.", on, { reason, ...transactionOf(receipt) });
      });
    },
  );
};

async function grant([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const commitment = consentCommitment(await readConsent(file));
  return asAccount(options, async ({ consents }, account) => {
    const holder = await account.getAddress();
    const sent = transactionOf(await mined(() => consents.grant(commitment)));
    const consent = await consents.idOf(holder, commitment);
    const text = `${fieldLines({ consent, holder, ...sent })}\nThe owner names it: batchproof open --consent ${consent}`;
    return { text, json: { consent, holder, ...sent } };
  });
}

async function revoke([given = ""]: readonly string[], options: Options): Promise<Answer> {
  const consent = hashOf(given, "batchproof consent revoke", "consent");
  return asAccount(options, async ({ consents }) => {
    const sent = transactionOf(await mined(() => consents.revoke(consent)));
    return { text: fieldLines({ revoked: consent, ...sent }), json: { consent, ...sent } };
  });
}
