import { Wallet } from "ethers";
import { attest, type Attested, type NamedProof } from "../chain/attest.ts";
import type { Chain } from "../chain/connect.ts";
import { type Register } from "../chain/handles.ts";
import { offering, settled } from "../chain/sending.ts";
import { inputError } from "../errors.ts";
import { readBytes } from "../input/files.ts";
import type { ServiceSettings } from "../settings/service.ts";

/**
 * The account of the service, as far as anybody else has it: it sends proofs and nothing else. The key stays in here, so that no
 * route can decide anything by it, whatever is asked of the route.
 */
export interface Attester {
  readonly address: string;
  /**
   * Sends the proofs that are chosen once all that the account sent before is mined; one after another, so that nobody's choice is
   * older than what another one sent. Undefined: there was nothing to send. Errors: those of `choose`, `settled` and `attest`.
   * @param key key of the batch
   */
  attest(
    on: { readonly chain: Chain; readonly register: Register; readonly key: string },
    choose: () => Promise<readonly NamedProof[]>,
  ): Promise<Attested | undefined>;
}

/** Unlocks the account of a keystore for proofs. Errors: `account` (it does not open), those of `readBytes`. */
export async function openAttester(
  keystore: NonNullable<ServiceSettings["account"]>,
  passphrase: string,
): Promise<Attester> {
  const text = Buffer.from(await readBytes(keystore)).toString("utf8");
  try {
    const wallet = await Wallet.fromEncryptedJson(text, passphrase);
    return attesterWith(new Wallet(wallet.privateKey));
  } catch (cause) {
    throw inputError("The keystore does not open: it is damaged, or the passphrase is wrong.", {
      code: "account",
      place: keystore,
      cause,
    });
  }
}

/** The attester of a wallet, which nobody else should have. */
export function attesterWith(wallet: Wallet): Attester {
  let last: Promise<unknown> = Promise.resolve();
  return {
    address: wallet.address,
    attest: (on, choose) => {
      const turn = last.then(() => attestAs(wallet, on, choose));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function attestAs(
  wallet: Wallet,
  { chain, register, key }: Parameters<Attester["attest"]>[0],
  choose: () => Promise<readonly NamedProof[]>,
): Promise<Attested | undefined> {
  const account = offering(wallet.connect(chain.provider), chain.provider, {});
  await settled(account, chain.provider);
  const proofs = await choose();
  return proofs.length === 0 ? undefined : await attest(account, register, key, proofs);
}
