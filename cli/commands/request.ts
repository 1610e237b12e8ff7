import type { ContractTransactionResponse } from "ethers";
import { commandOf } from "../../src/commandLine.ts";
import { mined } from "../../src/chain/deploy.ts";
import { minedOnce } from "../../src/chain/once.ts";
import type { Register } from "../../src/chain/handles.ts";
import { eventOf } from "../../src/chain/receipts.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { asAccount, sameRegister, transactionOf } from "../chain.ts";
import { flag, required, type Options } from "../command.ts";
import { readDisclosure, requestAnsweredBy } from "../disclosureFile.ts";
import { fieldLines, type Answer } from "../output.ts";
import { asAccountOn, claimIndex, targetOf, type Target } from "../target.ts";
import { fileHash, wholeNumber } from "../values.ts";

/** `request ask`. */
export async function ask([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const claim = claimIndex(target, required(options, "claim"));
  const [from, to, due] = ["from", "to", "due"].map((name) => parseTime(required(options, name), `--${name}`));
  return asAccountOn(target, options, async ({ register: { requests }, key }) => {
    const { receipt, already } = await minedOnce(
      requests,
      requests.request,
      [key, claim, BigInt(from ?? 0), BigInt(to ?? 0), BigInt(due ?? 0)],
      {
        ...{ event: "DisclosureRequested", key },
        stands: async ({ id }) => (await requests.openRequestsOf(key)).includes(id as bigint),
      },
    );
    const id = eventOf(receipt, requests, "DisclosureRequested")["id"] as bigint;
    return {
      text: [
        `Request ${id}${already ? ", asked already; nothing was sent" : ""}. The owner answers with a disclosure:`,
        `  ${disclosing(target, claim, options)}`,
        `  ${commandOf("request", "answer", id.toString(), "--disclosure", "FILE", ...sameRegister(options), "--account", "OWNER")}`,
      ].join("\n"),
      json: { key, id, claim, from, to, due, already, ...transactionOf(receipt) },
    };
  });
}

/** What the owner types to make the disclosure; of a batch that is named by its key the claim's own name is not known here. */
function disclosing(target: Target, claim: number, options: Options): string {
  const id = "folder" in target ? required(options, "claim") : `CLAIM-${claim}`;
  const window = ["--from", required(options, "from"), "--to", required(options, "to")];
  return commandOf("disclose", "DIR", "--claim", id, ...window, "--out", "FILE");
}

/** `request answer`: a disclosure of what was asked for, unless the owner says that it is another file. */
export async function answer([number = ""]: readonly string[], options: Options): Promise<Answer> {
  const path = required(options, "disclosure");
  const isOther = flag(options, "otherFile");
  const read = isOther ? undefined : await readDisclosure(path);
  const disclosure = read?.hash ?? (await fileHash(path));
  return about("answered", number, options, { disclosure }, async (register, id) => {
    if (read !== undefined) await requestAnsweredBy(read, register, id);
    return register.requests.answer(id, disclosure);
  });
}

/** `request accept`. */
export function accept([number = ""]: readonly string[], options: Options): Promise<Answer> {
  return about("accepted", number, options, {}, ({ requests }, id) => requests.accept(id));
}

/** `request reopen`. */
export function reopen([number = ""]: readonly string[], options: Options): Promise<Answer> {
  const due = parseTime(required(options, "due"), "--due");
  return about("reopened", number, options, { due: formatTime(due) }, ({ requests }, id) =>
    requests.reopen(id, BigInt(due)),
  );
}

/** `request withdraw`. */
export function withdraw([number = ""]: readonly string[], options: Options): Promise<Answer> {
  return about("withdrawn", number, options, {}, ({ requests }, id) => requests.withdraw(id));
}

/** One call about a request that is known by its number. `done`: what became of it. */
async function about(
  done: string,
  number: string,
  options: Options,
  details: Readonly<Record<string, string>>,
  call: (register: Register, id: bigint) => Promise<ContractTransactionResponse>,
): Promise<Answer> {
  const id = wholeNumber(number, "batchproof request");
  return asAccount(options, async (register) => {
    const sent = transactionOf(await mined(() => call(register, id)));
    return { text: fieldLines({ [done]: id.toString(), ...details, ...sent }), json: { id, ...details, ...sent } };
  });
}
