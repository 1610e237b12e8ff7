import { toBeHex, type Signer } from "ethers";
import { inputError, refusal } from "../errors.ts";
import { SIGNALS, type SignalName } from "../formats/constants.ts";
import { shownHex } from "../formats/field.ts";
import { mined } from "./deploy.ts";
import { handle, type Item, type Register } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import type { ProofEnvelope } from "../formats/proof.ts";
import { formatTime } from "../input/times.ts";
import { explained } from "./revert.ts";

export interface Attested {
  /** Hash of the transaction; absent in a dry run. */
  readonly transaction?: string;
  readonly block?: number;
  readonly gasUsed: bigint;
}

/** A proof, and whom it names as its submitter, which its signal `context` binds. */
export interface NamedProof extends ProofEnvelope {
  readonly submitter?: string;
}

/** The item of an envelope, with B in the order of the EVM. Throws `envelope` for wrong lengths or numbers. */
export function itemOf(envelope: ProofEnvelope): Item {
  const { claim, circuitId, proof } = envelope;
  const [x, y] = proof.b;
  const words = [proof.a[0], proof.a[1], x?.[1], x?.[0], y?.[1], y?.[0], proof.c[0], proof.c[1]].map(number);
  const { head, parties, record, deviations } = signalsOf(envelope);
  return { claim, circuitId, head, parties, record, deviations, proof: words };
}

function signalsOf(envelope: ProofEnvelope): Record<SignalName, bigint> {
  if (envelope.signals.length !== SIGNALS.length) {
    throw inputError(`The proof has ${envelope.signals.length} public signals, expected ${SIGNALS.length}.`, {
      code: "envelope",
    });
  }
  return Object.fromEntries(SIGNALS.map((name, i) => [name, number(envelope.signals[i])])) as Record<
    SignalName,
    bigint
  >;
}

function number(text: string | undefined): bigint {
  if (text === undefined || !/^(0|[1-9][0-9]{0,77})$/.test(text)) {
    throw inputError("The proof holds something else than decimal numbers.", { code: "envelope" });
  }
  return BigInt(text);
}

/**
 * Sends proofs of one batch in one transaction, in order; with `dryRun` asks the chain only and sends nothing.
 * `key`: key of the batch. The signals that the chain fills in itself are compared first, because the chain could only
 * say that a proof is invalid: throws `batch`, `rule`, `opened` (its opening was replaced since) or `context`
 * (the sender is not the submitter that the proof names), then `envelope` and what `explained` says.
 */
export async function attest(
  submitter: Signer,
  register: Register,
  key: string,
  envelopes: readonly NamedProof[],
  options: { readonly dryRun?: boolean } = {},
): Promise<Attested> {
  const registry = handle("ComplianceRegistry", await register.registry.getAddress(), submitter);
  const items = envelopes.map(itemOf);
  await requireChainSignals(submitter, register, key, envelopes);
  if (options.dryRun === true) {
    return { gasUsed: await explained(() => registry.attest.estimateGas(key, items)) };
  }
  const receipt = await mined(() => registry.attest(key, items));
  return { transaction: receipt.hash, block: receipt.blockNumber, gasUsed: receipt.gasUsed };
}

/**
 * Whether the register's last word on a claim is what a proof says: by the same circuit, of the same head, party list,
 * record and deviations. The bytes of the proof may differ. Errors: those of `explained`.
 */
export async function isAttested(
  { registry }: Pick<Register, "registry">,
  key: string,
  envelope: ProofEnvelope,
): Promise<boolean> {
  const item = itemOf(envelope);
  const topics = ["ClaimAttested", "ClaimAmended"].map((name) => registry.interface.getEvent(name)?.topicHash ?? "");
  for await (const log of logsOf(registry, [topics, key, toBeHex(item.claim, 32)])) {
    const said = registry.interface.parseLog(log)?.args.toObject();
    return (["circuitId", "head", "parties", "record", "deviations"] as const).every(
      (name) => said?.[name] === item[name],
    );
  }
  return false;
}

/**
 * Refuses proofs that the chain could only call invalid. Errors `batch`, `rule`, `opened`, `context` (the sender is not
 * the submitter that the proof names), `envelope`, and what `explained` says.
 */
export async function requireChainSignals(
  submitter: Signer,
  { registry, gate, policies }: Register,
  key: string,
  envelopes: readonly NamedProof[],
): Promise<void> {
  const { batch, policyId, opened } = await explained(() => registry.batchOf(key));
  const sender = await submitter.getAddress();
  const context = await explained(() => gate.contextOf(sender));
  for (const envelope of envelopes) {
    const rule = await explained(() => policies.ruleOf(policyId, envelope.claim));
    const signals = signalsOf(envelope);
    const place = `claim ${envelope.claim}`;
    requireEqual("batch", place, signals.batch, batch, "Send the proof to the batch it was made for.");
    requireEqual("rule", place, signals.rule, rule, "Prove again with the policy of this batch.");
    if (signals.opened !== opened) refuseOtherOpening(signals.opened, opened, place);
    if (signals.context !== context) refuseOtherSubmitter(envelope, sender, place);
    requireEqual("context", place, signals.context, context, "Send it from the account, registry and chain it names.");
  }
}

/** The opening was replaced since, or the proof was made for another register's word. */
function refuseOtherOpening(received: bigint, expected: bigint, place: string): void {
  const [said, wanted] = [received, expected].map((time) => formatTime(time));
  throw refusal(
    `The proof is for a batch that was opened ${said}; the register says ${wanted} (signal \`opened\`): its opening was ` +
      "replaced after the proof was made.",
    { code: "opened", place, remedy: "Prove the claim again: prove asks the register anew (--rpc)." },
  );
}

/** Where the proof names another submitter than the sender, addresses say more than the hashes that bind them. */
function refuseOtherSubmitter({ submitter }: NamedProof, sender: string, place: string): void {
  if (submitter === undefined || submitter.toLowerCase() === sender.toLowerCase()) return;
  throw refusal(`The proof is for the submitter ${submitter}, not for ${sender} (signal \`context\`).`, {
    code: "context",
    place,
    remedy: `Send it as the account that it names (--account), or prove again: prove --submitter ${sender}`,
  });
}

function requireEqual(
  name: "batch" | "rule" | "context",
  place: string,
  received: bigint,
  expected: bigint,
  remedy: string,
): void {
  if (received === expected) return;
  const [said, wanted] = [received, expected].map(shownHex);
  throw refusal(`The proof's signal \`${name}\` is ${said}, expected ${wanted}.`, { code: name, place, remedy });
}
