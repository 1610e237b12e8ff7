import { answers, type AddCommands } from "../command.ts";
import { withAccount, withBatch, withReason, withRegistry } from "../options.ts";

const work = () => import("../commands/consent.ts");
const onChain = () => import("../commands/consentOnChain.ts");

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
    work,
    ({ create }) => create,
  );
  answers(
    withAccount(withRegistry(consent.command("grant <file>"))).description(
      "give a consent; the account is its holder and alone can revoke it",
    ),
    give,
    onChain,
    ({ grant }) => grant,
  );
  answers(
    withAccount(withRegistry(consent.command("revoke <consent>"))).description(
      "revoke a consent for good: no batch opens with it, and one that has it waits for its QP (holder)",
    ),
    give,
    onChain,
    ({ revoke }) => revoke,
  );
  answers(
    withReason(withBatch(consent.command("decide")), "decideRevocation").description(
      "decide to go on with a batch although its consent was revoked (QP); to end it: reject or abort",
    ),
    give,
    onChain,
    ({ decide }) => decide,
  );
};
