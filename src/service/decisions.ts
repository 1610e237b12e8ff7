import { readdir } from "node:fs/promises";
import { ZeroHash, type BaseContractMethod, type ContractMethodArgs, type ContractTransactionResponse } from "ethers";
import { join } from "node:path";
import { Type, type Static, type TObject, type TProperties } from "typebox";
import { headOf } from "../batch/commitments.ts";
import { readBatch, stageIndex } from "../batch/folder.ts";
import { TEXTS_FOLDER } from "../batch/paths.ts";
import { readRegistration } from "../batch/registration.ts";
import { privateNames } from "../batch/privateNames.ts";
import { itemOf, requireChainSignals } from "../chain/attest.ts";
import { certifiedBefore, certifying } from "../chain/certification.ts";
import type { Chain } from "../chain/connect.ts";
import { raised, raisingArgs } from "../chain/exceptions.ts";
import type { Register } from "../chain/handles.ts";
import { madeLately } from "../chain/once.ts";
import { prepared, type Prepared } from "../chain/prepared.ts";
import { closingProposal, qpProposal } from "../chain/proposals.ts";
import { publicName } from "../chain/publicName.ts";
import { keepSalted, saltedWords } from "../chain/reasonWords.ts";
import { explained } from "../chain/revert.ts";
import { exceptionEvidence } from "../claims/exceptionEvidence.ts";
import { mesExceptionNamed, requireNoBlockingException } from "../claims/mesExceptions.ts";
import { readProof, requireFitting } from "../claims/proofFits.ts";
import { requireOurCircuits } from "../claims/toAttest.ts";
import { inputError } from "../errors.ts";
import { certificateTypedData } from "../formats/certificate.ts";
import type { CertificateLine } from "../formats/certificateLines.ts";
import {
  BATCH_SEAT,
  DISPOSITION,
  EXCEPTION_CATEGORY,
  REASONS_OF,
  type DispositionName,
  type ExceptionCategoryName,
  type ReasonedCall,
  type ReasonName,
} from "../formats/codes.ts";
import { NO_NAME, nameWord } from "../formats/names.ts";
import { NO_WORDS, reasonArgs } from "../formats/reasons.ts";
import { parseTime } from "../input/times.ts";
import { claimNamed, documentHash } from "../policy/document.ts";
import { requirePermission } from "./caller.ts";
import { existingPlace, notFound, showing, shownFolder, type BatchCall, type SeenBatch } from "./folders.ts";
import { accountWithoutKey, addressIn, ownedBatch, type OwnedBatch } from "./register.ts";
import { ADDRESS, CLAIM_ID, CLOSED, HEX, SLUG, STAGE_NAME, TIME } from "./shapes.ts";

/** What a decision is about, and whose it is. */
export interface DecisionAbout extends OwnedBatch, Pick<SeenBatch, "batch" | "place"> {
  readonly call: BatchCall;
  readonly register: Register;
  readonly chain: Chain;
  /** The account of the person who decides. */
  readonly from: string;
}

/** A decision that waits for its person. */
export interface PreparedDecision {
  /** Transaction or block by which the same account decided the same before; null: it did not, or it can be decided again. */
  readonly already: string | null;
  readonly prepared: Prepared | null;
  /** Of a certificate: the same for a wallet that shows what it signs. */
  readonly typedData: Readonly<Record<string, unknown>> | null;
  readonly lines: readonly CertificateLine[] | null;
}

/** One kind of decision: what is said of it, and how it is prepared. */
export interface Decision {
  readonly schema: TObject;
  /** Errors: what the register refuses, and those of what is named. */
  readonly prepare: (about: DecisionAbout, body: unknown) => Promise<PreparedDecision>;
}

function decision<P extends TProperties>(
  kind: string,
  properties: P,
  prepare: (about: DecisionAbout, body: Static<TObject<P>>) => Promise<PreparedDecision>,
): Decision {
  const schema = Type.Object(
    { kind: Type.Literal(kind), from: ADDRESS, owner: Type.Optional(ADDRESS), ...properties },
    CLOSED,
  );
  return { schema, prepare: (about, body) => prepare(about, body as Static<TObject<P>>) };
}

async function waiting<A extends unknown[]>(
  about: DecisionAbout,
  method: BaseContractMethod<A, unknown, ContractTransactionResponse>,
  args: ContractMethodArgs<A>,
): Promise<PreparedDecision> {
  return { already: null, prepared: await prepared(about, method, args), typedData: null, lines: null };
}

function done(already: string): PreparedDecision {
  return { already, prepared: null, typedData: null, lines: null };
}

/** Names of a table, as a schema. */
function oneOf<N extends string>(names: readonly N[]) {
  return Type.Unsafe<N>(Type.String({ enum: names }));
}

/** What says why; `words` stay in the batch's folder, in a file that can be erased, and only their salted hash is public. */
function reasoned(call: ReasonedCall) {
  return { reason: oneOf<ReasonName>(REASONS_OF[call]), words: Type.Optional(Type.String({ maxLength: 2_000 })) };
}

interface Said {
  readonly reason: ReasonName;
  readonly words?: string;
}

/** Words that a batch's folder has room for: what was prepared and never sent keeps its own too, and all of them are read at once. */
const MOST_WORDS = 1_000;

/** Error `words-quota`. */
async function requireRoom(folder: string): Promise<void> {
  const { length } = await readdir(folder).catch(() => []);
  if (length < MOST_WORDS) return;
  throw inputError(`The folder of the batch keeps ${MOST_WORDS} texts already.`, {
    code: "words-quota",
    place: "body#/words",
  });
}

/** The words are kept once the register would take the call, and before anybody can send it. Errors: `words`, `words-quota`. */
async function withReason(
  { batch }: DecisionAbout,
  { reason, words }: Said,
  prepare: (args: readonly [reason: number, words: string]) => Promise<PreparedDecision>,
): Promise<PreparedDecision> {
  if (words === undefined) return prepare(reasonArgs({ reason, words: NO_WORDS }));
  const folder = join(batch.dir, TEXTS_FOLDER);
  const salted = saltedWords(words, "body#/words");
  await requireRoom(folder);
  const waits = await prepare(reasonArgs({ reason, words: salted.hash }));
  await keepSalted(folder, salted);
  return waits;
}

function ending(kind: "reject" | "abort" | "recall"): Decision {
  return decision(kind, reasoned(kind), (about, body) =>
    withReason(about, body, (args) => waiting(about, about.register.registry[kind], [about.key, ...args])),
  );
}

/** Further batches of the site, by their ids. The register takes 64 in all. */
const FURTHER = { maxItems: 63 } as const;

/** A further batch that a decision is about too: the caller must be allowed the same of it. */
async function furtherBatch({ call, owner }: DecisionAbout, id: string): Promise<Pick<DecisionAbout, "key" | "batch">> {
  const address = { ...call.params, batch: id };
  requirePermission(call.caller, "decision:prepare", address);
  const place = await existingPlace(call.service, address);
  return showing(shownFolder(place), async () => {
    const batch = await readBatch(place.dir);
    const isRemembered = (await readRegistration(place.dir)) !== undefined;
    return { batch, ...(await ownedBatch(call.service, batch, isRemembered ? undefined : owner)) };
  });
}

const hold = decision(
  "hold",
  { ...reasoned("hold"), order: Type.Optional(Type.String()), also: Type.Optional(Type.Array(SLUG, FURTHER)) },
  async (about, { order, also = [], ...said }) => {
    const all = [about, ...(await Promise.all(also.map((id) => furtherBatch(about, id))))];
    const hidden = all.flatMap(({ batch }) => privateNames(batch));
    const word = order === undefined ? NO_NAME : nameWord(publicName(order, "body#/order", hidden));
    const keys = all.map(({ key }) => key);
    return withReason(about, said, (args) => waiting(about, about.register.registry.hold, [keys, ...args, word]));
  },
);

const unhold = decision("unhold", { ...reasoned("unhold"), holder: Type.Optional(ADDRESS) }, (about, body) => {
  const holder = body.holder === undefined ? about.from : addressIn(body.holder, "body#/holder");
  return withReason(about, body, (args) =>
    waiting(about, about.register.registry.unhold, [about.key, holder, ...args]),
  );
});

const supply = decision(
  "supply",
  { riskEvaluation: HEX, physicianRequest: HEX, administration: TIME },
  (about, { riskEvaluation, physicianRequest, administration }) => {
    const time = BigInt(parseTime(administration, "body#/administration"));
    const { registry } = about.register;
    return waiting(about, registry.exceptionalSupply, [about.key, riskEvaluation, physicianRequest, time]);
  },
);

const notify = decision("notify", { notified: TIME }, (about, { notified }) => {
  const time = BigInt(parseTime(notified, "body#/notified"));
  return waiting(about, about.register.registry.notifyAuthority, [about.key, time]);
});

const extend = decision(
  "extend",
  { ...reasoned("extendDue"), which: oneOf(["release", "completion"]), due: TIME },
  (about, { which, due, ...said }) => {
    const time = BigInt(parseTime(due, "body#/due"));
    const index = which === "release" ? 0 : 1;
    return withReason(about, said, (args) =>
      waiting(about, about.register.registry.extendDue, [about.key, index, time, ...args]),
    );
  },
);

const challenge = decision("challenge", { ...reasoned("decideChallenge"), challenge: HEX }, (about, body) =>
  withReason(about, body, (args) =>
    waiting(about, about.register.registry.decideChallenge, [about.key, body.challenge, ...args]),
  ),
);

const revocation = decision("consent-decide", reasoned("decideRevocation"), (about, body) =>
  withReason(about, body, (args) => waiting(about, about.register.registry.decideRevocation, [about.key, ...args])),
);

const confirmStage = decision("confirm-stage", { stage: STAGE_NAME, document: HEX }, (about, { stage, document }) => {
  // To the register it takes the confirmation back: that is a decision of its own.
  if (document === ZeroHash) throw inputError("This is no document.", { code: "request", place: "body#/document" });
  return waiting(about, about.register.persons.confirmStage, [about.key, stageIndex(about.batch, stage), document]);
});

const withdrawConfirmation = decision("withdraw-confirmation", { stage: STAGE_NAME }, (about, { stage }) =>
  waiting(about, about.register.persons.confirmStage, [about.key, stageIndex(about.batch, stage), ZeroHash]),
);

/** One more Qualified Person, for a stage or for the batch. */
const SEAT = { qp: ADDRESS, stage: Type.Optional(STAGE_NAME) };

function seating(
  kind: string,
  prepare: (about: DecisionAbout, seat: [key: string, seat: number, qp: string]) => Promise<PreparedDecision>,
): Decision {
  return decision(kind, SEAT, (about, { qp, stage }) => {
    const seat = stage === undefined ? BATCH_SEAT : stageIndex(about.batch, stage);
    return prepare(about, [about.key, seat, addressIn(qp, "body#/qp")]);
  });
}

const nameSubmitter = decision("name-submitter", { submitter: ADDRESS }, (about, { submitter }) =>
  waiting(about, about.register.registry.nameSubmitter, [about.key, addressIn(submitter, "body#/submitter")]),
);

const setHead = decision("set-head", { stage: STAGE_NAME }, async (about, { stage }) => {
  const { batch, place, register, key } = about;
  const index = stageIndex(batch, stage);
  const { hash } = await showing(shownFolder(place), () => Promise.resolve(headOf(batch, index)));
  return waiting(about, register.registry.setHead, [key, index, hash]);
});

/** Replaces an attestation by the proof that lies in the folder, made for the account of QA. */
const amend = decision("amend", { ...reasoned("amend"), claim: CLAIM_ID }, async (about, { claim: named, ...said }) => {
  const { batch, place, register, chain, key, from } = about;
  const { claim } = claimNamed(batch.policy, named);
  const envelope = await showing(shownFolder(place), async () => {
    const read = await readProof(batch, claim.id);
    requireOurCircuits([read], chain.chainId);
    await requireFitting(batch, read, false);
    return read;
  });
  await requireChainSignals(accountWithoutKey(from), register, key, [envelope]);
  return withReason(about, said, (args) => waiting(about, register.registry.amend, [key, itemOf(envelope), ...args]));
});

const CONCERNED = Type.Object({ batch: SLUG, claim: CLAIM_ID }, CLOSED);

interface Judged {
  readonly category?: ExceptionCategoryName;
  readonly severity?: number;
  readonly mes?: string;
}

/** What kind of exception it is: as the body says, or as the folder's MES record does. Errors: `request`, `mes-unknown`. */
async function judgement(
  { batch, place }: DecisionAbout,
  { category, severity, mes }: Judged,
): Promise<Required<Omit<Judged, "mes">>> {
  if (mes === undefined && category !== undefined && severity !== undefined) return { category, severity };
  if (mes !== undefined && category === undefined && severity === undefined) {
    const found = await showing(shownFolder(place), () => mesExceptionNamed(batch, mes, "body#/mes"));
    return { category: found.category, severity: found.severity };
  }
  throw inputError("Give category and severity, or mes alone.", { code: "request", place: "body" });
}

const raise = decision(
  "exception-raise",
  {
    claim: CLAIM_ID,
    category: Type.Optional(oneOf(Object.keys(EXCEPTION_CATEGORY) as ExceptionCategoryName[])),
    severity: Type.Optional(Type.Integer({ minimum: 1, maximum: 3 })),
    mes: Type.Optional(Type.String({ maxLength: 200, description: "Has category and severity in their place." })),
    reference: Type.String({ description: "Number in the quality management system; public." }),
    also: Type.Optional(Type.Array(CONCERNED, FURTHER)),
  },
  async (about, { claim: id, reference, also = [], ...given }) => {
    const { register, batch, from } = about;
    const judged = await judgement(about, given);
    const { claim, index } = claimNamed(batch.policy, id);
    const further = await Promise.all(
      also.map(async (each) => {
        const other = await furtherBatch(about, each.batch);
        return { ...other, claim: claimNamed(other.batch.policy, each.claim).index };
      }),
    );
    const all = [{ key: about.key, batch, claim: index }, ...further];
    const name = publicName(
      reference,
      "body#/reference",
      all.flatMap((each) => privateNames(each.batch)),
    );
    const evidence = await showing(shownFolder(about.place), () => exceptionEvidence(batch, claim));
    const args = raisingArgs(all, { ...judged, reference: name, evidence });
    const { data } = await register.registry.raiseException.populateTransaction(...args);
    const before = await madeLately(register.registry, { from, data }, raised(register, about.key));
    if (before !== undefined) return done(before.hash);
    return waiting(about, register.registry.raiseException, args);
  },
);

const EXCEPTION_ID = Type.String({
  pattern: "^[1-9][0-9]{0,17}$",
  description: "Number of the exception in the register.",
});
const CLOSING = {
  id: EXCEPTION_ID,
  disposition: oneOf(Object.keys(DISPOSITION) as DispositionName[]),
  evidence: HEX,
} as const;

/** An exception of this batch: others are decided on at their own addresses. Error `not-found`. */
async function requireOwn({ register, key }: DecisionAbout, id: string): Promise<bigint> {
  const found = await explained(() => register.registry.exceptionOf(BigInt(id)));
  if (found.key !== key) throw notFound();
  return BigInt(id);
}

function closing(kind: string, method: "proposeClosing" | "confirmClosing"): Decision {
  return decision(kind, CLOSING, async (about, { id, disposition, evidence }) => {
    const args: [bigint, number, string] = [await requireOwn(about, id), DISPOSITION[disposition], evidence];
    return waiting(about, about.register.persons[method], args);
  });
}

const withdrawClosing = decision(
  "exception-withdraw-closing",
  CLOSING,
  async (about, { id, disposition, evidence }) => {
    const proposal = closingProposal(await requireOwn(about, id), DISPOSITION[disposition], evidence);
    return waiting(about, about.register.persons.withdraw, [proposal]);
  },
);

const acknowledge = decision("exception-acknowledge", { id: EXCEPTION_ID }, async (about, { id }) =>
  waiting(about, about.register.persons.acknowledge, [await requireOwn(about, id)]),
);

const certify = decision("certify", { certificate: HEX }, async (about, { certificate: document }) => {
  const { batch, place, register, chain, key, from } = about;
  await showing(shownFolder(place), () => requireNoBlockingException(batch));
  const before = await certifiedBefore(register, key, from, document);
  if (before !== undefined) return done(`block ${before}`);
  const asked = { key, document, policy: documentHash(batch.policy), dir: place.id };
  const { certificate, lines } = await certifying(register, chain, asked);
  // Without a signature it is the word of the account that sends it.
  const waits = await waiting(about, register.registry.certify, [key, certificate, "0x"]);
  const registry = await register.registry.getAddress();
  return { ...waits, lines, typedData: certificateTypedData(chain.chainId, registry, certificate) };
});

/** Every decision that is prepared, by its kind. */
export const DECISIONS = {
  reject: ending("reject"),
  abort: ending("abort"),
  recall: ending("recall"),
  ...{ hold, unhold, supply, notify, extend, challenge, certify },
  "consent-decide": revocation,
  "confirm-stage": confirmStage,
  "withdraw-confirmation": withdrawConfirmation,
  "qp-propose": seating("qp-propose", (about, seat) => waiting(about, about.register.persons.proposeQp, seat)),
  "qp-consent": seating("qp-consent", (about, seat) => waiting(about, about.register.persons.consentQp, seat)),
  "qp-withdraw": seating("qp-withdraw", (about, seat) =>
    waiting(about, about.register.persons.withdraw, [qpProposal(...seat)]),
  ),
  "name-submitter": nameSubmitter,
  "set-head": setHead,
  amend,
  "exception-raise": raise,
  "exception-propose-closing": closing("exception-propose-closing", "proposeClosing"),
  "exception-confirm-closing": closing("exception-confirm-closing", "confirmClosing"),
  "exception-withdraw-closing": withdrawClosing,
  "exception-acknowledge": acknowledge,
} as const satisfies Readonly<Record<string, Decision>>;

export type DecisionKind = keyof typeof DECISIONS;
