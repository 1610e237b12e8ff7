import { deviationNames } from "../../src/formats/deviations.ts";
import { readJson } from "../../src/input/json.ts";
import { ENVELOPE_FILE } from "../../src/prover/envelope.ts";
import { verifyEnvelope } from "../../src/prover/verifyEnvelope.ts";
import { fromSnarkjsKey } from "../../src/setup/verifyingKey.ts";
import { DEVELOPMENT_WARNING } from "../circuits.ts";
import { text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { answerEach, type PartAnswer } from "../several.ts";

/** `verify`. */
export async function verify(files: readonly string[], options: Options): Promise<Answer> {
  const vkey = text(options, "vkey");
  return answerEach(
    files,
    {
      command: "verify",
      noun: "proof",
      members: ["proofs", "file"],
      judge: (file) => verifyOne(file, vkey),
      inputs: () => Promise.resolve([...files, vkey ?? ""]),
    },
    options,
  );
}

async function verifyOne(file: string, vkey: string | undefined): Promise<PartAnswer> {
  const envelope = await ENVELOPE_FILE.read(file);
  const given = vkey === undefined ? undefined : fromSnarkjsKey(await readJson(vkey), vkey);
  const { circuit, circuitId, setup, pinned, bound, beside } = await verifyEnvelope(envelope, file, given);
  const key = pinned
    ? "pinned in artifacts.lock.json"
    : "NOT pinned in artifacts.lock.json: trust it only if the register has it";
  // Of a key that nobody pins only a development key is recognised; what it calls its circuit is its maker's word.
  const madeHow = pinned || setup === "development" ? setup : "unknown";
  const { signals, ...destination } = bound;
  const names = deviationNames(BigInt(signals.deviations));
  const deviations = names.length === 0 ? signals.deviations : `${signals.deviations} (${names.join(", ")})`;
  return {
    text: [
      "The proof is valid. It binds:",
      fieldLines({
        ...(pinned ? { circuit } : {}),
        circuitId,
        key,
        setup: madeHow,
        ...signals,
        deviations,
        ...destination,
      }),
      "Only written beside it, and bound by nothing:",
      fieldLines({ ...(pinned ? {} : { circuit }), ...beside }),
      "It speaks of its signals only: compare batch, rule, head and parties with the register (batchproof audit does).",
      ...(setup === "development" ? [DEVELOPMENT_WARNING] : []),
    ].join("\n"),
    json: {
      ...{ valid: true, pinned, ...(pinned ? { circuit } : {}), circuitId, setup: madeHow },
      ...{ development: setup === "development", ...bound },
      beside: { ...(pinned ? {} : { circuit }), ...beside },
      key: vkey ?? "artifacts.lock.json",
    },
    exitCode: 0,
    cases: [{ name: "proof", ...(setup === "development" ? { note: DEVELOPMENT_WARNING } : {}) }],
  };
}
