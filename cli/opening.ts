import type { Batch } from "../src/batch/batch.ts";
import { rememberedOpening } from "../src/batch/registration.ts";
import { openingTime } from "../src/chain/opening.ts";
import { explained } from "../src/chain/revert.ts";
import { refusal } from "../src/errors.ts";
import { SIGNALS } from "../src/formats/constants.ts";
import { batchKey } from "../src/formats/context.ts";
import { formatTime } from "../src/input/times.ts";
import type { Envelope } from "../src/prover/envelope.ts";
import { addressOf, onRegister } from "./chain.ts";
import { required, text, type Options } from "./command.ts";
import { ownersKey } from "./target.ts";

/**
 * When a folder's batch was opened, Unix seconds: as the register of --registry says, where --rpc and --owner are known, else
 * as the folder remembers; undefined where it does not. Errors: those of `openingTime` and `rememberedOpening`.
 */
export async function openingOf(batch: Batch, options: Options): Promise<bigint | undefined> {
  const owner = text(options, "owner");
  if (text(options, "rpc") !== undefined && owner !== undefined) {
    const key = ownersKey(batch, addressOf(owner, "--owner"));
    return onRegister(options, (register, { chainId }) => openingTime(register, key, chainId));
  }
  return rememberedOpening(batch.dir);
}

/** Refuses a proof whose signal `opened` is not what the register that it names says. Error `opened`, those of `onRegister`. */
export async function requireOpening(envelope: Envelope, file: string, options: Options): Promise<void> {
  const { registry, chainId, signals } = envelope;
  const [batch, said] = (["batch", "opened"] as const).map((name) => BigInt(signals[SIGNALS.indexOf(name)] ?? 0));
  const key = batchKey(addressOf(required(options, "owner"), "--owner"), batch ?? 0n);
  const { opened } = await onRegister({ ...options, registry, chainId }, (register) =>
    explained(() => register.registry.batchOf(key)),
  );
  if (opened === said) return;
  throw refusal(
    `The register says that the batch was opened ${formatTime(opened)}, the proof ${formatTime(said ?? 0n)}.`,
    {
      code: "opened",
      place: `${file}#/signals/${SIGNALS.indexOf("opened")}`,
      remedy: "Ask for a proof made after the opening that the register has now.",
    },
  );
}
