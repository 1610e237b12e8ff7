import { existsSync } from "node:fs";
import { getAddress, isAddress, JsonRpcSigner, Wallet, type Signer, type TransactionReceipt } from "ethers";
import { inputError, refusal } from "../src/errors.ts";
import { connectRpc, findRegister, type Chain } from "../src/chain/connect.ts";
import { registerAt, type Register } from "../src/chain/handles.ts";
import { explained, inWordsOf, ofChain } from "../src/chain/revert.ts";
import { offering, replacedNumber, settled } from "../src/chain/sending.ts";
import type { Reader } from "../src/chain/words.ts";
import { readBytes } from "../src/input/files.ts";
import { required, text, type Options } from "./command.ts";
import { keystoreAddress } from "./keystore.ts";
import { KEY_VARIABLE } from "./options.ts";
import { sayFirst } from "./output.ts";
import { minedWithin, offerOf } from "./offer.ts";
import { passphrase } from "./passphrase.ts";
import { hashOf, wholeNumber } from "./values.ts";

/** Runs with a connection, and closes it on every path. */
export async function onChain<T>(options: Options, run: (chain: Chain) => Promise<T>): Promise<T> {
  const chain = await connectRpc(required(options, "rpc"), { say: sayFirst, minedWithin: minedWithin(options) });
  try {
    refuseOtherChain(chain, options);
    return await run(chain);
  } catch (error) {
    throw inWordsOf(readerOf(options), ofChain(error));
  } finally {
    await chain.close();
  }
}

/** A node of another chain may have a register of the same address, with other batches. Error `chain-id`. */
function refuseOtherChain({ chainId }: Chain, options: Options): void {
  const expected = text(options, "chainId");
  if (expected === undefined || wholeNumber(expected, "--chain-id") === chainId) return;
  throw refusal(`The node is on chain ${chainId}, and the register is on chain ${expected}.`, {
    place: "--rpc",
    remedy: "Name a node of that chain, or with --chain-id and --registry the register that is meant.",
    code: "chain-id",
  });
}

/** What a command was told, for the remedies of what the chain refuses. */
function readerOf(options: Options): Reader {
  return { rpc: shownRpc(options), registry: text(options, "registry"), account: text(options, "account") };
}

/** --rpc as it may be shown: a longer URL may hold an access key. */
function shownRpc(options: Options): string | undefined {
  const rpc = required(options, "rpc");
  const { pathname, search } = new URL(rpc);
  return pathname === "/" && search === "" ? rpc : undefined;
}

/** Options with which another command reaches the same register, for a hint. */
export function sameRegister(options: Options): string[] {
  return ["--rpc", shownRpc(options) ?? "URL", "--registry", required(options, "registry")];
}

/** Runs with the register of --registry, for reading. */
export async function onRegister<T>(
  options: Options,
  run: (register: Register, chain: Chain) => Promise<T>,
): Promise<T> {
  return onChain(options, async (chain) => {
    const addresses = await findRegister(chain.provider, required(options, "registry"));
    return run(registerAt(addresses, chain.provider), chain);
  });
}

/** Runs with the register of --registry, as the account of --account. */
export async function asAccount<T>(
  options: Options,
  run: (register: Register, account: Signer, chain: Chain) => Promise<T>,
): Promise<T> {
  return onChain(options, async (chain) => {
    const account = await accountOf(options, chain);
    const addresses = await findRegister(chain.provider, required(options, "registry"));
    return run(registerAt(addresses, account), account, chain);
  });
}

/**
 * The account of --account, or of the private key in BATCHPROOF_ACCOUNT_KEY, once all that it sent before is mined or is
 * to be replaced. Errors: `account` (none given, no such keystore, one that does not open, or an address whose key the node does
 * not hold), `usage`, those of `settled` and `replacedNumber`.
 */
export async function accountOf(options: Options, chain: Chain): Promise<Signer> {
  const offer = offerOf(options);
  const account = await signerOf(options, chain);
  const stuck = text(options, "replace");
  if (stuck === undefined) {
    await settled(account, chain.provider);
    return offering(account, chain.provider, offer);
  }
  const hash = hashOf(stuck, "--replace", "transaction");
  const nonce = await replacedNumber(account, chain.provider, hash);
  return offering(account, chain.provider, { ...offer, replaced: { hash, nonce } });
}

async function signerOf(options: Options, chain: Chain): Promise<Signer> {
  const account = text(options, "account");
  if (account === undefined) return walletOfVariable().connect(chain.provider);
  if (isAddress(account)) return await nodeAccount(account, chain);
  if (!existsSync(account)) {
    throw inputError("This is no name of the settings file, no keystore and no address.", {
      place: account,
      remedy:
        "Give --account a name that `accounts` in batchproof.json has, a keystore file, or an address that the node holds.",
      code: "account",
    });
  }
  return await unlockWallet(account, chain);
}

/** Address of the account that would send, without a node and without a passphrase. Error `account`. */
export async function senderOf(options: Options): Promise<string> {
  const account = text(options, "account");
  if (account === undefined) return walletOfVariable().address;
  return addressOf(isAddress(account) ? account : await keystoreAddress(account), "--account");
}

function walletOfVariable(): Wallet {
  const key = process.env[KEY_VARIABLE] ?? "";
  if (/^0x[0-9a-f]{64}$/i.test(key)) return new Wallet(key);
  throw inputError(key === "" ? "No account to send from." : "This is not a private key: 0x and 64 hex digits.", {
    place: key === "" ? "--account" : KEY_VARIABLE,
    remedy: `Give --account (a keystore, an address or a name of the settings), write it into the settings, or set ${KEY_VARIABLE}.`,
    code: "account",
  });
}

async function nodeAccount(address: string, chain: Chain): Promise<Signer> {
  const held: unknown = await explained(() => chain.provider.send("eth_accounts", []));
  const isIt = (each: unknown): boolean => isAddress(each) && getAddress(each) === getAddress(address);
  if (Array.isArray(held) && held.some(isIt)) return new JsonRpcSigner(chain.provider, address);
  throw inputError("The node does not hold the key of this account.", {
    place: `--account ${address}`,
    remedy: `Give the keystore of the account, or set ${KEY_VARIABLE}.`,
    code: "account",
  });
}

async function unlockWallet(path: string, chain: Chain): Promise<Signer> {
  const keystore = Buffer.from(await readBytes(path)).toString("utf8");
  const secret = await passphrase(path);
  try {
    return (await Wallet.fromEncryptedJson(keystore, secret)).connect(chain.provider);
  } catch (cause) {
    throw inputError("The keystore does not open: it is damaged, or the passphrase is wrong.", {
      place: path,
      remedy: "Try again, or restore the file from a backup.",
      code: "account",
      cause,
    });
  }
}

/** An address from the command line, in its checksummed spelling. Error `address`. */
export function addressOf(value: string, place: string): string {
  // Not a type guard here: what is refused is still a string.
  const valid: boolean = isAddress(value);
  if (valid) return getAddress(value);
  throw inputError("This is not an address.", {
    place: `${place} ${value}`,
    remedy:
      "Give 0x and 40 hex digits (mixed case must be the checksum's); for an account, a name of batchproof.json does too.",
    code: "address",
  });
}

/** What is said about a mined transaction. */
export function transactionOf({ hash, blockNumber, gasUsed }: TransactionReceipt): {
  readonly transaction: string;
  readonly block: number;
  readonly gas: string;
} {
  return { transaction: hash, block: blockNumber, gas: gasUsed.toString() };
}
