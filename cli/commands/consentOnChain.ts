import { commandOf } from "../../src/commandLine.ts";
import { mined } from "../../src/chain/deploy.ts";
import { consentCommitment, readConsent } from "../../src/parties/consentFile.ts";
import { reasonArgs } from "../../src/formats/reasons.ts";
import { asAccount, sameRegister, transactionOf } from "../chain.ts";
import { type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { asAccountOn, saidReason, standing, targetOf } from "../target.ts";
import { hashOf } from "../values.ts";

/** `consent grant`. */
export async function grant([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const commitment = consentCommitment(await readConsent(file));
  return asAccount(options, async ({ consents }, account) => {
    const holder = await account.getAddress();
    const sent = transactionOf(await mined(() => consents.grant(commitment)));
    const consent = await consents.idOf(holder, commitment);
    const text = `${fieldLines({ consent, holder, ...sent })}\nThe owner names it: ${commandOf("open", "DIR", "--qp", "QP", "--consent", consent, ...sameRegister(options), "--account", "OWNER")}`;
    return { text, json: { consent, holder, ...sent } };
  });
}

/** `consent revoke`. */
export async function revoke([given = ""]: readonly string[], options: Options): Promise<Answer> {
  const consent = hashOf(given, "batchproof consent revoke", "consent");
  return asAccount(options, async ({ consents }) => {
    const sent = transactionOf(await mined(() => consents.revoke(consent)));
    return { text: fieldLines({ revoked: consent, ...sent }), json: { consent, ...sent } };
  });
}

/** `consent decide`. */
export async function decide([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const reason = await saidReason(options, target);
  return asAccountOn(target, options, async (on) => {
    const receipt = await mined(() => on.register.registry.decideRevocation(on.key, ...reasonArgs(reason)));
    return standing("Decided to go on.", on, { ...reason, ...transactionOf(receipt) });
  });
}
