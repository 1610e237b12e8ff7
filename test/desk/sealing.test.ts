import { createCipheriv } from "node:crypto";
import { describe, expect, it } from "vitest";
import * as browser from "../../desk/host/parties/sealing.ts";
import * as node from "../../src/parties/sealing.ts";

const HOSTS = [
  ["Node", node],
  ["a browser", browser],
] as const;

const key = new Uint8Array(32).fill(7);
const nonce = new Uint8Array(12).fill(9);
const data = new TextEncoder().encode("in the open");
const secret = new TextEncoder().encode("the secret of a reviewer");

function sealed(): node.Sealed {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  cipher.setAAD(data);
  const payload = new Uint8Array(Buffer.concat([cipher.update(secret), cipher.final()]));
  return { nonce, payload, data, tag: new Uint8Array(cipher.getAuthTag()) };
}

describe("what opens a key file", () => {
  it("derives the same from a passphrase in Node and in a browser", async () => {
    const ask = [new Uint8Array([1, 2, 3]), 64, { n: 1024, r: 8, p: 1 }] as const;
    const [one, other] = await Promise.all(HOSTS.map(([, host]) => host.scryptBytes("Pässe für fünf", ...ask)));
    expect(new Uint8Array(other ?? [])).toEqual(new Uint8Array(one ?? [1]));
  });

  it.each(HOSTS)("opens what was sealed, in %s", async (_, host) => {
    expect(new Uint8Array((await host.openSealed(key, sealed())) ?? [])).toEqual(secret);
  });

  describe.each(HOSTS)("in %s", (_, host) => {
    it.each(["nonce", "payload", "tag", "data"] as const)("V271: opens nothing whose %s was changed", async (part) => {
      const whole = sealed();
      const changed = new Uint8Array(whole[part]);
      changed[0] = (changed[0] ?? 0) ^ 1;
      expect(await host.openSealed(key, { ...whole, [part]: changed })).toBeUndefined();
    });

    it("V271: opens nothing under another key", async () => {
      expect(await host.openSealed(new Uint8Array(32), sealed())).toBeUndefined();
    });
  });
});
