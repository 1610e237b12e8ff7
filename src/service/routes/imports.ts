import { dirname } from "node:path";
import { Type, type Static, type TObject } from "typebox";
import { toHex } from "../../formats/field.ts";
import { MOST_RAW_FILES } from "../../formats/constants.ts";
import { jsonValueOf } from "../../formats/jsonText.ts";
import {
  importReadings,
  importResults,
  type Imported,
  type ReadingsImport,
  type Target,
} from "../../claims/importClaim.ts";
import { importTable } from "../../claims/importTable.ts";
import { importMesRecord } from "../../claims/mesRecord.ts";
import { inputError, placed } from "../../errors.ts";
import { fridgetagReader } from "../../import/fridgetagSeries.ts";
import { inspectFile } from "../../import/inspect/inspect.ts";
import { resultsProfileNamed } from "../../import/resultsProfile.ts";
import { resultsReading } from "../../import/resultsTable.ts";
import { MAX_CLOCK_ERROR } from "../../import/seriesRecord.ts";
import { shippedList } from "../../import/shippedList.ts";
import { LONG_FORM, profileNamed, shippedProfile } from "../../import/table/shipped.ts";
import { toldClock } from "../../import/table/toldClock.ts";
import { MAX_BUCKET, MIN_BUCKET, NOT_THINNED } from "../../import/thin.ts";
import { readBytes } from "../../input/files.ts";
import { parseOffset, parseTime } from "../../input/times.ts";
import { claimNamed } from "../../policy/document.ts";
import {
  readFor,
  requireSeen,
  showing,
  shownFolder,
  siteNamed,
  type BatchCall,
  type SeenBatch,
  type Shown,
} from "../folders.ts";
import { route, type Reply, type Route } from "../route.ts";
import { keyOfSite } from "../siteKeys.ts";
import {
  BATCH_PARAMS,
  BATCH_PATH,
  CLAIM_ID,
  CLOSED,
  DEVICE,
  HEX,
  REASON,
  SHA256,
  SITE_PARAMS,
  SITE_PATH,
  TIME,
  WORDS,
} from "../shapes.ts";
import { removeUpload, uploadNamed, type KeptUpload } from "../uploads.ts";

const TAG = "evidence";

const OFFSET = Type.String({ pattern: "^[+-][0-9]{2}:[0-9]{2}$", description: "Of a clock from UTC, such as +02:00." });
const CLOCK = { offset: Type.Optional(OFFSET), zone: Type.Optional(WORDS) };

/** A shipped profile by its name, or an uploaded one by its sha256. */
const PROFILE = {
  profile: Type.Optional(Type.String({ pattern: "^[a-z0-9-]{1,63}$", description: "Name of a shipped profile." })),
  profileFile: Type.Optional(Type.String({ ...SHA256, description: "A profile that was uploaded." })),
};

const DRY_RUN = {
  dryRun: Type.Optional(Type.Boolean({ description: "Everything is done but signing, journaling and writing." })),
};

const SERIES = {
  files: Type.Array(SHA256, { minItems: 1, maxItems: MOST_RAW_FILES, description: "Uploaded files of one device." }),
  claims: Type.Array(CLAIM_ID, { minItems: 1, maxItems: 64 }),
  clockError: Type.Optional(
    Type.Integer({
      minimum: -MAX_CLOCK_ERROR,
      maximum: MAX_CLOCK_ERROR,
      description: "Seconds, reference minus device, when its clock was compared; 0 if it is not said.",
    }),
  ),
  thin: Type.Optional(Type.Integer({ minimum: MIN_BUCKET, maximum: MAX_BUCKET, description: "Seconds of a bucket." })),
  reason: Type.Optional(REASON),
  ...DRY_RUN,
};

const RECORD = Type.Object(
  { claim: Type.String(), attempt: Type.Integer(), record: HEX, summary: Type.Array(Type.String()) },
  CLOSED,
);
const RECORDS = Type.Object({ dryRun: Type.Boolean(), records: Type.Array(RECORD) }, CLOSED);

/** A batch that is imported into, with the uploads that a body names. */
interface Import {
  readonly call: BatchCall;
  readonly seen: SeenBatch;
  readonly files: readonly KeptUpload[];
  readonly isDry: boolean;
}

/**
 * Begins an import. What is signed or written is asked for by somebody who works for the site: a source's signature vouches for
 * readings, and a party would have its own vouched for. Errors: `not-found`, `not-allowed`.
 */
async function begin(call: BatchCall, files: readonly string[], isDry: boolean): Promise<Import> {
  const seen = await readFor(call, "evidence:write");
  if (!isDry && !seen.seesAll) {
    throw inputError("A party's import is a dry run.", {
      code: "not-allowed",
      remedy: "Upload the file, try it with dryRun, and have the site import it.",
    });
  }
  const uploads: KeptUpload[] = [];
  for (const sha256 of files) uploads.push(await uploadNamed(call, seen, sha256));
  return { call, seen, files: uploads, isDry };
}

/** Runs an import, and removes the uploads that it has kept in the batch folder. */
async function run<T>({ seen, files, isDry }: Import, shown: Shown, work: () => Promise<T>): Promise<T> {
  const uploads = files.map(({ path }) => [`${dirname(path)}/`, ""] as const);
  const done = await showing([...uploads, ...shown, ...shownFolder(seen.place)], work);
  if (!isDry) for (const each of files) await removeUpload(each);
  return done;
}

/** The claims that a body names. Errors: `claim`, `not-allowed` (about another party's stage). */
function targetsOf({ batch, stages }: SeenBatch, ids: readonly string[]): Target[] {
  return ids.map((id, i) => {
    const claim = placed(`body#/claims/${i}`, () => claimNamed(batch.policy, id));
    requireSeen(stages.has(claim.claim.stage));
    return { batch, claim };
  });
}

/**
 * What the import of a series is told, besides its reader. A party's dry run reads no journal: whether what it guesses contradicts
 * readings of other batches is for nobody to ask who may not see them.
 */
function seriesOf(
  { call: { service }, seen: { place, seesAll }, files, isDry }: Import,
  { clockError = 0, thin = NOT_THINNED, reason = "" }: Static<TObject<typeof SERIES>>,
): Omit<ReadingsImport, "read"> {
  const { key, path } = keyOfSite(service.keys, place.site, "source");
  return {
    files: files.map(({ path }) => path),
    settings: { clockError, bucket: thin },
    sourceKey: key,
    journalPath: `${seesAll ? path : (files[0]?.path ?? "")}.journal`,
    ...{ reason, dryRun: isDry, now: service.now() },
  };
}

function shownSource({ seen: { place } }: Import): Shown {
  const source = place.site.keys?.source;
  return source === undefined ? [] : [[source, "the source's key"]];
}

function answerOf(
  targets: readonly Target[],
  imported: readonly Imported[],
  isDry: boolean,
): Reply<Static<typeof RECORDS>> {
  const records = imported.map(({ attempt, record, summary }, i) => ({
    claim: targets[i]?.claim.claim.id ?? "",
    ...{ attempt, record: toHex(record), summary: [...summary] },
  }));
  return { body: { dryRun: isDry, records } };
}

const placeIn = (name: string): string => `body#/${name}`;

const fridgetag = route({
  operation: "importFridgetag",
  method: "POST",
  path: `${BATCH_PATH}/imports/fridgetag`,
  permission: "evidence:write",
  tag: TAG,
  summary: "Imports files of a Fridge-tag or Q-tag; its signature is verified.",
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object({ ...SERIES, offset: Type.Optional(OFFSET) }, CLOSED),
    reply: RECORDS,
  },
  run: async (call) => {
    const { offset, files, claims, dryRun = false } = call.body;
    const begun = await begin(call, files, dryRun);
    const read = fridgetagReader(offset === undefined ? undefined : parseOffset(offset, placeIn("offset")));
    const targets = targetsOf(begun.seen, claims);
    const request = { ...seriesOf(begun, call.body), read };
    return answerOf(targets, await run(begun, shownSource(begun), () => importReadings(targets, request)), dryRun);
  },
});

const table = route({
  operation: "importTable",
  method: "POST",
  path: `${BATCH_PATH}/imports/table`,
  permission: "evidence:write",
  tag: TAG,
  summary: "Imports a table of readings by a profile; without one, in the long form of historians.",
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object(
      { ...SERIES, ...PROFILE, ...CLOCK, device: DEVICE, tags: Type.Optional(Type.Array(WORDS, { maxItems: 16 })) },
      CLOSED,
    ),
    reply: RECORDS,
  },
  run: async (call) => {
    const { files, claims, device, tags = [], dryRun = false } = call.body;
    const begun = await begin(call, files, dryRun);
    const targets = targetsOf(begun.seen, claims);
    const told = { device, ...toldClock(call.body, placeIn) };
    const given = await profileOf(begun, call.body, profileNamed);
    const profile = given?.parsed ?? shippedProfile(LONG_FORM);
    const request = { ...seriesOf(begun, call.body), profile, told, tags, tagsPlace: placeIn("tags") };
    return answerOf(targets, await run(begun, shownSource(begun), () => importTable(targets, request)), dryRun);
  },
});

/** What a body names as its profile, read; undefined where it names none. Errors: `usage` (two), `not-found`, those of `named`. */
async function profileOf<P>(
  { call, seen }: Pick<Import, "call" | "seen">,
  { profile, profileFile }: { readonly profile?: string | undefined; readonly profileFile?: string | undefined },
  named: (given: string) => Promise<P>,
): Promise<{ readonly name: string; readonly parsed: P } | undefined> {
  if (profile !== undefined && profileFile !== undefined) {
    throw inputError("A file is read by one profile.", {
      code: "usage",
      place: placeIn("profileFile"),
      remedy: "Name a shipped one or an uploaded one.",
    });
  }
  if (profile !== undefined) return { name: profile, parsed: await named(profile) };
  if (profileFile === undefined) return undefined;
  const { path, name } = await uploadNamed(call, seen, profileFile);
  return { name, parsed: await showing([[`${dirname(path)}/`, ""]], () => named(path)) };
}

const results = route({
  operation: "importResults",
  method: "POST",
  path: `${BATCH_PATH}/imports/results`,
  permission: "evidence:write",
  tag: TAG,
  summary: "Imports a laboratory's results, in the project's own form or by a profile.",
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object({ file: SHA256, claim: CLAIM_ID, reported: TIME, ...PROFILE, ...CLOCK, ...DRY_RUN }, CLOSED),
    reply: RECORDS,
  },
  run: async (call) => {
    const { file, claim, reported, dryRun = false } = call.body;
    const begun = await begin(call, [file], dryRun);
    const [upload] = begun.files;
    const targets = targetsOf(begun.seen, [claim]);
    const [target] = targets;
    if (upload === undefined || target === undefined) throw new Error("one file and one claim were named");
    const profile = await profileOf(begun, call.body, resultsProfileNamed);
    const reading = resultsReading(profile?.parsed, toldClock(call.body, placeIn), upload.name);
    const { key } = keyOfSite(call.service.keys, begun.seen.place.site, "lab");
    const request = {
      ...{ ...target, file: upload.path, labKey: key, dryRun, reported: parseTime(reported, placeIn("reported")) },
      ...(reading === undefined ? {} : { reading }),
    };
    return answerOf(targets, [await run(begun, [], () => importResults(request))], dryRun);
  },
});

const batchml = route({
  operation: "importBatchml",
  method: "POST",
  path: `${BATCH_PATH}/imports/batchml`,
  permission: "evidence:write",
  tag: TAG,
  summary: "Imports an MES's production record; its open exceptions block release.",
  description: "It is about the whole batch, and no party's.",
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object({ file: SHA256, batchId: Type.Optional(WORDS), ...DRY_RUN }, CLOSED),
    reply: Type.Object(
      { dryRun: Type.Boolean(), record: Type.Unknown(), exceptions: Type.Array(Type.Unknown()) },
      CLOSED,
    ),
  },
  run: async (call) => {
    const { file, batchId, dryRun = false } = call.body;
    const begun = await begin(call, [file], dryRun);
    requireSeen(begun.seen.seesAll);
    const [{ path } = { path: "" }] = begun.files;
    const request = {
      ...{ batch: begun.seen.batch, file: path, dryRun },
      ...(batchId === undefined ? {} : { batchId }),
    };
    const { record, exceptions } = await run(begun, [], () => importMesRecord(request));
    return { body: { dryRun, record: jsonValueOf(record), exceptions: exceptions.map(jsonValueOf) } };
  },
});

/** As `inspect --json` gives it. */
const INSPECTION = Type.Object({ file: Type.String(), form: Type.String(), series: Type.Array(Type.Unknown()) });

const inspect = route({
  operation: "inspectFile",
  method: "POST",
  path: `${BATCH_PATH}/inspections`,
  permission: "evidence:write",
  tag: TAG,
  summary: "What an uploaded file is, and what an import would read of it; nothing is written.",
  isPrivate: true,
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object({ file: SHA256, tag: Type.Optional(WORDS), ...PROFILE, ...CLOCK }, CLOSED),
    reply: INSPECTION,
  },
  run: async (call) => {
    const { file, tag } = call.body;
    const seen = await readFor(call, "evidence:write");
    const { path, name } = await uploadNamed(call, seen, file);
    const profile = await profileOf({ call, seen }, call.body, profileNamed);
    const bytes = await showing([[`${dirname(path)}/`, ""]], () => readBytes(path));
    const found = await inspectFile(bytes, name, {
      ...toldClock(call.body, placeIn),
      ...(tag === undefined ? {} : { tag }),
      profiles: profile === undefined ? [] : [{ given: profile.name, profile: profile.parsed }],
    });
    return { body: jsonValueOf({ file: name, ...found }) as Static<typeof INSPECTION> };
  },
});

const listProfiles = route({
  operation: "listProfiles",
  method: "GET",
  path: `${SITE_PATH}/profiles`,
  permission: "evidence:write",
  tag: TAG,
  summary: "Profiles that the package holds, of tables and of laboratories' results.",
  schemas: {
    params: SITE_PARAMS,
    reply: Type.Object(
      {
        profiles: Type.Array(
          Type.Object({ name: Type.String(), hash: HEX, about: Type.String(), format: Type.String() }, CLOSED),
        ),
      },
      CLOSED,
    ),
  },
  run: ({ params, service }) => {
    siteNamed(service, params.site);
    return Promise.resolve({ body: { profiles: shippedList() } });
  },
});

export const IMPORT_ROUTES: readonly Route[] = [fridgetag, table, results, batchml, inspect, listProfiles];
