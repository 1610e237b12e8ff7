import { ZeroHash } from "ethers";
import { Type } from "typebox";
import { stageIndex } from "../../batch/folder.ts";
import { refuseOtherOwner, writeRegistration } from "../../batch/registration.ts";
import { folderQuestion, policyIdOfBatch } from "../../batch/stageQuestion.ts";
import { isAttested, itemOf, requireChainSignals, type Attested } from "../../chain/attest.ts";
import type { Chain } from "../../chain/connect.ts";
import type { Register } from "../../chain/handles.ts";
import { dueDates, isOpenedSo, openingArgs, requireQpRole, type AskedOpening } from "../../chain/opened.ts";
import { prepared, type Prepared } from "../../chain/prepared.ts";
import { explained } from "../../chain/revert.ts";
import { readProof } from "../../claims/proofFits.ts";
import { claimIdOf, toAttest, type ToAttest } from "../../claims/toAttest.ts";
import { inputError } from "../../errors.ts";
import { batchKey } from "../../formats/context.ts";
import { parseTime } from "../../input/times.ts";
import { claimNamed } from "../../policy/document.ts";
import { lockedCircuitId } from "../../setup/artifactLock.ts";
import { readStanding } from "../../standing/read.ts";
import { askStage } from "../../standing/stageGate.ts";
import { readFor, requireSeen, showing, shownFolder, shownName, type BatchCall, type SeenBatch } from "../folders.ts";
import { PREPARED } from "../preparedShape.ts";
import { aboutBatch, accountWithoutKey, addressIn, onRegister, ownedBatch, type OwnedBatch } from "../register.ts";
import { route, type Route } from "../route.ts";
import { ADDRESS, BATCH_PARAMS, BATCH_PATH, CLAIM_ID, CLOSED, HEX, STAGE_NAME, TIME } from "../shapes.ts";

const TAG = "register";
const OWNER = Type.Optional(ADDRESS);
/** What is said of a batch: many members, each in docs/spec/formats.md. */
const SAID = Type.Record(Type.String(), Type.Unknown());

const gate = route({
  operation: "askGate",
  method: "GET",
  path: `${BATCH_PATH}/gate`,
  permission: "batch:read",
  tag: TAG,
  summary: "Whether a stage may begin, as the command gate says it.",
  description: "`ready` alone is a yes. An answer that cannot be concluded is a problem, never a no or a yes.",
  schemas: {
    params: BATCH_PARAMS,
    query: Type.Object({ stage: STAGE_NAME, owner: OWNER }, CLOSED),
    reply: SAID,
  },
  run: async (call) => {
    const seen = await readFor(call, "batch:read");
    const { batch } = seen;
    const stage = stageIndex(batch, call.query.stage);
    requireSeen(seen.stages.has(stage));
    return about(call, seen, call.query.owner, async ({ key, register, chain }) => ({
      body: {
        ...(await askStage(
          register,
          chain,
          { key, policy: batch.policy },
          folderQuestion(batch, stage, lockedCircuitId),
        )),
      },
    }));
  },
});

const standing = route({
  operation: "readStanding",
  method: "GET",
  path: `${BATCH_PATH}/standing`,
  permission: "batch:read",
  tag: TAG,
  summary: "What the register says of the batch (`batchproof-standing/1`).",
  description: "It is about all stages, so that a party is refused.",
  schemas: {
    params: BATCH_PARAMS,
    query: Type.Object({ owner: OWNER }, CLOSED),
    reply: SAID,
  },
  run: async (call) => {
    const seen = await readFor(call, "batch:read");
    requireSeen(seen.seesAll);
    return about(call, seen, call.query.owner, async ({ key, register, chain }) => ({
      body: { ...(await readStanding(register, chain, key)).standing },
    }));
  },
});

const STAGE_QP = Type.Object({ stage: STAGE_NAME, qp: ADDRESS }, CLOSED);
/** As many as the register takes of each. */
const MOST_NAMED = 64;

const open = route({
  operation: "prepareOpening",
  method: "POST",
  path: `${BATCH_PATH}/open`,
  permission: "batch:write",
  tag: TAG,
  summary: "Prepares the opening of the batch for its owner's key.",
  description: "Asked again once it was sent, it says so, and the folder remembers where its batch is.",
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object(
      {
        from: ADDRESS,
        qps: Type.Array(ADDRESS, { minItems: 1, maxItems: MOST_NAMED }),
        stageQps: Type.Optional(Type.Array(STAGE_QP, { maxItems: MOST_NAMED })),
        submitters: Type.Optional(Type.Array(ADDRESS, { maxItems: MOST_NAMED })),
        due: Type.Optional(TIME),
        dueCompletion: Type.Optional(TIME),
        consent: Type.Optional(HEX),
        supersedes: Type.Optional(HEX),
      },
      CLOSED,
    ),
    reply: Type.Object({ key: HEX, already: Type.Boolean(), prepared: Type.Union([PREPARED, Type.Null()]) }, CLOSED),
  },
  run: async (call) => {
    const { batch, place } = await readFor(call, "batch:write");
    const from = addressIn(call.body.from, "body#/from");
    const asked = openingOf(batch, call.body);
    return onRegister(call.service, async (register, chain) => {
      const registry = await register.registry.getAddress();
      const registration = { chainId: chain.chainId.toString(), registry, owner: from };
      await showing(shownFolder(place), () => refuseOtherOwner(place.dir, registration));
      const key = batchKey(from, batch.commitments.batch);
      return aboutBatch(shownName(place), batch, { owner: from, key }, async () => {
        if (await isOpenedSo(register, key, asked)) {
          const { opened } = await explained(() => register.registry.batchOf(key));
          await writeRegistration(place.dir, { ...registration, opened: Number(opened) });
          return { body: { key, already: true, prepared: null } };
        }
        await requireQps(register, asked);
        const args = openingArgs(asked, await dueDates(chain, asked.due, batch.policy.maxDue));
        const call = await prepared({ register, chain, from }, register.registry.openBatch, args);
        return { body: { key, already: false, prepared: call } };
      });
    });
  },
});

interface OpeningBody {
  readonly qps: readonly string[];
  readonly stageQps?: readonly { readonly stage: string; readonly qp: string }[];
  readonly submitters?: readonly string[];
  readonly due?: string;
  readonly dueCompletion?: string;
  readonly consent?: string;
  readonly supersedes?: string;
}

/** Errors: `address`, `batch-stage`, those of `parseTime`. */
function openingOf(batch: SeenBatch["batch"], body: OpeningBody): AskedOpening {
  const { qps, stageQps = [], submitters = [], due, dueCompletion, consent, supersedes } = body;
  return {
    ...batch.commitments,
    policyId: policyIdOfBatch(batch, lockedCircuitId),
    consent: consent ?? ZeroHash,
    supersedes: supersedes ?? ZeroHash,
    qps: qps.map((qp) => addressIn(qp, "body#/qps")),
    stageQps: stageQps.map(({ stage, qp }) => ({
      stage: stageIndex(batch, stage),
      qp: addressIn(qp, "body#/stageQps"),
    })),
    submitters: submitters.map((submitter) => addressIn(submitter, "body#/submitters")),
    due: [timeIn(due, "body#/due"), timeIn(dueCompletion, "body#/dueCompletion")],
  };
}

function timeIn(given: string | undefined, place: string): bigint | undefined {
  return given === undefined ? undefined : BigInt(parseTime(given, place));
}

/** Error `qp-role`. */
async function requireQps(register: Register, { qps, stageQps }: AskedOpening): Promise<void> {
  for (const qp of [...qps, ...stageQps.map((each) => each.qp)]) {
    await requireQpRole(register, qp, qp, "Name a Qualified Person's account, or have two ADMINs give it the role.");
  }
}

const ATTESTED = Type.Object(
  {
    key: HEX,
    claims: Type.Array(Type.String(), { description: "Sent, or prepared to be sent, in this order." }),
    already: Type.Array(Type.String(), { description: "Attested before, as their proofs say." }),
    transaction: Type.Union([Type.String(), Type.Null()]),
    block: Type.Union([Type.Integer(), Type.Null()]),
    prepared: Type.Union([PREPARED, Type.Null()]),
  },
  CLOSED,
);

const attest = route({
  operation: "attest",
  method: "POST",
  path: `${BATCH_PATH}/attest`,
  permission: "claim:attest",
  tag: TAG,
  summary: "Sends the batch's proofs by the service's account, or prepares them for the account that is named.",
  description: "Proofs that the register has already are not sent again.",
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object(
      { claims: Type.Optional(Type.Array(CLAIM_ID, { maxItems: 256 })), from: OWNER, owner: OWNER },
      CLOSED,
    ),
    reply: ATTESTED,
  },
  run: async (call) => {
    const seen = await readFor(call, "claim:attest");
    const { claims = [], from, owner } = call.body;
    const { attester } = call.service;
    return about(call, seen, owner, async (on) => {
      if (from !== undefined) return { body: await preparedProofs(seen, on, claims, addressIn(from, "body#/from")) };
      if (attester === undefined) throw noAccount();
      let chosen: ToAttest = { pending: [], attested: [] };
      const sent = await attester.attest(on, async () => (chosen = await chosenProofs(seen, on, claims)).pending);
      return { body: attestedBody(seen, on, chosen, { sent }) };
    });
  },
});

/** Error `account`: nobody would send the proofs. */
function noAccount(): Error {
  return inputError("The service has no account to send from.", {
    code: "account",
    place: "body#/from",
    remedy: "Name the account for which it is prepared: from; or have service.json name a keystore: account.",
  });
}

/** A batch on the register that is asked. */
interface OnRegister extends OwnedBatch {
  readonly register: Register;
  readonly chain: Chain;
}

async function preparedProofs(
  seen: SeenBatch,
  on: OnRegister,
  claims: readonly string[],
  from: string,
): Promise<ReturnType<typeof attestedBody>> {
  const { register, key } = on;
  const chosen = await chosenProofs(seen, on, claims);
  if (chosen.pending.length === 0) return attestedBody(seen, on, chosen, {});
  await requireChainSignals(accountWithoutKey(from), register, key, chosen.pending);
  const args = [key, chosen.pending.map(itemOf)] as const;
  return attestedBody(seen, on, chosen, { call: await prepared({ ...on, from }, register.registry.attest, [...args]) });
}

/** Errors: `claim`, those of `readProof` and `toAttest`. */
async function chosenProofs(
  { batch, place }: SeenBatch,
  { register, chain, key }: OnRegister,
  claims: readonly string[],
): Promise<ToAttest> {
  const named = await Promise.all(claims.map((id) => readProof(batch, claimNamed(batch.policy, id).claim.id)));
  const { attested, refused } = await explained(() => register.registry.batchOf(key));
  const said = {
    ...{ chainId: chain.chainId, attested, refused, options: [] },
    isAttested: (envelope: ToAttest["pending"][number]) => isAttested(register, key, envelope),
  };
  return showing(shownFolder(place), () => toAttest(batch, { named, sent: new Set() }, said));
}

function attestedBody(
  { batch }: SeenBatch,
  { key }: OnRegister,
  { pending, attested }: ToAttest,
  { sent, call }: { readonly sent?: Attested | undefined; readonly call?: Prepared },
) {
  return {
    key,
    claims: pending.map((envelope) => claimIdOf(batch, envelope)),
    already: attested.map((envelope) => claimIdOf(batch, envelope)),
    ...{ transaction: sent?.transaction ?? null, block: sent?.block ?? null, prepared: call ?? null },
  };
}

/** Runs with what the register has of a batch; errors name no path of this machine. */
function about<T>(
  { service }: BatchCall,
  { batch, place }: SeenBatch,
  owner: string | undefined,
  run: (on: OnRegister) => Promise<T>,
): Promise<T> {
  return onRegister(service, async (register, chain) => {
    const owned = await showing(shownFolder(place), () => ownedBatch(service, batch, owner));
    return aboutBatch(shownName(place), batch, owned, () => run({ ...owned, register, chain }));
  });
}

/** What the register says of a batch, and what its owner and whoever submits send there. */
export const REGISTER_ROUTES: readonly Route[] = [gate, standing, open, attest];
