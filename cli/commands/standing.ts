import type { Signer } from "ethers";
import { refusal } from "../../src/errors.ts";
import { documentText } from "../../src/formats/document.ts";
import { readCircuitList } from "../../src/audit/circuits.ts";
import { refuseOverwriting, writeNewFile } from "../../src/input/files.ts";
import { parseTime } from "../../src/input/times.ts";
import { readStanding, type ReadStanding } from "../../src/standing/read.ts";
import { signStanding } from "../../src/standing/signed.ts";
import { standingWords } from "../../src/standing/words.ts";
import { asAccount } from "../chain.ts";
import { required, text, type Options } from "../command.ts";
import { fileExists } from "../fileExists.ts";
import { fieldLines, type Answer } from "../output.ts";
import { readKey, targetOf } from "../target.ts";
import { wholeNumber } from "../values.ts";

const HOUR = 3600;

/** `standing sign`. */
export async function sign([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const out = required(options, "out");
  await refuseOverwriting([{ option: "--out", path: out }], dir);
  const hours = Number(wholeNumber(required(options, "validFor"), "--valid-for"));
  const list = text(options, "circuits");
  const circuits = list === undefined ? undefined : await readCircuitList(list);
  const key = readKey(target, options);
  return asAccount(options, async (register, account, chain) => {
    const read = await readStanding(register, chain, key, { circuits });
    await requireQp(account, read);
    const { standing } = read;
    const signed = await signStanding(account, standing, parseTime(standing.time, "time") + hours * HOUR);
    await writeNewFile(out, documentText(signed), fileExists(out));
    const { batch, registry, chainId, block, time, status, release } = standing;
    const { signer, validUntil } = signed;
    const fields = { batch, register: registry, chain: chainId, block, time, status, release, signer, validUntil };
    return {
      text: [
        `Signed into ${out}. Whoever reads it must know this account as that of a QP of the batch.`,
        fieldLines(fields),
        ...standingWords(standing, undefined).says,
      ].join("\n"),
      json: { file: out, signer, validUntil, standing },
    };
  });
}

/** Error `standing-signer`: the account is none that may certify the batch now. */
async function requireQp(account: Signer, { qps }: ReadStanding): Promise<void> {
  const address = await account.getAddress();
  if (qps.includes(address)) return;
  throw refusal("The account is no Qualified Person of the batch who holds the role now.", {
    code: "standing-signer",
    place: `--account ${address}`,
  });
}
