import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compiled, CONTRACTS, immutablesOf, SHIPPED } from "../src/chain/contracts.ts";
import { schemasOfKinds } from "../src/kinds/policy.ts";
import { policySchema } from "../src/policy/schema.ts";
import { packageRoot } from "../src/root.ts";

/** What `dist/` holds besides JavaScript: ABI and code of the contracts, and the JSON Schema of a policy. */

const root = packageRoot();
mkdirSync(join(root, SHIPPED), { recursive: true });
for (const name of CONTRACTS) {
  const { abi, bytecode, deployedBytecode } = compiled(name);
  const shipped = { abi, bytecode, deployedBytecode, immutables: immutablesOf(name) };
  writeFileSync(join(root, SHIPPED, `${name}.json`), JSON.stringify(shipped));
}
writeFileSync(join(root, "dist/policy.schema.json"), `${JSON.stringify(policySchema(schemasOfKinds()), null, 2)}\n`);
