import { Network, type JsonRpcApiProvider, type JsonRpcPayload } from "ethers";
import { describe, expect, it } from "vitest";
import { AnsweredProvider } from "../../src/chain/archiveForm.ts";
import { Archive } from "../../src/chain/archiveReader.ts";
import { Recording, type ArchiveLimits } from "../../src/chain/archiveWriter.ts";
import { refused, refusedAsync } from "../input/refused.ts";

/** What nobody could read is not written. */

const CHAIN = Network.from(1n).chainId;
const ROOMY: ArchiveLimits = { entries: 10, unpacked: 2 ** 27, packed: 2 ** 27 };

function node(answer: string): JsonRpcApiProvider {
  return new AnsweredProvider(CHAIN, ({ id }: JsonRpcPayload) => Promise.resolve({ id, result: answer }));
}

async function asked(limits: ArchiveLimits, questions: number, answer = "0x1"): Promise<Recording> {
  const recording = new Recording(limits);
  const provider = recording.of(node(answer), CHAIN, "first");
  for (let i = 0; i < questions; i++) await provider.send("eth_call", [i]);
  return recording;
}

// Verifies R-audit-archive, V229.
describe("V229: an archive that is more than a reader takes", () => {
  it("is written up to the last answer that fits", async () => {
    const parts = (await asked(ROOMY, 10)).finish({});
    expect(new Archive(Buffer.concat(parts), "a.gz").header.entries).toBe(10);
  });

  it("ends with one answer more, and is not written", async () => {
    const recording = new Recording(ROOMY);
    const provider = recording.of(node("0x1"), CHAIN, "first");
    for (let i = 0; i < 10; i++) await provider.send("eth_call", [i]);
    for (const again of [10, 0]) {
      expect((await refusedAsync(provider.send("eth_call", [again]))).code).toBe("archive-size");
    }
    expect(refused(() => recording.finish({})).message).toContain("10 answers");
  });

  it.each<readonly [what: string, limits: Partial<ArchiveLimits>]>([
    ["bytes unpacked", { unpacked: 2 ** 25 + 3_000_000 }],
    ["bytes", { packed: 2 ** 25 + 3_000 }],
  ])("is not written with more %s", async (what, limits) => {
    const refusal = await refusedAsync(
      asked({ ...ROOMY, ...limits }, 5, "0".repeat(2 ** 20)).then((recording) => recording.finish({})),
    );
    expect(refusal).toMatchObject({ kind: "input", code: "archive-size" });
    expect(refusal.message).toContain(` ${what}.`);
  });

  it("is not written with a header that no reader takes", async () => {
    const recording = await asked(ROOMY, 1);
    expect(refused(() => recording.finish({ texts: "x".repeat(2 ** 25) })).message).toContain("header");
  });
});
