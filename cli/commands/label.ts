import type { Batch } from "../../src/batch/batch.ts";
import { readBatch } from "../../src/batch/folder.ts";
import {
  LABEL_PROBLEMS,
  labelOf,
  labelProblems,
  signerOf,
  type LabelProblem,
  type Registered,
} from "../../src/batch/label.ts";
import { isAny, namesAny } from "../../src/chain/publicName.ts";
import { inputError, placed, refusal } from "../../src/errors.ts";
import { carrierOf, gs1Fields, isbt128Fields, type Carrier } from "../../src/formats/carrier.ts";
import { labelFromText, type Label, type SignedLabel } from "../../src/formats/label.ts";
import { refuseOverwriting, writeFileAtomically } from "../../src/input/files.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { addressOf } from "../chain.ts";
import { required, text, type Options } from "../command.ts";
import { labelSvg } from "../labelSvg.ts";
import type { Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";
import { wholeNumber } from "../values.ts";

/** `label`. */
export async function label([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const out = required(options, "out");
  await refuseOverwriting([{ option: "--out", path: out }], dir);
  const batch = await readBatch(dir);
  const carrier = carrierGiven(options, batch);
  const [chainId, registry, owner] = [
    required(options, "chainId"),
    required(options, "registry"),
    required(options, "owner"),
  ];
  const on = registered(chainId, registry, owner);
  const key = await unlockKey(required(options, "key"), await passphrase());
  const written = placed("--key", () => labelOf(batch, on, key, carrier));
  const { label: made } = labelFromText(written, "the new label");
  await writeFileAtomically(out, labelSvg(written, made));
  return {
    text: [`${out} is the label of batch ${made.batch}.`, ...reveals(made, batch), written].join("\n"),
    json: { file: out, text: written, batch: made.batch, carrier: carrier ?? null },
  };
}

/** The identifier that --gs1 or --isbt128 gives. Errors: `usage` (both), `carrier`, `private`. */
function carrierGiven(options: Options, batch: Batch): Carrier | undefined {
  const [gs1, isbt128] = [text(options, "gs1"), text(options, "isbt128")];
  if (gs1 !== undefined && isbt128 !== undefined) {
    throw inputError("A bag has one identifier on its label.", { place: "--isbt128", code: "usage" });
  }
  const [scheme, given] = gs1 === undefined ? (["isbt128", isbt128] as const) : (["gs1", gs1] as const);
  if (given === undefined) return undefined;
  const place = `--${scheme}`;
  const carrier = placed(place, () => carrierOf(given));
  if (carrier.scheme !== scheme) {
    throw inputError(`This is an identifier for --${carrier.scheme}.`, { place, code: "carrier" });
  }
  refusePatient(carrier, batch, place);
  return carrier;
}

/** A label lies open. The lot may stand on it, as on every bag; who the patient is may not. Error `private`. */
export function refusePatient(carrier: Carrier, { origin }: Batch, place: string): void {
  if (!("coi" in origin)) return;
  const hidden = [origin.coi, origin.order];
  // Within a longer text a short identifier may stand by chance; as a whole field it is one.
  if (!namesAny(carrier.text, hidden) && !fieldsOf(carrier).some((field) => isAny(field, hidden))) return;
  throw refusal("The identifier names the chain of identity or the order, and whoever sees the bag could read it.", {
    place,
    code: "private",
    remedy: "Give the bag a number that says nothing of the patient.",
  });
}

function fieldsOf(carrier: Carrier): string[] {
  if (carrier.scheme === "isbt128") return [isbt128Fields(carrier).donation];
  const { lot = "", serial = "" } = gs1Fields(carrier);
  return [lot, serial];
}

/** What whoever scans the label learns. */
function reveals({ carrier }: Label, { lot, origin }: Batch): string[] {
  const ties = carrier === undefined ? "to wherever the bag is" : "to its identifier, and to wherever the bag is";
  return [
    `Whoever scans it finds the batch on the register, all that is public there, and ties that ${ties}.`,
    "It says nothing of the patient, the order or any reading.",
    ...(carrier?.scheme === "gs1" && gs1Fields(carrier).lot === lot ? ["Its field (10) is the batch's lot."] : []),
    ...(carrier === undefined || "coi" in origin
      ? []
      : ["This folder does not know the patient's identifiers: see for yourself that the bag's is none of them."]),
  ];
}

/** `verify-label`. */
export async function verifyLabel([given = "", dir]: readonly string[], options: Options): Promise<Answer> {
  const signed = labelFromText(given, "the label");
  const batch = dir === undefined ? undefined : await readBatch(dir);
  const found = batch === undefined ? undefined : compared(batch, registeredBy(options), signed);
  const { chainId, registry, batch: key, carrier } = signed.label;
  const lines = [
    ["batch", key],
    ["register", registry],
    ["chain", String(chainId)],
    ["identifier", carrier === undefined ? "none" : carrier.text],
  ] as const;
  return {
    text: [...lines.map(([name, value]) => `${name.padEnd(10)} ${value}`), ...verdict(found)].join("\n"),
    json: { batch: key, registry, chainId: String(chainId), carrier: carrier ?? null, ...shown(found) },
    exitCode: exitCodeOf(found),
  };
}

/** A label held against a folder. */
interface Compared {
  readonly signer: ReturnType<typeof signerOf>;
  /** Undefined: the folder does not know where its batch is registered. */
  readonly problems: readonly LabelProblem[] | undefined;
}

function compared(batch: Batch, on: Registered | undefined, signed: SignedLabel): Compared {
  return {
    signer: signerOf(batch, signed),
    problems: on === undefined ? undefined : labelProblems(batch, on, signed),
  };
}

/** Where the options and the folder say that the batch is registered; undefined: one of them is missing. */
function registeredBy(options: Options): Registered | undefined {
  const [chainId, registry, owner] = [text(options, "chainId"), text(options, "registry"), text(options, "owner")];
  const isKnown = chainId !== undefined && registry !== undefined && owner !== undefined;
  return isKnown ? registered(chainId, registry, owner) : undefined;
}

function registered(chainId: string, registry: string, owner: string): Registered {
  return {
    chainId: String(wholeNumber(chainId, "--chain-id")),
    registry: addressOf(registry, "--registry"),
    owner: addressOf(owner, "--owner"),
  };
}

function verdict(found: Compared | undefined): string[] {
  if (found === undefined) return ["Unknown: without a folder of the batch nobody can say who signed it."];
  const { signer, problems } = found;
  const by = signer === undefined ? [] : [`signed by  ${signer.org} (${signer.stages.join(", ")})`];
  if (problems === undefined && signer !== undefined) {
    return [
      ...by,
      "Unknown: the folder does not know where its batch is registered; name it by --owner, --registry and --chain-id.",
    ];
  }
  const against = problems ?? (["label-signature"] as const);
  return [...by, ...(against.length === 0 ? ["It is a label of this folder's batch."] : against.map(refused))];
}

function refused(problem: LabelProblem): string {
  return `Refused: ${LABEL_PROBLEMS[problem]}.`;
}

function shown(found: Compared | undefined): object {
  return { signer: found?.signer ?? null, problems: found?.problems ?? null };
}

/** 1: it is not; 3: nobody can say. */
function exitCodeOf(found: Compared | undefined): number {
  if (found === undefined) return 3;
  if (found.signer === undefined) return 1;
  if (found.problems === undefined) return 3;
  return found.problems.length === 0 ? 0 : 1;
}
