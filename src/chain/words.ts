import type { ErrorDescription } from "ethers";
import { shellWord } from "../commandLine.ts";
import { CONTRACT_ERRORS, INHERITED_ERRORS, type ContractErrorName } from "../contractErrors.ts";
import { challengeNames, challengeText } from "../formats/challenges.ts";
import { BATCH_SEAT, CLAIM_CLASS, DISPOSITION, STATUS } from "../formats/codes.ts";
import { KIND } from "../formats/constants.ts";
import { shortHash, shownHex } from "../formats/field.ts";
import { ROLE_ID } from "../formats/roleIds.ts";
import { formatDuration, formatTime } from "../input/times.ts";
import { circuitNameOf } from "../setup/artifactLock.ts";

/** What the reader of a refusal knows, who sees names where the chain has numbers and hashes. */
export interface Reader {
  /** The batch that the call was about. */
  readonly batch?: KnownBatch;
  /** What the command was told: how commands reach the same register, as the same account. */
  readonly rpc?: string | undefined;
  readonly registry?: string | undefined;
  readonly account?: string | undefined;
}

/** A batch whose folder is at hand. */
export interface KnownBatch {
  /** Key of the batch. */
  readonly key: string;
  readonly owner: string;
  /** Its folder. */
  readonly dir: string;
  /** Ids of the policy's claims, names of its stages. */
  readonly claims: readonly string[];
  readonly stages: readonly string[];
}

/** What a contract refused, in words: the sentence and what to do. */
export interface Wording {
  readonly message: string;
  readonly remedy: string;
}

type Values = Readonly<Record<string, unknown>>;

const ERRORS: Readonly<Record<ContractErrorName, readonly [sentence: string, remedy: string]>> = {
  ...CONTRACT_ERRORS,
  ...INHERITED_ERRORS,
};

/** The one value of each error that is Solidity's own, which has no name there. */
const UNNAMED: Readonly<Partial<Record<ContractErrorName, string>>> = { Error: "message", Panic: "code" };

/** What a contract refused, for whoever knows what `reader` says. `name`: the error's. */
export function refusalWords(name: ContractErrorName, { fragment, args }: ErrorDescription, reader: Reader): Wording {
  const unnamed = UNNAMED[name];
  const values = Object.fromEntries(fragment.inputs.map((input, i) => [unnamed ?? input.name, args[i] as unknown]));
  const [sentence, remedy] = ERRORS[name];
  return { message: filled(sentence, values, reader), remedy: filled(remedy, values, reader) };
}

/** A sentence or remedy of the tables for nobody in particular: what is not known stands there in capitals. */
export function templateWords(template: string): string {
  return filled(template, {}, {});
}

/** A template with its braces filled: in commands, between backquotes, as a shell and in the rest as a person reads it. */
function filled(template: string, values: Values, reader: Reader): string {
  return template
    .split("`")
    .map((part, i) =>
      part.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, form = name) =>
        i % 2 === 1
          ? commandWords(name, values, reader)
          : name in values
            ? word(String(form), values[name], reader)
            : capitals(name),
      ),
    )
    .join("`");
}

function capitals(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toUpperCase();
}

/** How a value of an error is said, by its name or by the form that the template gives. */
const FORMS: Readonly<Record<string, (value: unknown, reader: Reader) => string>> = {
  key: batchWord,
  batch: batchWord,
  claim: claimWord,
  earlier: claimWord,
  claims: (value, reader) => members(value, (i) => claimWord(i, reader)),
  stage: stageWord,
  stages: (value, reader) => members(value, (i) => stageWord(i, reader)),
  circuitId: (value) => `circuit ${circuitNameOf(String(value)) ?? shortHash(String(value))}`,
  role: roleWord,
  neededRole: roleWord,
  status: (value) => STATUS[Number(value)] ?? String(value),
  seat: (value, reader) => (Number(value) === BATCH_SEAT ? "as QP" : `as QP of ${stageWord(value, reader)}`),
  kinds: (value) => challengeText(challengeNames(BigInt(String(value)))),
  disposition: (value) => nameIn(DISPOSITION, value),
  class: (value) => nameIn(CLAIM_CLASS, value),
  kind: (value) => nameIn(KIND, value),
  which: (value) => ["release", "completion"][Number(value)] ?? String(value),
  document: (value) => (Number(value) === 0 ? "risk evaluation" : "physician's request"),
  duration: (value) => formatDuration(Number(value)),
  number: String,
  message: (value) => JSON.stringify(value),
  ...Object.fromEntries(
    [
      ...["time", "nowSeconds", "effective", "deadline", "signedAt", "dueBy", "latest", "previous", "schedule"],
      ...["validFrom", "validTo", "since", "from", "to", "release", "completion"],
    ].map((name) => [name, timeWord]),
  ),
};

function word(form: string, value: unknown, reader: Reader): string {
  const say = FORMS[form];
  return say === undefined ? plain(value) : say(value, reader);
}

/** Hashes and field elements in short; whole are addresses, texts and numbers that a person can read. */
function plain(value: unknown): string {
  if (typeof value === "bigint" && value >= 2n ** 64n) return shortHash(shownHex(value));
  return typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value) ? shortHash(value) : String(value);
}

function batchWord(value: unknown, { batch }: Reader): string {
  return `batch ${batch?.key === value && batch !== undefined ? batch.dir : shortHash(String(value))}`;
}

function claimWord(value: unknown, { batch }: Reader): string {
  return `claim ${batch?.claims[Number(value)] ?? String(value)}`;
}

function stageWord(value: unknown, { batch }: Reader): string {
  return `stage ${batch?.stages[Number(value)] ?? String(value)}`;
}

/** The register asks for a role of `ROLE_ID`, or for QA of one owner. */
function roleWord(value: unknown): string {
  return (
    Object.entries(ROLE_ID)
      .find(([, id]) => id === value)?.[0]
      .toUpperCase() ?? "QA (of the batch's owner)"
  );
}

function timeWord(value: unknown): string {
  const seconds = BigInt(String(value));
  return seconds === 0n ? "none" : formatTime(seconds);
}

function nameIn(names: Readonly<Record<string, number>>, value: unknown): string {
  return Object.entries(names).find(([, code]) => BigInt(code) === BigInt(String(value)))?.[0] ?? String(value);
}

/** A set of numbers: bit i stands for i. */
function members(value: unknown, say: (index: number) => string): string {
  const set = BigInt(String(value));
  const found = Array.from({ length: 256 }, (_, i) => i).filter((i) => ((set >> BigInt(i)) & 1n) === 1n);
  return found.length === 0 ? "none" : found.map(say).join(", ");
}

/** Words of a command: values as it takes them, or in capitals what the reader must know. */
function commandWords(name: string, values: Values, reader: Reader): string {
  const { batch, account = "ACCOUNT", registry = "ADDRESS", rpc = "URL" } = reader;
  const key = values["key"];
  const folder = [batch?.dir ?? "DIR", "--owner", batch?.owner ?? "OWNER"];
  switch (name) {
    case "dir":
      return shellWord(batch?.dir ?? "DIR");
    case "folder":
      return words(folder);
    case "batch":
      return words(batch === undefined && typeof key === "string" ? ["--batch", key] : folder);
    case "register":
      return words(["--rpc", rpc, "--registry", registry]);
    case "sender":
      return words(["--account", account]);
  }
  if (!(name in values)) return capitals(name);
  return words(argument(name, values[name], reader));
}

function words(list: readonly string[]): string {
  return list.map(shellWord).join(" ");
}

/** A value of an error as a command takes it. */
function argument(name: string, value: unknown, { batch }: Reader): string[] {
  if (name === "claim") return [batch?.claims[Number(value)] ?? String(value)];
  if (name === "circuitId") return [circuitNameOf(String(value)) ?? "CIRCUIT"];
  if (name === "root") return [shownHex(value as bigint)];
  if (name !== "role") return [String(value)];
  const role = Object.entries(ROLE_ID).find(([, id]) => id === value)?.[0];
  return role === undefined ? ["qa", "--owner", batch?.owner ?? "OWNER"] : [role];
}
