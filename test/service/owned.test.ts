import { describe, expect, it } from "vitest";
import type { Batch } from "../../src/batch/batch.ts";
import { writeRegistration } from "../../src/batch/registration.ts";
import { batchKey } from "../../src/formats/context.ts";
import { ownedBatch } from "../../src/service/register.ts";
import { scratch } from "../cli/support.ts";
import { bareService } from "./support.ts";

const REGISTRY = `0x${"1".repeat(40)}`;
const OWNER = `0x${"a".repeat(40)}`;
/** Not the checksum's letters. */
const MISTYPED = `0x${"aB".repeat(20)}`;

const service = bareService({ register: { rpc: "http://127.0.0.1:9", registry: REGISTRY, chainId: "5" } });

/** What the service takes a folder for that remembers this. */
async function owned(remembered: object, named?: string): Promise<Awaited<ReturnType<typeof ownedBatch>>> {
  const dir = scratch();
  const registration = { chainId: "5", registry: REGISTRY, owner: OWNER, ...remembered };
  await writeRegistration(dir, registration);
  return await ownedBatch(service, { dir, commitments: { batch: 7n } } as Partial<Batch> as Batch, named);
}

describe("whose batch a folder is", () => {
  it("is what it remembers of the register that is asked", async () => {
    expect((await owned({})).key).toBe(batchKey(OWNER, 7n));
    await expect(owned({ chainId: "6" })).rejects.toMatchObject({ code: "register-differs", place: "register" });
    await expect(owned({}, REGISTRY)).rejects.toMatchObject({ code: "register-differs", place: "owner" });
  });

  // Verifies R-service-answers, V448.
  it.each(["registry", "owner"])("V448: is no bug where the folder has its %s mistyped", async (name) => {
    for (const named of [undefined, OWNER]) {
      await expect(owned({ [name]: MISTYPED }, named)).rejects.toMatchObject({
        code: "address",
        place: "register.json",
      });
    }
  });
});
