import { basename } from "node:path";
import type { Command } from "commander";
import { claimOf, readBatch } from "../../src/batch/folder.ts";
import { batchCommitments } from "../../src/batch/commitments.ts";
import { claimFile } from "../../src/batch/paths.ts";
import { attest } from "../../src/chain/attest.ts";
import { checkBatch, checkText } from "../../src/claims/checkBatch.ts";
import { importFile } from "../../src/claims/importClaim.ts";
import { importMesRecord, type ImportedMesRecord } from "../../src/claims/mesRecord.ts";
import { proveClaim } from "../../src/claims/proveClaim.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { shown } from "../../src/import/batchml.ts";
import { csvReader } from "../../src/import/csv.ts";
import { fridgetagReader } from "../../src/import/fridgetagSeries.ts";
import type { SeriesReader } from "../../src/import/loggerSeries.ts";
import { MAX_BUCKET, MIN_BUCKET, NOT_THINNED } from "../../src/import/thin.ts";
import { parseOffset } from "../../src/input/times.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { ENVELOPE_FILE, type Envelope } from "../../src/prover/envelope.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { assertUsableKey } from "../../src/setup/keyGate.ts";
import { addressOf, asAccount, withAccount, withRegistry } from "../chain.ts";
import { DEVELOPMENT_WARNING, lockedCircuit } from "../circuits.ts";
import { answers, collect, flag, list, required, text, type Give, type Options, type Register } from "../command.ts";
import { deviceOf } from "../device.ts";
import { passphrase } from "../passphrase.ts";

/** `import`, `check`, `prove`, `attest`: from a raw file to the register. */
export const registerEvidence: Register = (program, give) => {
  const importing = program.command("import").description("bring a raw file into a batch folder as signed evidence");
  answersImport(
    importing
      .command("fridgetag <file>")
      .description("Berlinger Fridge-tag or Q-tag text export; the device's signature is verified")
      .option("--offset <+hh:mm>", "true offset of the device's clock from UTC"),
    give,
    (options) => {
      const offset = text(options, "offset");
      return fridgetagReader(offset === undefined ? undefined : parseOffset(offset, "--offset"));
    },
  );
  answersImport(
    importing
      .command("csv <file>")
      .description(
        "CSV with the columns timestamp (RFC 3339 with zone), tag, value, quality, unit; no device signature: " +
          "the source alone vouches for it",
      )
      .requiredOption("--device <vendor|model|serial>", "device that measured, as it is registered")
      .option("--tag <name>", "tag to import; needed where the file has several"),
    give,
    (options) => csvReader(text(options, "tag"), deviceOf(required(options, "device"))),
  );

  answers(
    importing
      .command("batchml <file>")
      .description("production record of an MES (BatchML, B2MML V0401): its exceptions, open ones block release")
      .requiredOption("--into <dir>", "batch folder")
      .option("--batch-id <text>", "the MES's number of the batch, where it is not the lot number"),
    give,
    async ([file = ""], options) => {
      const batchId = text(options, "batchId");
      const dir = required(options, "into");
      const imported = await importMesRecord({ dir, file, ...(batchId === undefined ? {} : { batchId }) });
      return { text: mesText(imported), json: imported };
    },
  );

  answers(
    program
      .command("check <dir>")
      .description("judge every claim in plain TypeScript, with the exact reading, time and limit; exit 1 if one fails")
      .option("--claim <stage/claim>", "only this claim; repeat for more", collect),
    give,
    async ([dir = ""], options) => {
      const verdicts = await checkBatch(dir, list(options, "claim"));
      const holds = verdicts.every(({ outcome }) => outcome === "pass" || outcome === "deviation");
      return { text: checkText(verdicts), json: { verdicts }, exitCode: holds ? 0 : 1 };
    },
  );

  answers(
    program
      .command("prove <dir>")
      .description("prove claims for one submitter, chain and registry; refuses what check refuses")
      .option("--claim <stage/claim>", "only this claim; repeat for more", collect)
      .requiredOption("--submitter <address>", "account that will send the proofs")
      .requiredOption("--registry <address>", "compliance registry they are for")
      .requiredOption("--chain-id <n>", "chain they are for")
      .option("--allow-development", "use a development key for a chain that is not local"),
    give,
    async ([dir = ""], options) => {
      const { policy } = await readBatch(dir);
      const chosen = list(options, "claim");
      const destination = {
        submitter: addressOf(required(options, "submitter"), "--submitter"),
        registry: addressOf(required(options, "registry"), "--registry"),
        chainId: chainIdOf(required(options, "chainId")),
      };
      const allowDevelopment = flag(options, "allowDevelopment");
      const proofs: { claim: string; file: string; envelope: Envelope }[] = [];
      for (const claim of chosen.length > 0 ? chosen : policy.claims.map(({ id }) => id)) {
        const envelope = await proveClaim(dir, claim, {
          destination,
          circuitIdOf: lockedCircuitId,
          artifactsOf: async (circuit) => {
            const artifacts = await lockedCircuit(circuit);
            const { zkey: zkeyPath, r1cs: r1csPath, circuitId } = artifacts;
            await assertUsableKey({ zkeyPath, r1csPath, circuitId, chainId: destination.chainId, allowDevelopment });
            return artifacts;
          },
        });
        proofs.push({ claim, file: claimFile("proofs", claim), envelope });
      }
      const development = proofs.some(({ envelope }) => envelope.setup === "development");
      return {
        text: [
          ...proofs.map(({ claim, file, envelope }) => `${claim}: proven by ${envelope.circuit}, ${file}`),
          ...(development ? [DEVELOPMENT_WARNING] : []),
        ].join("\n"),
        json: {
          proofs: proofs.map(({ claim, file, envelope: { circuit, setup } }) => ({ claim, file, circuit, setup })),
        },
      };
    },
  );

  answers(
    withAccount(withRegistry(program.command("attest <dir>")))
      .description("send the proofs of a batch in one transaction")
      .option("--claim <stage/claim>", "only this claim; repeat for more", collect)
      .option("--owner <address>", "owner of the batch; default: the sending account")
      .option("--dry-run", "ask the chain, send nothing"),
    give,
    async ([dir = ""], options) => {
      const batch = await readBatch(dir);
      const chosen = list(options, "claim");
      const claims = chosen.length > 0 ? chosen : batch.policy.claims.map(({ id }) => id);
      const envelopes: Envelope[] = [];
      for (const claim of claims) {
        claimOf(batch, claim);
        envelopes.push(await ENVELOPE_FILE.read(`${dir}/${claimFile("proofs", claim)}`, { within: dir }));
      }
      return asAccount(options, async (register, account, chain) => {
        requireOurCircuits(envelopes, lockedCircuitId, chain.chainId);
        const given = text(options, "owner");
        const owner = given === undefined ? await account.getAddress() : addressOf(given, "--owner");
        const key = await register.registry.keyOf(owner, batchCommitments(batch).batch);
        const dryRun = flag(options, "dryRun");
        const { gasUsed, transaction, block } = await attest(account, register, key, envelopes, { dryRun });
        const done = transaction === undefined ? "would be attested" : `attested in block ${block ?? 0}`;
        return {
          text: `${claims.join(", ")}: ${done} (${gasUsed} gas)`,
          json: { key, claims, dryRun, gasUsed, transaction, block },
        };
      });
    },
  );
};

/** What was read of an MES's record; its exceptions first, those that block release before the others. */
function mesText({ record, exceptions }: ImportedMesRecord): string {
  const open = exceptions.filter(({ state }) => state === "open").length;
  const phases = record.executed.filter(({ level }) => level === "Phase");
  const performers = new Set(phases.flatMap((phase) => phase.performers));
  const description = new Map(record.exceptions.map(({ id, description }) => [id, description]));
  return [
    `record ${record.id} of batch ${record.batchId.text}, last changed ${record.changed.text}`,
    `exceptions: ${exceptions.length}, of which ${open} open; an open one blocks release`,
    ...exceptions.flatMap(({ id, state, category, severity, mes, missing, element }) => [
      `  ${id} ${state}: ${category}, severity ${severity} (${mes.category}, risk ${mes.risk}, status ${mes.status})`,
      `    at ${element}`,
      `    says: ${shown(description.get(id) ?? "")}`,
      ...missing.map((what) => `    missing: ${what}`),
    ]),
    `comments: ${record.comments.length}`,
    ...record.comments.map(
      ({ id, target, person, text, risk, status }) =>
        `  ${id}: on exception ${target} by ${person}, proposes risk ${risk?.text ?? "-"}, status ${status?.text ?? "-"}: ${shown(text)}`,
    ),
    `signatures: ${record.signatures.length}`,
    ...record.signatures.map(
      ({ id, target, person, meaning, description, time }) =>
        `  ${id}: ${target.kind} ${target.id} ${meaning} by ${person} at ${time.text} (${description})`,
    ),
    `performers: ${[...performers].join(", ")}`,
    `phases: ${phases.length}`,
    ...phases.map(
      ({ name, start, end, performers, equipment }) =>
        `  ${name}: ${[
          ...(start === undefined ? [] : [`started ${start.text}`]),
          end === undefined ? "NOT completed" : `completed ${end.text}`,
          ...performers.map((performer) => `by ${performer}`),
          ...equipment.map((each) => `on ${each}`),
        ].join(", ")}`,
    ),
  ].join("\n");
}

/** An `import` command: its own options, given already, say how its format is read; everything else is common. */
function answersImport(command: Command, give: Give, readerOf: (options: Options) => SeriesReader): void {
  answers(
    command
      .requiredOption("--into <dir>", "batch folder")
      .requiredOption("--claim <stage/claim>", "claim that the file is evidence for")
      .requiredOption("--source <keyfile>", "the site's source key, which signs the record")
      .option(
        "--thin <seconds>",
        "keep the first, minimum, maximum and last reading of each so many seconds, 60 to 3600",
      )
      .option("--clock-error <seconds>", "reference minus device, when the clock was compared", "0")
      .option("--journal <file>", "the source's journal; default: beside its key")
      .option("--reason <text>", "why a further record is made for the same stage and device", ""),
    give,
    async ([file = ""], options) => {
      const read = readerOf(options);
      const bucket = text(options, "thin");
      const settings = {
        clockError: secondsOf(required(options, "clockError"), "--clock-error", -MAX_CLOCK_ERROR, MAX_CLOCK_ERROR),
        bucket: bucket === undefined ? NOT_THINNED : secondsOf(bucket, "--thin", MIN_BUCKET, MAX_BUCKET),
      };
      const keyPath = required(options, "source");
      const { attempt, record, summary } = await importFile({
        dir: required(options, "into"),
        claimId: required(options, "claim"),
        file,
        read,
        settings,
        sourceKey: await unlockKey(keyPath, await passphrase(basename(keyPath))),
        journalPath: text(options, "journal") ?? `${keyPath}.journal`,
        reason: required(options, "reason"),
        now: Math.floor(Date.now() / 1000),
      });
      const last = attempt === 0 ? [] : [`attempt: ${attempt + 1}; a repeated import is a deviation (attempt)`];
      return { text: [...summary, ...last].join("\n"), json: { attempt, record: toHex(record), summary } };
    },
  );
}

/** A proof of another build's circuit, or for another chain, is refused before anything is sent. */
function requireOurCircuits(
  envelopes: readonly Envelope[],
  circuitIdOf: (name: string) => string,
  chainId: bigint,
): void {
  for (const { circuit, circuitId, chainId: provenFor } of envelopes) {
    if (circuitIdOf(circuit) !== circuitId) {
      throw refusal(`The proof is of another ${circuit} than this version's.`, {
        code: "circuit",
        remedy: "Prove again with this version.",
      });
    }
    if (provenFor !== chainId.toString()) {
      throw refusal(`The proof was made for chain ${provenFor}, and this is chain ${chainId}.`, {
        code: "context",
        remedy: "Prove again with --chain-id of this chain.",
      });
    }
  }
}

function chainIdOf(given: string): bigint {
  if (/^[1-9][0-9]{0,17}$/.test(given)) return BigInt(given);
  throw inputError("A chain id is a whole number.", { place: "--chain-id", code: "usage" });
}

/** Seconds, either way: eleven days. */
const MAX_CLOCK_ERROR = 1_000_000;

function secondsOf(given: string, option: string, least: number, most: number): number {
  if (/^-?[0-9]{1,7}$/.test(given) && Number(given) >= least && Number(given) <= most) return Number(given);
  throw inputError(`These are whole seconds, ${least} to ${most}.`, { place: option, code: "usage" });
}
