import { recoverAddress, Wallet } from "ethers";
import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { certificateHash } from "../../src/formats/certificate.ts";
import { signCertificate } from "../../src/chain/eip712.ts";
import { documentText } from "../../src/formats/document.ts";
import {
  LONGEST_VALID,
  MAX_AGE,
  readSignedStanding,
  signStanding,
  standingProblem,
  type SignedStanding,
  type StandingReader,
} from "../../src/standing/signed.ts";
import type { Standing } from "../../src/standing/standing.ts";
import { AT, RELEASED } from "./standings.ts";

const HOUR = 3600;
const qp = new Wallet(`0x${"41".repeat(32)}`);
const stranger = new Wallet(`0x${"42".repeat(32)}`);
const READER: StandingReader = { now: AT + HOUR, qps: [qp.address] };

function sign(account = qp, standing: Standing = RELEASED, until = AT + 48 * HOUR): Promise<SignedStanding> {
  return signStanding(account, standing, until);
}

function codes(signed: SignedStanding, reader: Partial<StandingReader> = {}): string[] {
  return standingProblem(signed, { ...READER, ...reader }).map(({ code }) => code);
}

async function codeOf(action: () => unknown): Promise<string | undefined> {
  try {
    await action();
  } catch (error) {
    if (error instanceof BatchproofError) return error.code;
    throw error;
  }
  return "accepted";
}

type Path = readonly (string | number)[];

/** Every value of a document that holds no other one. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner: [string, unknown][] = Object.entries(value);
  return inner.length === 0 ? [path] : inner.flatMap(([name, each]) => leaves(each, [...path, name]));
}

function changed(value: unknown, [name, ...rest]: Path, to: (before: unknown) => unknown): unknown {
  if (name === undefined) return to(value);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as object) };
  Reflect.set(copy, name, changed(Reflect.get(copy, name), rest, to));
  return copy;
}

/** Another value that would pass for one. */
function another(before: unknown): unknown {
  if (typeof before === "boolean") return !before;
  if (typeof before === "number") return before + 1;
  if (before === null || Array.isArray(before)) return before;
  const text = before as string;
  const at = text.search(/\d(?=\D*$)/);
  return at < 0 ? `${text}x` : `${text.slice(0, at)}${text[at] === "1" ? 0 : 1}${text.slice(at + 1)}`;
}

// Verifies R-standing-signed.
describe("a signed standing", () => {
  it("is taken from a QP whom the reader knows, and comes back from its file", async () => {
    const signed = await sign();
    expect(readSignedStanding(documentText(signed), "status.json")).toEqual(signed);
    expect(codes(signed)).toEqual([]);
    expect(codes(signed, { qps: [qp.address.toLowerCase()] })).toEqual([]);
  });

  it("V300: is nobody's once anything in it was changed", async () => {
    const signed = await sign();
    for (const path of leaves(signed)) {
      if (path[0] === "format" || path[0] === "signature") continue;
      const other = changed(signed, path, another) as SignedStanding;
      if (JSON.stringify(other) === JSON.stringify(signed)) continue;
      const read = await codeOf(() => readSignedStanding(JSON.stringify(other), "status.json"));
      const found = read === "accepted" ? codes(other) : [read];
      expect([path.join("/"), found[0]]).toEqual([
        path.join("/"),
        expect.stringMatching(/^(standing-signer|standing-file|time-impossible)$/),
      ]);
    }
    const appended = { ...signed, standing: { ...signed.standing, holds: [{ side: "qp", order: null }] } } as const;
    expect(codes(appended)).toEqual(["standing-signer"]);
  });

  it("V301: is no certificate, and no certificate is one; nor is one of another chain or register", async () => {
    const signed = await sign();
    const certificate = {
      ...{ batch: RELEASED.batch, policyId: RELEASED.policy.policyId, neededFor: 1, trail: RELEASED.hash },
      ...{ exceptionsHash: RELEASED.hash, certificate: RELEASED.hash, meaning: 7 },
      ...{ signedAt: BigInt(AT), nonce: 0n, deadline: BigInt(AT + HOUR) },
    };
    const [chainId, registry] = [BigInt(RELEASED.chainId), RELEASED.registry];
    const signature = await signCertificate(qp, chainId, registry, certificate);
    expect(codes({ ...signed, signature })).toEqual(["standing-signer"]);
    const digest = certificateHash(chainId, registry, certificate);
    expect(recoverAddress(digest, signature)).toBe(qp.address);
    expect(recoverAddress(digest, signed.signature)).not.toBe(qp.address);
    for (const elsewhere of [{ chainId: "1" }, { registry: stranger.address }]) {
      expect(codes({ ...signed, standing: { ...RELEASED, ...elsewhere } })).toEqual(["standing-signer"]);
    }
    const absurd = { ...signed, standing: { ...RELEASED, chainId: "9".repeat(78) } };
    expect(codes(readSignedStanding(JSON.stringify(absurd), "status.json"))).toEqual(["standing-signer"]);
  });

  it("V302: does not count once it is old, is from the future, or was signed for longer than seven days", async () => {
    const signed = await sign(qp, RELEASED, AT + LONGEST_VALID);
    expect(codes(signed, { now: AT + MAX_AGE })).toEqual([]);
    expect(codes(signed, { now: AT + MAX_AGE + 1 })).toEqual(["standing-old"]);
    expect(codes(signed, { now: AT + MAX_AGE + 1, maxAge: 2 * MAX_AGE })).toEqual([]);
    expect(codes(signed, { now: AT - 600 })).toEqual([]);
    expect(codes(signed, { now: AT - 601 })).toEqual(["standing-old"]);
    const short = await sign(qp, RELEASED, AT + HOUR);
    expect(codes(short, { now: AT + HOUR })).toEqual([]);
    expect(codes(short, { now: AT + HOUR + 1 })).toEqual(["standing-old"]);
    const endless = { ...signed, validUntil: "2027-03-01T12:00:00Z" };
    expect(codes(endless)).toEqual(["standing-signer", "standing-old"]);
    for (const until of [AT + HOUR - 1, AT + LONGEST_VALID + 1, NaN]) {
      expect(await codeOf(() => sign(qp, RELEASED, until))).toBe("standing-time");
    }
  });

  it("V303: of somebody whom the reader does not know as a QP of the batch says nothing", async () => {
    const self = await sign(stranger);
    expect(codes(self)).toEqual(["standing-signer"]);
    expect(codes({ ...self, signer: qp.address })).toEqual(["standing-signer"]);
    expect(codes(await sign(), { qps: [] })).toEqual(["standing-signer"]);
  });

  it.each<[string, object]>([
    ["a standing without a signature", { signature: undefined }],
    ["a longer signature", { signature: `0x${"11".repeat(66)}` }],
    ["a member that is not known", { note: "" }],
    ["another format", { format: "batchproof-signed-standing/2" }],
    ["a status that there is not", { standing: { ...RELEASED, status: "Perfect" } }],
    ["a block that is no number", { standing: { ...RELEASED, block: -1 } }],
    ["a time that is none", { standing: { ...RELEASED, time: "yesterday" } }],
  ])("is refused as a file with %s", async (_, changes) => {
    const text = JSON.stringify({ ...(await sign()), ...changes });
    expect(await codeOf(() => readSignedStanding(text, "status.json"))).toBe("standing-file");
  });

  it("is refused with a day that no month has", async () => {
    const text = JSON.stringify({ ...(await sign()), validUntil: "2026-02-30T12:00:00Z" });
    expect(await codeOf(() => readSignedStanding(text, "status.json"))).toBe("time-impossible");
  });
});
