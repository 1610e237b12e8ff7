import { formatTime } from "../../src/input/times.ts";
import { deviationNames } from "../../src/formats/deviations.ts";
import { readJson } from "../../src/input/json.ts";
import { ENVELOPE_FILE, type Envelope } from "../../src/prover/envelope.ts";
import { verifyEnvelope } from "../../src/prover/verifyEnvelope.ts";
import { fromSnarkjsKey } from "../../src/setup/verifyingKey.ts";
import { DEVELOPMENT_WARNING } from "../circuits.ts";
import { text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { answerEach, type PartAnswer } from "../several.ts";

const NOT_COMPARED = "opening time not compared";

/** `verify`. */
export async function verify(files: readonly string[], options: Options): Promise<Answer> {
  const vkey = text(options, "vkey");
  return answerEach(
    files,
    {
      command: "verify",
      noun: "proof",
      members: ["proofs", "file"],
      judge: (file) => verifyOne(file, vkey, options),
      inputs: () => Promise.resolve([...files, vkey ?? ""]),
    },
    options,
  );
}

async function verifyOne(file: string, vkey: string | undefined, options: Options): Promise<PartAnswer> {
  const envelope = await ENVELOPE_FILE.read(file);
  const given = vkey === undefined ? undefined : fromSnarkjsKey(await readJson(vkey), vkey);
  const { circuit, circuitId, setup, pinned, bound, beside } = await verifyEnvelope(envelope, file, given);
  const key = pinned
    ? "pinned in artifacts.lock.json"
    : "NOT pinned in artifacts.lock.json: trust it only if the register has it";
  // Of a key that nobody pins only a development key is recognised; what it calls its circuit is its maker's word.
  const madeHow = pinned || setup === "development" ? setup : "unknown";
  const { signals, ...destination } = bound;
  const compared = await compareOpening(envelope, file, options);
  const names = deviationNames(BigInt(signals.deviations));
  const deviations = names.length === 0 ? signals.deviations : `${signals.deviations} (${names.join(", ")})`;
  return {
    text: [
      compared ? "The proof is valid. It binds:" : `The proof is valid, ${NOT_COMPARED}. It binds:`,
      fieldLines({
        ...(pinned ? { circuit } : {}),
        circuitId,
        key,
        setup: madeHow,
        ...signals,
        deviations,
        opened: `${signals.opened} (${formatTime(BigInt(signals.opened))}; ${compared ? "as the register says" : `${NOT_COMPARED}${remedyOf(options)}`})`,
        ...destination,
      }),
      "Only written beside it, and bound by nothing:",
      fieldLines({ ...(pinned ? {} : { circuit }), ...beside }),
      `It speaks of its signals only: compare ${compared ? "batch, rule, head and parties" : "batch, rule, head, parties and opened"} with the register (batchproof audit does).`,
      ...(setup === "development" ? [DEVELOPMENT_WARNING] : []),
    ].join("\n"),
    json: {
      ...{ valid: true, pinned, ...(pinned ? { circuit } : {}), circuitId, setup: madeHow },
      ...{ development: setup === "development", openingCompared: compared, ...bound },
      beside: { ...(pinned ? {} : { circuit }), ...beside },
      key: vkey ?? "artifacts.lock.json",
    },
    exitCode: 0,
    cases: [{ name: "proof", ...(setup === "development" ? { note: DEVELOPMENT_WARNING } : {}) }],
  };
}

/** How the opening time is compared: a node may be known from the settings. */
function remedyOf(options: Options): string {
  return text(options, "rpc") === undefined ? ": give --rpc URL and --owner ACCOUNT" : ": give --owner ACCOUNT";
}

/**
 * Whether the register was asked (--rpc, --owner), and says the same opening time as the proof. Errors: `opened` (another
 * time), those of `onRegister`.
 */
async function compareOpening(envelope: Envelope, file: string, options: Options): Promise<boolean> {
  if (text(options, "rpc") === undefined || text(options, "owner") === undefined) return false;
  const { requireOpening } = await import("../opening.ts");
  await requireOpening(envelope, file, options);
  return true;
}
