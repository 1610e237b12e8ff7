import { basename } from "node:path";
import { claimOf, readBatch } from "../../src/batch/folder.ts";
import { batchCommitments } from "../../src/batch/commitments.ts";
import { claimFile } from "../../src/batch/paths.ts";
import { attest } from "../../src/chain/attest.ts";
import { checkBatch, checkText } from "../../src/claims/checkBatch.ts";
import { importFridgetag } from "../../src/claims/importClaim.ts";
import { proveClaim } from "../../src/claims/proveClaim.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { parseOffset } from "../../src/input/times.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { ENVELOPE_FILE, type Envelope } from "../../src/prover/envelope.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { assertUsableKey } from "../../src/setup/keyGate.ts";
import { addressOf, asAccount, withAccount, withRegistry } from "../chain.ts";
import { DEVELOPMENT_WARNING, lockedCircuit } from "../circuits.ts";
import { answers, collect, flag, list, required, text, type Register } from "../command.ts";
import { passphrase } from "../passphrase.ts";

/** `import`, `check`, `prove`, `attest`: from a raw file to the register. */
export const registerEvidence: Register = (program, give) => {
  const importing = program.command("import").description("bring a raw file into a batch folder as signed evidence");
  answers(
    importing
      .command("fridgetag <file>")
      .description("Berlinger Fridge-tag or Q-tag text export; the device's signature is verified")
      .requiredOption("--into <dir>", "batch folder")
      .requiredOption("--claim <stage/claim>", "claim that the file is evidence for")
      .requiredOption("--source <keyfile>", "the site's source key, which signs the record")
      .option("--offset <+hh:mm>", "true offset of the device's clock from UTC")
      .option("--clock-error <seconds>", "reference minus device, when the clock was compared", "0")
      .option("--journal <file>", "the source's journal; default: beside its key")
      .option("--reason <text>", "why a further record is made for the same stage and device", ""),
    give,
    async ([file = ""], options) => {
      const offset = text(options, "offset");
      const keyPath = required(options, "source");
      const imported = await importFridgetag({
        dir: required(options, "into"),
        claimId: required(options, "claim"),
        file,
        settings: {
          offset: offset === undefined ? undefined : parseOffset(offset, "--offset"),
          clockError: secondsOf(required(options, "clockError")),
        },
        sourceKey: await unlockKey(keyPath, await passphrase(basename(keyPath))),
        journalPath: text(options, "journal") ?? `${keyPath}.journal`,
        reason: required(options, "reason"),
        now: Math.floor(Date.now() / 1000),
      });
      const { attempt, record, summary } = imported;
      const last = attempt === 0 ? [] : [`attempt: ${attempt + 1}; a repeated import is a deviation (attempt)`];
      return { text: [...summary, ...last].join("\n"), json: { attempt, record: toHex(record), summary } };
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

const MAX_CLOCK_ERROR = 1_000_000;

function secondsOf(given: string): number {
  if (/^-?[0-9]{1,7}$/.test(given) && Math.abs(Number(given)) <= MAX_CLOCK_ERROR) return Number(given);
  throw inputError("A clock error is whole seconds, at most a million.", { place: "--clock-error", code: "usage" });
}
