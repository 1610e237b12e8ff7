import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { groth16 } from "snarkjs";
import { writeDevelopmentKey } from "../../src/setup/developmentKey.ts";
import { withSnarkjs } from "../../src/setup/snarkjsThreads.ts";
import { toSnarkjsKey } from "../../src/setup/verifyingKey.ts";
import { readZkey } from "../../src/setup/zkey.ts";
import { compileTestCircuit, outputOf, prove, startModule, temporaryFolder, TINY_INPUT } from "./support.ts";

describe("a process that verifies", () => {
  const folder = temporaryFolder();

  it("ends by itself, whether proofs are valid, invalid, verified side by side or make snarkjs throw", async () => {
    const circuit = await compileTestCircuit("tiny", folder);
    const zkey = join(folder, "tiny.zkey");
    await writeDevelopmentKey(circuit.r1cs, zkey);
    const { proof, signals } = await prove(circuit.wasm, zkey, TINY_INPUT);
    const { verifyingKey } = await readZkey(zkey);
    const cases = JSON.stringify({
      key: toSnarkjsKey(verifyingKey),
      proof,
      lists: [signals, signals.with(0, "1")],
    });
    const child = startModule(
      folder,
      `
      import { verifyProof } from "batchproof/prover/verify.ts";
      import { fromSnarkjsKey } from "batchproof/setup/verifyingKey.ts";
      const { key, proof, lists } = ${cases};
      const vkey = fromSnarkjsKey(key);
      const verify = async (key, signals) => verifyProof(key, signals, proof).then(() => "valid", (e) => e.code ?? "thrown");
      for (const signals of lists) console.log(await verify(vkey, signals));
      console.log((await Promise.all([...lists, ...lists].map((signals) => verify(vkey, signals)))).join(" "));
      console.log(await verify({ ...vkey, ic: [] }, lists[0]));
    `,
    );
    expect((await outputOf(child)).split("\n")).toEqual([
      ...["valid", "proof-invalid"],
      "valid proof-invalid valid proof-invalid",
      "thrown",
    ]);
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
