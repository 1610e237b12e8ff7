import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { encryptKeystoreJson, sha256, Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { transcriptOf } from "../../cli/circuits.ts";
import { connectRpc } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { handle } from "../../src/chain/handles.ts";
import { circuitNamed, CIRCUITS } from "../../src/kinds/circuits.ts";
import { createKey, saveKey } from "../../src/parties/keys.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { ensureArtifacts } from "../../src/setup/artifacts.ts";
import { freePort, startAnvil } from "../contracts/support/chains.ts";
import { startChild, type Child } from "../support/child.ts";
import { deployed as deployedRegister, twoPersons } from "../contracts/support/twoPersons.ts";
import {
  batchproof,
  batchproofJson,
  batchproofProcess,
  deployWith,
  PASSPHRASE,
  personKey,
  policyCopy,
  refusedWith,
  scratch,
  startDevnet,
  VALID,
} from "./support.ts";

/** Everything that needs a chain or the artifacts of temperature-1k, which are made on first need. */
beforeAll(() => ensureArtifacts(circuitNamed("temperature-1k")));

interface Node {
  readonly url: string;
  readonly stop: () => Promise<unknown>;
}

const NODES: readonly { readonly name: string; readonly start: () => Promise<Node> }[] = [
  {
    name: "anvil",
    start: async () => {
      const { url, chain } = await startAnvil();
      return { url, stop: () => chain.close() };
    },
  },
  {
    name: "devnet",
    start: async () => {
      const { url, stop } = await startDevnet();
      return {
        url,
        stop: async () => {
          expect(await stop()).toBe(0);
        },
      };
    },
  },
];

/** The first account of anvil and of Hardhat, whose key everybody knows. */
const ADMIN_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/** Which account of a node plays the second ADMIN of a register that the command line deploys. */
const SECOND_ADMIN = 19;

interface Deployed {
  readonly admins: readonly string[];
  readonly addresses: { readonly registry: string; readonly roles: string };
  readonly developmentAllowed: boolean;
}

describe.each(NODES)("a register on $name, from deployment to audit", ({ start }) => {
  const folder = scratch();
  let node: Node;
  let accounts: readonly string[];
  let deployed: Deployed;
  let at: readonly string[];
  let policyId = "";

  const by = (index: number): string[] => ["--account", accounts[index] ?? ""];
  const step = (verb: string, role: string, account: number, person: string, ...more: string[]): string[] => {
    const terms = [role, accounts[account] ?? "", "--person", person, ...VALID, ...personKey()];
    return ["role", verb, ...terms, ...at, ...more];
  };
  /** Both ADMINs give a role. */
  const give = async (...terms: readonly [role: string, account: number, person: string, ...more: string[]]) => {
    const [proposed, approved] = [step("propose", ...terms), step("approve", ...terms)];
    expect((await batchproof([...proposed, ...by(0)])).code).toBe(0);
    expect((await batchproof([...approved, ...by(SECOND_ADMIN)])).code).toBe(0);
  };

  beforeAll(async () => {
    node = await start();
    const chain = await connectRpc(node.url);
    accounts = (await chain.provider.send("eth_accounts", [])) as string[];
    await chain.close();
    const { code, stdout, stderr } = await batchproofProcess([
      ...deployWith(accounts[SECOND_ADMIN] ?? ""),
      "--allow-development",
      "--rpc",
      node.url,
      ...by(0),
      "--json",
    ]);
    // Nothing but the hash of each transaction, at once.
    const rest = stderr.replace(/^Transaction 0x[0-9a-f]{64} is sent, and waits to be mined\.\n/gm, "");
    expect({ code, rest }).toEqual({ code: 0, rest: "" });
    deployed = JSON.parse(stdout) as Deployed;
    at = ["--rpc", node.url, "--registry", deployed.addresses.registry];
  });
  afterAll(() => node.stop());

  // Verifies R-setup-development.
  it("deploys, and takes development keys only if it is asked to, which it says loudly", async () => {
    expect(deployed.admins.map((admin) => admin.toLowerCase())).toEqual([accounts[0], accounts[SECOND_ADMIN]]);
    expect(deployed.developmentAllowed).toBe(true);
    const deploy = (...more: readonly string[]): Promise<{ readonly stdout: string }> =>
      batchproof([...deployWith(accounts[SECOND_ADMIN] ?? ""), "--rpc", node.url, ...by(0), ...more]);
    const allowed = (await deploy("--allow-development")).stdout;
    expect(allowed).toContain("DEVELOPMENT KEYS ARE ALLOWED HERE, for good: anybody can forge");
    const refused = (await deploy()).stdout;
    expect(refused).toMatch(/^development keys +refused$/m);
    expect(refused).not.toContain("ALLOWED");
  });

  // Verifies R-register-two-persons, V140.
  it("V140: gives a role by two ADMINs, in the same words, and by nobody else", async () => {
    await give("proposer", 1, "person 1");
    await give("approver", 1, "person 1");
    await give("approver", 2, "person 2");
    const qa = ["qa", 3, "person 3", "--owner", accounts[4] ?? ""] as const;
    expect((await batchproof(step("propose", ...qa), { BATCHPROOF_ACCOUNT_KEY: ADMIN_KEY })).code).toBe(0);
    const refused = async (...words: readonly string[]): Promise<unknown> => {
      const { exit, code } = await refusedWith(words);
      return [exit, code];
    };
    // Nobody alone, nobody who is no ADMIN, and nothing but what was proposed.
    expect(await refused(...step("approve", ...qa), ...by(0))).toEqual([1, "SameAccount"]);
    expect(await refused(...step("approve", ...qa), ...by(5))).toEqual([1, "RoleNotHeld"]);
    expect(await refused(...step("propose", "qp", 5, "person 5"), ...by(5))).toEqual([1, "RoleNotHeld"]);
    const other = ["qa", 3, "person 4", "--owner", accounts[4] ?? ""] as const;
    expect(await refused(...step("approve", ...other), ...by(SECOND_ADMIN))).toEqual([1, "NotProposed"]);
    expect((await batchproof([...step("approve", ...qa), ...by(SECOND_ADMIN)])).code).toBe(0);
    // An account is one person for good.
    expect(await refused(...step("propose", "qp", 3, "person 4"), ...by(0))).toEqual([1, "PersonDiffers"]);
    expect(await refused(...step("propose", "qa", 3, "person 3"), ...by(0))).toEqual([2, "owner"]);
    expect(await refused(...step("propose", "qp", 3, "person 3 "), ...by(0))).toEqual([2, "person"]);
  });

  // Verifies R-register-two-persons, V60.
  it("adds the smallest circuit by two persons", async () => {
    expect(await refusedWith(["circuit", "propose", ...at, ...by(0)])).toMatchObject({ exit: 1, code: "RoleNotHeld" });
    expect(await refusedWith(["circuit", "approve", ...at, ...by(2)])).toMatchObject({ exit: 1, code: "NotProposed" });
    const circuits = [{ name: "temperature-1k", setup: "development", transcript: null }];
    const proposed = await batchproofJson(["circuit", "propose", ...at, ...by(1)]);
    expect(proposed).toMatchObject({ code: 0, json: { circuits } });
    expect(await refusedWith(["circuit", "propose", ...at, ...by(1)])).toMatchObject({ code: "AlreadyProposed" });
    // One person has both roles with the first account.
    expect(await refusedWith(["circuit", "approve", ...at, ...by(1)])).toMatchObject({ exit: 1, code: "SameAccount" });
    const approved = await batchproof(["circuit", "approve", "temperature-1k", ...at, ...by(2)]);
    expect(approved.code).toBe(0);
    expect(approved.stdout).toMatch(/^approved +temperature-1k$/m);
    expect(approved.stdout).toContain("DEVELOPMENT KEY: insecure by design");
    expect(await refusedWith(["circuit", "propose", "temperature-1k", ...at, ...by(1)])).toMatchObject({
      exit: 1,
      code: "CircuitKnown",
    });
    expect(await refusedWith(["circuit", "propose", "temperature-99k", ...at, ...by(1)])).toMatchObject({
      exit: 2,
      code: "circuit",
    });
  });

  // Verifies R-setup-transcript.
  it("takes a transcript for the key of a ceremony, and none for a development key", async () => {
    const transcript = join(folder, "transcript");
    writeFileSync(transcript, "nobody took part");
    const propose = ["circuit", "propose", "custody", "--transcript", transcript, ...at, ...by(1)];
    expect(await refusedWith(propose)).toMatchObject({
      exit: 2,
      code: "transcript",
      place: `--transcript ${transcript}`,
    });
    // No circuit of this version has the key of a ceremony.
    expect(await transcriptOf("ceremony", { transcript })).toEqual({ transcript: sha256(readFileSync(transcript)) });
    expect(await transcriptOf("development", {})).toEqual({});
    await expect(transcriptOf("ceremony", {})).rejects.toMatchObject({ kind: "input", code: "transcript" });
  });

  // Verifies R-setup-development.
  it("finds everything in order, and says development loudly", async () => {
    const { code, stdout } = await batchproof(["doctor", ...at]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warning .* DEVELOPMENT KEY: insecure by design/m);
    expect(stdout).toMatch(/^ok +temperature-1k on chain +registered, equal to ours$/m);
    expect(stdout).toMatch(/Everything is in order\.\n$/);
  });

  // Verifies R-policy-publish.
  it("publishes a policy by two persons", async () => {
    const file = policyCopy(folder);
    await batchproof(["policy", "salt", file]);
    const proposed = await batchproofJson(["policy", "publish", file, ...at, ...by(1)]);
    expect(proposed.code).toBe(0);
    ({ policyId } = proposed.json as { policyId: string });
    const approve = ["policy", "approve", policyId, "--authorisation", "MA-1", ...at];
    expect(await refusedWith([...approve, "--unread", ...by(1)])).toMatchObject({ exit: 1, code: "SameAccount" });

    const otherFile = policyCopy();
    await batchproof(["policy", "salt", otherFile]);
    expect(await refusedWith([...approve, "--policy", otherFile, ...by(2)])).toMatchObject({
      exit: 1,
      code: "policy-id",
    });
    const approved = await batchproof([...approve, "--policy", file, ...by(2)]);
    expect(approved.code).toBe(0);
    expect(approved.stdout).toContain(`approved     ${policyId}`);
    expect(
      await refusedWith(["policy", "approve", "0x12", "--unread", "--authorisation", "MA-1", ...at]),
    ).toMatchObject({
      exit: 2,
      code: "policy-id",
    });
    expect(await refusedWith([...approve, "--unread", "--effective-from", "tomorrow", ...by(2)])).toMatchObject({
      exit: 2,
      code: "time-syntax",
    });
  });

  // Verifies R-policy-approve, F42.
  it("approves no policy and no list that nobody read, unless that is said, and shows them before anything is sent", async () => {
    const policy = ["policy", "approve", policyId, "--authorisation", "MA-1", ...at, ...by(2)];
    const usage = { exit: 2, code: "usage" };
    expect(await refusedWith(policy)).toMatchObject(usage);
    const file = join(folder, "policy.json");
    expect(await refusedWith([...policy, "--policy", file, "--unread"])).toMatchObject(usage);
    expect(await refusedWith([...policy.filter((word) => word !== policyId), "--unread"])).toMatchObject(usage);
    // It is approved already: what is shown is shown before the register refuses.
    const again = await batchproof([...policy, "--policy", file]);
    expect(again.code).toBe(1);
    const shown = (await batchproof(["policy", "show", file])).stdout;
    expect(shown).toContain(`policyId  ${policyId}`);
    expect(again.stderr).toContain(shown);
    expect(again.stderr.indexOf("error: ")).toBeGreaterThan(again.stderr.indexOf("policyId  "));

    const party = ["party", "approve", `0x${"0".repeat(63)}5`, "--authorisation", "QA-1", ...at, ...by(2)];
    expect(await refusedWith(party)).toMatchObject(usage);
    expect(await refusedWith([...party.filter((word) => !word.startsWith("0x0")), "--unread"])).toMatchObject(usage);
  });

  it("publishes a party root by two persons", async () => {
    const list = join(folder, "parties.json");
    await batchproof(["party", "add", list, "--device", "a|b|c", "--org", "o", "--name", "n", ...VALID]);
    const proposed = await batchproofJson(["party", "publish", list, ...at, ...by(1)]);
    expect(proposed.code).toBe(0);
    const { root, documentHash } = proposed.json as { root: string; documentHash: string };
    const approve = (value: string) => ["party", "approve", value, "--authorisation", "QA-1", ...at];
    const unread = ["--unread", "--document", documentHash];
    expect(await refusedWith([...approve(root), ...unread, ...by(1)])).toMatchObject({ exit: 1, code: "SameAccount" });
    const other = join(folder, "other.json");
    await batchproof(["party", "add", other, "--device", "a|b|d", "--org", "o", "--name", "n", ...VALID]);
    const fromOther = await refusedWith([...approve(root), "--parties", other, ...by(2)]);
    expect(fromOther).toMatchObject({ exit: 1, code: "party-root" });
    const approved = await batchproof([...approve(root), "--parties", list, ...by(2)]);
    expect(approved.code).toBe(0);
    const words = `1. device, valid ${VALID[1]} to ${VALID[3]}, device "a|b|c", "n" of "o"\nroot  ${root}\n`;
    expect(approved.stderr.startsWith(words), approved.stderr).toBe(true);
    expect(await refusedWith([...approve("5"), "--unread", ...by(2)])).toMatchObject({ exit: 2, code: "field" });
  });

  // Verifies R-batch-site-secrets, V21.
  it("compares the site secrets of a party list with those of the list that was approved last", async () => {
    const before = join(folder, "parties.json");
    const publish = (list: string, ...more: readonly string[]): string[] => {
      return ["party", "publish", list, ...more, ...at, ...by(1)];
    };
    const [sites, renewed] = [join(folder, "sites.json"), join(folder, "renewed.json")];
    for (const name of ["first", "second"]) {
      const key = join(folder, `${name}.key`);
      const described = { name, role: "custodian", org: "Site A", passphrase: PASSPHRASE, scryptN: 1024 } as const;
      await saveKey(key, await createKey(described));
      const list = name === "first" ? sites : renewed;
      await batchproof(["party", "add", list, "--key", key, ...VALID]);
    }
    expect(await refusedWith(publish(sites))).toMatchObject({ exit: 2, code: "party-before", place: "--before" });
    expect(await refusedWith(publish(sites, "--before", sites))).toMatchObject({ exit: 1, code: "party-before" });
    const proposed = await batchproofJson(publish(sites, "--before", before));
    expect(proposed.json).toMatchObject({ siteSecrets: { renewed: [], added: ["Site A"], gone: [] } });
    const { root } = proposed.json as { root: string };
    await batchproof(["party", "approve", root, "--parties", sites, "--authorisation", "QA-2", ...at, ...by(2)]);

    const next = publish(renewed, "--before", sites);
    expect(await refusedWith(next)).toMatchObject({ exit: 1, code: "party-renewed", place: renewed });
    expect(await refusedWith([...next, "--new-secret", "Site B"])).toMatchObject({ code: "party-renewed" });
    // A root that was revoked since is the last one all the same.
    await batchproof(["party", "revoke", root, "--reason", "key stolen", ...at, ...by(2)]);
    expect(await refusedWith(publish(renewed))).toMatchObject({ exit: 2, code: "party-before" });
    expect(await refusedWith(next)).toMatchObject({ exit: 1, code: "party-renewed" });
    const named = await batchproof([...next, "--new-secret", "Site A"]);
    expect(named.code).toBe(0);
    expect(named.stdout).toMatch(/^secret renewed +Site A$/m);
  });

  // Verifies R-audit-development, V64.
  it("audits the empty register, in which a row stands for its development keys", async () => {
    const audited = await batchproofProcess(["audit", ...at, "--all", "--fail-on-exceptions"]);
    expect(audited.code).toBe(1);
    expect(audited.stdout).toContain("Reconciliation: 0 opened = 0 certified");
    expect(audited.stdout.replaceAll(/[│\s]+/g, " ")).toContain(
      "development keys: anybody can forge proofs of 1 of 1 circuit (temperature-1k)",
    );
    expect(await batchproofJson(["audit", ...at])).toMatchObject({ json: { total: 0, reviewed: 0, chainId: "31337" } });
    const other = await batchproofJson([...deployWith(accounts[SECOND_ADMIN] ?? ""), "--rpc", node.url, ...by(0)]);
    const { registry } = (other.json as Deployed).addresses;
    const clean = await batchproof(["audit", "--rpc", node.url, "--registry", registry, "--fail-on-exceptions"]);
    expect(clean.code, clean.stdout).toBe(0);
  });

  it("shows an overdue batch and fails on it if asked to", async () => {
    const chain = await connectRpc(node.url);
    try {
      const owner = await chain.provider.getSigner(4);
      await give("manufacturer", 4, "person 4");
      await give("qp", 5, "person 5");
      const registry = handle("ComplianceRegistry", deployed.addresses.registry, owner);
      const now = BigInt((await chain.provider.getBlock("latest"))?.timestamp ?? 0);
      const nothing = `0x${"0".repeat(64)}`;
      const due = [now + 60n, now + 60n] as const;
      await mined(() => registry.openBatch(1n, 2n, policyId, due, nothing, [accounts[5] ?? ""], [], [], nothing));
      await chain.provider.send("evm_setNextBlockTimestamp", [`0x${(now + 3600n).toString(16)}`]);
      await chain.provider.send("evm_mine", []);
    } finally {
      await chain.close();
    }
    const { code, stdout } = await batchproof(["audit", ...at, "--fail-on-exceptions"]);
    expect(code).toBe(1);
    expect(stdout).toContain("Overdue");
    expect((await batchproof(["audit", ...at])).code).toBe(0);
  });

  it("takes a keystore, and refuses accounts it cannot use", async () => {
    const keystore = join(folder, "keystore.json");
    writeFileSync(keystore, await encryptKeystoreJson(new Wallet(ADMIN_KEY), PASSPHRASE, { scrypt: { N: 1024 } }));
    const propose = step("propose", "authority", 6, "a");
    const env = { BATCHPROOF_PASSPHRASE: PASSPHRASE };
    expect((await batchproof([...propose, "--account", keystore], env)).code).toBe(0);
    const refusals: [account: string[], env: Record<string, string>, place: string][] = [
      [["--account", keystore], { BATCHPROOF_PASSPHRASE: "wrong" }, keystore],
      [["--account", join(folder, "none")], env, join(folder, "none")],
      [["--account", `0x${"99".repeat(20)}`], {}, `--account 0x${"99".repeat(20)}`],
      [[], {}, "--account"],
      [[], { BATCHPROOF_ACCOUNT_KEY: "0x12" }, "BATCHPROOF_ACCOUNT_KEY"],
    ];
    for (const [account, given, place] of refusals) {
      expect(await refusedWith([...propose, ...account], given)).toMatchObject({ exit: 2, code: "account", place });
    }
  });

  it("refuses an address that is no register", async () => {
    const audit = (registry: string) => refusedWith(["audit", "--rpc", node.url, "--registry", registry]);
    expect(await audit(accounts[0] ?? "")).toMatchObject({ exit: 3, code: "code" });
    expect(await audit(deployed.addresses.roles)).toMatchObject({ exit: 3, code: "contract" });
    expect(await audit("registry.example")).toMatchObject({ exit: 2, code: "address" });
    const doctor = await batchproof(["doctor", "--rpc", node.url, "--registry", deployed.addresses.roles]);
    expect(doctor.code).toBe(3);
    expect(doctor.stdout.match(/^wrong +\S+/gm)).toEqual([expect.stringMatching(/register$/)]);
  });
});

// Verifies R-cli-node.
describe("a node behind an awkward one", () => {
  const MODES = ["nobatch", "limited", "refuses"] as const;
  let upstream: Awaited<ReturnType<typeof startAnvil>>;
  const urls: Partial<Record<(typeof MODES)[number], string>> = {};
  const nodes: Child[] = [];
  let registry = "";

  beforeAll(async () => {
    upstream = await startAnvil();
    for (const mode of MODES) {
      const port = await freePort();
      const node = startChild(process.execPath, ["fixtures/nodes/awkwardNode.mjs", String(port), mode], {
        env: { ...process.env, UPSTREAM: upstream.url },
      });
      await once(node.stdout, "data");
      nodes.push(node);
      urls[mode] = `http://127.0.0.1:${port}`;
    }
    ({ registry } = (await deployedRegister(upstream.chain)).addresses);
  });
  afterAll(async () => {
    for (const node of nodes) node.kill();
    await upstream.chain.close();
  });

  const key = { BATCHPROOF_ACCOUNT_KEY: ADMIN_KEY };
  const through = (mode: (typeof MODES)[number]): string[] => ["--rpc", urls[mode] ?? "", "--registry", registry];
  /** A role for an account of its own, because an account is one person. */
  const propose = (digits: string): string[] => [
    ...["role", "propose", "authority", `0x${digits.repeat(20)}`, "--person", "a", ...VALID, ...personKey()],
  ];

  it.each([
    ["nobatch", "11"],
    ["limited", "22"],
  ] as const)("is read and written to: %s", async (mode, digits) => {
    const proposed = await batchproof([...propose(digits), ...through(mode)], key);
    expect(proposed.code, proposed.stderr).toBe(0);
    const audited = await batchproof(["audit", "--all", ...through(mode)]);
    expect(audited.code, audited.stderr).toBe(0);
  });

  it("V75: is quoted where it refuses a transaction", async () => {
    const refused = await refusedWith([...propose("33"), ...through("refuses")], key);
    expect(refused).toMatchObject({ exit: 3, code: "chain" });
    expect(refused.message).toContain('the node says "transaction underpriced: tip 0, at least 1000000000 wanted"');
    expect(refused.remedy).toContain("Offer more (--max-fee and --tip, or --gas-price)");
  });
});

// Verifies R-cli-sending, V75.
describe("V75: what is offered for gas", () => {
  const key = { BATCHPROOF_ACCOUNT_KEY: ADMIN_KEY };

  it("is nothing where gas is free, also from an account that has nothing; or what is told", async () => {
    const { url, chain } = await startAnvil(31337n, ["--base-fee", "0", "--gas-price", "0"]);
    try {
      const admin = await chain.provider.getSigner(0);
      const { registry } = (await deployedRegister(chain)).addresses;
      await chain.provider.send("anvil_setBalance", [admin.address, "0x0"]);
      const propose = (digits: string, ...more: string[]): string[] => [
        ...["role", "propose", "authority", `0x${digits.repeat(20)}`, "--person", "a", ...VALID, ...personKey()],
        ...["--rpc", url, "--registry", registry, ...more],
      ];
      const type = async ({ stderr }: { stderr: string }): Promise<unknown> => {
        const hash = /^Transaction (0x[0-9a-f]{64})/m.exec(stderr)?.[1] ?? "";
        const { type: kind, gasPrice, maxFeePerGas } = (await chain.provider.getTransaction(hash)) ?? {};
        return { kind, gasPrice, maxFeePerGas };
      };
      const free = await batchproof(propose("11", "--gas-price", "0"), key);
      expect(free.code, free.stderr).toBe(0);
      expect(await type(free)).toMatchObject({ kind: 0, gasPrice: 0n });
      expect(await refusedWith(propose("22", "--gas-price", "1"), key)).toMatchObject({ exit: 3, code: "funds" });
      await chain.provider.send("anvil_setBalance", [admin.address, "0xde0b6b3a7640000"]);
      const most = await batchproof(propose("22", "--max-fee", "2.5", "--tip", "0.5"), key);
      expect(most.code, most.stderr).toBe(0);
      expect(await type(most)).toMatchObject({ kind: 2, maxFeePerGas: 2_500_000_000n });
      for (const wrong of [
        ["--gas-price", "1", "--tip", "1"],
        ["--max-fee", "-1"],
        ["--timeout", "0"],
        ["--tip", "1e9"],
      ]) {
        expect(await refusedWith(propose("33", ...wrong), key)).toMatchObject({ exit: 2, code: "usage" });
      }
    } finally {
      await chain.close();
    }
  });
});

describe("doctor, of a register without temperature-1k", () => {
  it("names what adds it where other circuits are there, and calls wrong one that has none of ours", async () => {
    const { url, chain } = await startAnvil();
    try {
      const bare = await deployedRegister(chain, { developmentAllowed: true });
      const { proposer, approver } = await twoPersons(chain, bare);
      const look = ["doctor", "--rpc", url, "--registry", bare.addresses.registry];
      const none = await batchproof(look);
      expect(none.code).toBe(3);
      expect(none.stdout).toMatch(
        /^wrong +temperature-1k on chain +No circuit of this version is registered there\.$/m,
      );
      const at = ["--rpc", url, "--registry", bare.addresses.registry];
      for (const [verb, person] of [
        ["propose", proposer],
        ["approve", approver],
      ] as const) {
        const step = ["circuit", verb, "custody", ...at, "--account", await person.getAddress()];
        expect((await batchproof(step)).code).toBe(0);
      }
      const some = await batchproof(look);
      expect(some.code, some.stdout).toBe(0);
      const step = (verb: string): string => `\`batchproof circuit ${verb} temperature-1k ${at.join(" ")} --account `;
      const add = `${step("propose")}PROPOSER\`, then ${step("approve")}APPROVER\``;
      expect(some.stdout).toMatch(/^ok +temperature-1k on chain +not registered yet/m);
      expect(some.stdout).toContain(`not registered yet; two persons add it: ${add}\n`);
    } finally {
      await chain.close();
    }
  });
});

describe("setup", () => {
  it("makes what the lock file pins, and names the key's kind", async () => {
    const circuits = [{ name: "temperature-1k", circuitId: lockedCircuitId("temperature-1k") }];
    const json = { lock: "equal", circuits };
    expect(await batchproofJson(["setup", "--circuit", "temperature-1k"])).toMatchObject({ code: 0, json });
    const shown = await batchproof(["setup", "--circuit", "temperature-1k"]);
    expect(shown.stdout).toContain("DEVELOPMENT KEY: insecure by design");
  });

  it("refuses a circuit that there is not", async () => {
    expect(await refusedWith(["setup", "--circuit", "temperature-99k"])).toMatchObject({
      exit: 2,
      code: "circuit",
      place: "--circuit",
      remedy: `Circuits: ${CIRCUITS.map(({ name }) => name).join(", ")}.`,
    });
  });
});

describe("a chain that is not to be used", () => {
  // Verifies R-cli-exit.
  it("has a node that goes away half-way: exit 3, no bug of ours", async () => {
    const server = createServer((request, response) => {
      request.on("data", (body: Buffer) => {
        if (!body.toString().includes("eth_chainId")) response.destroy();
        else response.end('{"jsonrpc":"2.0","id":1,"result":"0x7a69"}');
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      const at = ["--rpc", `http://127.0.0.1:${port}`, "--registry", `0x${"11".repeat(20)}`];
      expect(await refusedWith(["audit", ...at])).toMatchObject({ exit: 3, kind: "environment", code: "chain" });
    } finally {
      server.close();
    }
  });

  it("is not looked for behind a register alone", async () => {
    const doctor = ["doctor", "--registry", `0x${"11".repeat(20)}`];
    expect(await refusedWith(doctor)).toMatchObject({ exit: 2, code: "usage", place: "--registry" });
  });

  it("is said to be unreachable, exit 3, with the remedy", async () => {
    const rpc = ["--rpc", `http://127.0.0.1:${await freePort()}`];
    const registry = ["--registry", `0x${"11".repeat(20)}`];
    expect(await refusedWith(["audit", ...rpc, ...registry])).toMatchObject({
      exit: 3,
      code: "unreachable",
      place: "--rpc",
    });
    expect(await refusedWith(["audit", "--rpc", "ftp://x", ...registry])).toMatchObject({ exit: 2, code: "rpc" });
    const { code, stdout } = await batchproof(["doctor", ...rpc]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^wrong +chain +No node answers/m);
    expect(stdout).toContain("Start the node or check the address.");
  });

  // Verifies S5, V64.
  it("gets no development key unless its register was deployed so, and nothing is sent to it", async () => {
    const { url, chain } = await startAnvil();
    try {
      const { addresses } = await deployedRegister(chain);
      const at = ["--rpc", url, "--registry", addresses.registry];
      const block = await chain.provider.getBlockNumber();
      const [account = ""] = (await chain.provider.send("eth_accounts", [])) as string[];
      for (const verb of ["propose", "approve"]) {
        const refused = await refusedWith(["circuit", verb, ...at, "--account", account]);
        expect(refused).toMatchObject({ exit: 3, code: "key-development" });
      }
      expect(await chain.provider.getBlockNumber()).toBe(block);
      expect((await batchproof(["doctor", ...at])).stdout).toMatch(/^wrong +temperature-1k here/m);
    } finally {
      await chain.close();
    }
  });

  it("is not started on a port that is taken", async () => {
    const first = await startDevnet();
    expect(first.accounts).toHaveLength(20);
    expect(await refusedWith(["devnet", "--port", new URL(first.url).port])).toMatchObject({ exit: 3, code: "port" });
    expect(await first.stop()).toBe(0);
  });
});
