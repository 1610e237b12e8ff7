import { sign, type Signature } from "../../src/formats/source.ts";

/** A function of objects that works once for each of them. */
export function remembered<K extends object, V>(of: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const entry = known.get(key) ?? { value: of(key) };
    known.set(key, entry);
    return entry.value;
  };
}

const signatures = new Map<string, Signature>();

/** Signing is deterministic, and slow enough that hundreds of scenarios should not repeat it. */
export function signOnce(key: Uint8Array, message: bigint): Signature {
  const id = `${Buffer.from(key).toString("hex")} ${message}`;
  const signature = signatures.get(id) ?? sign(key, message);
  signatures.set(id, signature);
  return signature;
}
