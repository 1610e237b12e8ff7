import { getAddress, isAddress, VoidSigner } from "ethers";
import type { Batch } from "../batch/batch.ts";
import { REGISTRATION_FILE } from "../batch/paths.ts";
import { readRegistration, writeRegistration, type Registration } from "../batch/registration.ts";
import { connectRpc, findRegister, type Chain } from "../chain/connect.ts";
import { registerAt, type Register } from "../chain/handles.ts";
import { openingTime } from "../chain/opening.ts";
import { explainedTo, ofChain } from "../chain/revert.ts";
import { unknownOpening } from "../claims/proveClaim.ts";
import { environmentError, inputError, restated } from "../errors.ts";
import { batchKey } from "../formats/context.ts";
import type { Service } from "./service.ts";
import type { ServiceSettings } from "../settings/service.ts";

type Place = NonNullable<ServiceSettings["register"]>;

/** The register that the service was told of. Error `service-register`: none. */
export function registerOf({ settings }: Pick<Service, "settings">): Place {
  if (settings.register !== undefined) return settings.register;
  throw environmentError("The service was told of no register.", { code: "service-register" });
}

/**
 * Runs with the service's register, for reading: nothing that is given here can sign. The chain is held against the one that the
 * settings name, at every call. Errors: `service-register`, those of `connectRpc` and `findRegister`.
 */
export async function onRegister<T>(
  service: Pick<Service, "settings">,
  run: (register: Register, chain: Chain) => Promise<T>,
): Promise<T> {
  const { rpc, registry, chainId } = registerOf(service);
  const chain = await connectRpc(rpc, { expected: BigInt(chainId), place: "register" });
  try {
    return await run(registerAt(await findRegister(chain.provider, registry), chain.provider), chain);
  } catch (error) {
    throw ofChain(error);
  } finally {
    await chain.close();
  }
}

/** An address in its checksummed spelling. Error `address`. */
export function addressIn(value: string, place: string): string {
  // Not a type guard here: what is refused is still a string.
  const valid: boolean = isAddress(value);
  if (valid) return getAddress(value);
  throw inputError("This is not an address.", { code: "address", place });
}

/** An account that is asked about, or for which is prepared: without a key, so that it signs nothing. */
export function accountWithoutKey(address: string): VoidSigner {
  return new VoidSigner(address);
}

/** A folder's batch on the register. */
export interface OwnedBatch {
  /** Account that opened it. */
  readonly owner: string;
  /** Key of the batch. */
  readonly key: string;
}

/**
 * Which batch of the register a folder is: as it remembers, or else as the caller says. Errors: `service-owner` (nobody says),
 * `register-differs` (the folder remembers another register or owner), `address`, those of `readRegistration`.
 */
export async function ownedBatch(
  service: Pick<Service, "settings">,
  { dir, commitments }: Batch,
  named: string | undefined,
): Promise<OwnedBatch> {
  const { registry, chainId } = registerOf(service);
  const known = await readRegistration(dir);
  const asked = named === undefined ? undefined : addressIn(named, "owner");
  if (known !== undefined) {
    const isHere = known.chainId === chainId && addressIn(known.registry, REGISTRATION_FILE) === getAddress(registry);
    if (!isHere) throw differs("register");
    if (asked !== undefined && asked !== addressIn(known.owner, REGISTRATION_FILE)) throw differs("owner");
  }
  const owner = asked ?? (known === undefined ? undefined : addressIn(known.owner, REGISTRATION_FILE));
  if (owner === undefined) {
    throw inputError("The folder does not know who opened its batch.", { code: "service-owner", place: "owner" });
  }
  return { owner, key: batchKey(owner, commitments.batch) };
}

/** A registration that says when the batch was opened. */
type Opened = Registration & { readonly opened: number };

/**
 * Where and when a folder's batch was opened: as it remembers, or, where the caller names the owner, as the register says, which the
 * folder remembers from then on. So a folder that joined its batch, which others opened, is told. Errors: `opening-unknown` (nobody
 * says who opened it), `opening-not-final`, those of `ownedBatch` and `onRegister`.
 */
export async function openedBatch(
  service: Pick<Service, "settings">,
  batch: Batch,
  named: string | undefined,
): Promise<Opened> {
  const known = await readRegistration(batch.dir);
  const { opened, owner = named } = known ?? {};
  if (known !== undefined && opened !== undefined && named === undefined) return { ...known, opened };
  if (owner === undefined) {
    throw restated(unknownOpening(batch), { remedy: "Name the account that opened the batch: `owner`." });
  }
  return await onRegister(service, async (register, { chainId }) => {
    const owned = await ownedBatch(service, batch, named);
    const time = await aboutBatch(batch.dir, batch, owned, () => openingTime(register, owned.key, chainId));
    const registry = await register.registry.getAddress();
    const registration = { chainId: chainId.toString(), registry, owner: owned.owner, opened: Number(time) };
    await writeRegistration(batch.dir, registration);
    return registration;
  });
}

function differs(what: string): Error {
  return inputError(`The folder's batch was opened on another register, or by another owner: see its ${what}.`, {
    code: "register-differs",
    place: what,
  });
}

/** Runs calls about a batch: what the register refuses names its claims and stages. `name`: what the service calls it. */
export function aboutBatch<T>(
  name: string,
  { policy }: Batch,
  { owner, key }: OwnedBatch,
  run: () => Promise<T>,
): Promise<T> {
  const claims = policy.claims.map(({ id }) => id);
  return explainedTo({ batch: { key, owner, dir: name, claims, stages: policy.stages } }, run);
}
