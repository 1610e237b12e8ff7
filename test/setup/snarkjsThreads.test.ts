import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { groth16 } from "snarkjs";
import { writeDevelopmentKey } from "../../src/setup/developmentKey.ts";
import { withSnarkjs } from "../../src/setup/snarkjsThreads.ts";
import { toSnarkjsKey } from "../../src/setup/verifyingKey.ts";
import { readZkey } from "../../src/setup/zkey.ts";
import { compileTestCircuit, outputOf, prove, startModule, temporaryFolder, TINY_INPUT } from "./support.ts";

describe("a process that uses snarkjs", () => {
  const folder = temporaryFolder();

  it("ends by itself, whether proofs are valid, invalid, verified side by side or make snarkjs throw", async () => {
    const circuit = await compileTestCircuit("tiny", folder);
    const zkey = join(folder, "tiny.zkey");
    await writeDevelopmentKey(circuit.r1cs, zkey);
    const { proof, signals } = await prove(circuit.wasm, zkey, TINY_INPUT);
    const { verifyingKey } = await readZkey(zkey);
    const key = toSnarkjsKey(verifyingKey);
    const cases = JSON.stringify({ key, proof, lists: [signals, signals.with(0, "1")] });
    const child = startModule(
      folder,
      `
      import { groth16 } from "${import.meta.resolve("snarkjs")}";
      import { withSnarkjs } from "batchproof/setup/snarkjsThreads.ts";
      const { key, proof, lists } = ${cases};
      const verify = (key, signals) => withSnarkjs(() => groth16.verify(key, signals, proof)).catch(() => "thrown");
      for (const signals of lists) console.log(await verify(key, signals));
      console.log((await Promise.all([...lists, ...lists].map((signals) => verify(key, signals)))).join(" "));
      console.log(await verify({ ...key, IC: [] }, lists[0]));
    `,
    );
    expect((await outputOf(child)).split("\n")).toEqual(["true", "false", "true false true false", "thrown"]);
  });

  it("keeps the threads while another call needs them", async () => {
    const circuit = await compileTestCircuit("tiny", join(folder, "again"));
    const zkey = join(folder, "again.zkey");
    await writeDevelopmentKey(circuit.r1cs, zkey);
    const { verifyingKey } = await readZkey(zkey);
    const { proof, signals } = await prove(circuit.wasm, zkey, TINY_INPUT);
    const verify = (): Promise<boolean> =>
      withSnarkjs(() => groth16.verify(toSnarkjsKey(verifyingKey), signals, proof));
    expect(await Promise.all([verify(), verify(), withSnarkjs(verify)])).toEqual([true, true, true]);
    expect((globalThis as { curve_bn128?: unknown }).curve_bn128 ?? null).toBeNull();
  });
});
