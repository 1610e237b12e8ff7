import { readCircuitList } from "../../src/audit/circuits.ts";
import { inputError } from "../../src/errors.ts";
import { credentialBatch } from "../../src/exports/vcVerify.ts";
import { carrierOf, isSameCarrier, type Carrier } from "../../src/formats/carrier.ts";
import { labelFromText } from "../../src/formats/label.ts";
import { visible } from "../../src/formats/visible.ts";
import { readJson, readJsonText } from "../../src/input/json.ts";
import { because, type Light, type Reason } from "../../src/standing/answer.ts";
import { readStanding } from "../../src/standing/read.ts";
import { readSignedStanding } from "../../src/standing/signed.ts";
import {
  otherRegister,
  otherThanStanding,
  refusedUnasked,
  verifySigned,
  verifyStanding,
  type Beside,
  type Named,
  type Verification,
} from "../../src/standing/verification.ts";
import { addressOf, onRegister } from "../chain.ts";
import { list, text, type Options } from "../command.ts";
import { EXIT_OF_LIGHT, fieldLines, type Answer } from "../output.ts";
import { readSoundPolicy } from "../../src/review/soundPolicy.ts";
import { readKey, targetOf } from "../target.ts";
import { wholeNumber } from "../values.ts";

const HOUR = 3600;

/** `standing show`. */
export function show([file = ""]: readonly string[], options: Options): Promise<Answer> {
  return verifyBatch([], { ...options, standing: file });
}

/** `verify-batch`. */
export async function verifyBatch([dir]: readonly string[], options: Options): Promise<Answer> {
  const asked = await askedFor(dir, options);
  const policy = text(options, "policy");
  const beside = { ...asked, policy: policy === undefined ? asked.policy : await readSoundPolicy(policy) };
  const file = text(options, "standing");
  return answerOf(file === undefined ? await fromNode(beside, options) : await fromFile(file, beside, options));
}

/** The batch that was asked about, and what is known of it besides. */
interface Asked extends Beside {
  /** As a label or a credential names it. */
  readonly named?: Named;
  /** Key of the batch; undefined: that of the signed standing. */
  readonly key: string | undefined;
}

/** What the words name. Errors: `usage` (nothing, or several), those of whoever reads it. */
async function askedFor(dir: string | undefined, options: Options): Promise<Asked> {
  const [label, credential] = [text(options, "label"), text(options, "credential")];
  const ways = [dir, text(options, "batch"), label, credential].filter((each) => each !== undefined).length;
  if (ways > 1 || (ways === 0 && text(options, "standing") === undefined)) {
    throw inputError("Name one batch: by its folder, --batch, --label or --credential.", { code: "usage" });
  }
  if (text(options, "carrier") !== undefined && label === undefined) {
    throw inputError("An identifier of the bag is compared with a label.", { place: "--carrier", code: "usage" });
  }
  if (label !== undefined) return ofLabel(label, options);
  if (credential !== undefined) return ofCredential(credential, options);
  if (ways === 0) return { key: undefined };
  const target = await targetOf(dir, options);
  // A folder has the policy under which its batch was begun: the words of another one would be no words about this batch.
  return { key: readKey(target, options), policy: "folder" in target ? target.folder.policy : undefined };
}

function ofLabel(given: string, options: Options): Asked {
  const { label } = labelFromText(given, "--label");
  const carrier = text(options, "carrier");
  return {
    ...{ named: label, key: label.batch },
    problems: carrier === undefined ? [] : otherCarrier(label.carrier, carrierOf(carrier)),
    notes: [because("label-signature", "who signed the label, only a folder of the batch can say: it was not asked")],
  };
}

function otherCarrier(known: Carrier | undefined, given: Carrier): Reason[] {
  if (known === undefined) return [because("label-id", "the label names no identifier of the bag")];
  if (isSameCarrier(known, given)) return [];
  return [because("label-id", `the label is of bag ${known.text}, and the bag says ${given.text}`)];
}

/** Of a credential only which batch it is about: the register is asked. Errors: those of `credentialBatch`, `did-missing`. */
async function ofCredential(file: string, options: Options): Promise<Asked> {
  const dids = [];
  for (const place of list(options, "did")) dids.push({ value: await readJson(place), place });
  const { problem, ...named } = credentialBatch(await readJsonText(file), file, { now: now(), dids });
  // What the reader did not give says nothing against the credential.
  if (problem?.kind === "input") throw problem;
  const problems = problem === undefined ? [] : [because("credential", visible(problem.message))];
  return { named, key: named.batch, problems };
}

async function fromNode({ named, key = "", ...beside }: Asked, options: Options): Promise<Verification> {
  const circuits = text(options, "circuits");
  const known = circuits === undefined ? undefined : await readCircuitList(circuits);
  return onRegister(options, async (register, chain) => {
    const reader = { chainId: chain.chainId, registry: await register.registry.getAddress() };
    const other = named === undefined ? [] : otherRegister(named, reader);
    if (other.length > 0) return refusedUnasked([...(beside.problems ?? []), ...other], "node");
    const { standing } = await readStanding(register, chain, key, { circuits: known });
    return verifyStanding(standing, now(), beside);
  });
}

async function fromFile(file: string, { named, key, ...beside }: Asked, options: Options): Promise<Verification> {
  const signed = readSignedStanding(await readJsonText(file), file);
  const { standing } = signed;
  const own = {
    chainId: chainOf(options, standing.chainId),
    registry: text(options, "registry") ?? standing.registry,
  };
  const said = { chainId: BigInt(standing.chainId), registry: standing.registry, batch: standing.batch };
  const maxAge = text(options, "maxAge");
  const reader = {
    now: now(),
    maxAge: maxAge === undefined ? undefined : Number(wholeNumber(maxAge, "--max-age")) * HOUR,
    qps: list(options, "qp").map((qp) => addressOf(qp, "--qp")),
  };
  const problems = [
    ...(beside.problems ?? []),
    // Label and standing may agree, and be of another register than the reader goes by.
    ...otherRegister(said, own),
    ...otherThanStanding(named ?? { ...said, batch: key ?? said.batch }, standing),
  ];
  return verifySigned(signed, reader, { ...beside, problems });
}

function chainOf(options: Options, otherwise: string): bigint {
  const given = text(options, "chainId");
  return given === undefined ? BigInt(otherwise) : wholeNumber(given, "--chain-id");
}

/** By this machine's clock, Unix seconds. */
function now(): number {
  return Math.floor(Date.now() / 1000);
}

const TITLE: Readonly<Record<Light, string>> = {
  green: "By the register this batch may be used.",
  red: "By the register this batch may NOT be used.",
  exceptional: "EXCEPTIONAL SUPPLY. Go by what the physician was told and asked for.",
  unknown: "Nothing can be concluded of this batch.",
};

function answerOf(verification: Verification): Answer {
  const { light, reasons, notes, standing, words, from } = verification;
  return {
    text: [
      TITLE[light],
      ...[...reasons, ...notes].map((each) => `  ${each.text}`),
      ...(words === null
        ? []
        : [...words.says, "What this does not say:", ...words.unsaid.map((each) => `  - ${each}`)]),
      ...(standing === null ? [] : ["For the file:", fieldLines(recordOf(standing, from))]),
    ].join("\n"),
    json: verification,
    exitCode: EXIT_OF_LIGHT[light],
  };
}

function recordOf(
  { batch, registry, chainId, block, hash, time }: NonNullable<Verification["standing"]>,
  from: Verification["from"],
): Readonly<Record<string, string | number>> {
  return { batch, register: registry, chain: chainId, block, hash, time, from };
}
