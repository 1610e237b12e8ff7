import { id } from "ethers";
import { type Circuit, circuitNamed, kindCode, SMALLEST } from "../../src/kinds/circuits.ts";
import { qaRole, ROLE_ID } from "../../src/formats/roleIds.ts";
import { approveCircuit, deploy, mined, proposeCircuit, type CircuitRegistration } from "../../src/chain/deploy.ts";
import type { Roles } from "../../src/chain/handles.ts";
import { explained } from "../../src/chain/revert.ts";
import { BatchproofError, inputError, refusal } from "../../src/errors.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { lockedCircuitId, lockedKey } from "../../src/setup/artifactLock.ts";
import { lockedArtifacts } from "../../src/setup/lockedArtifacts.ts";
import { assertUsableKey, type UsableKey } from "../../src/setup/keyGate.ts";
import { accountOf, addressOf, asAccount, onChain, transactionOf } from "../chain.ts";
import { DEVELOPMENT_WARNING, storeOf, transcriptOf } from "../circuits.ts";
import { flag, required, text, type Options, type Run } from "../command.ts";
import { withProgressBar } from "../progress.ts";
import { fieldLines, type Answer } from "../output.ts";
import { readRoleList, type RoleEntry } from "../roleList.ts";
import { accountAddresses, readSettings, requireNoRegister, saveRegister } from "../settings.ts";
import { hashOf } from "../values.ts";

/** Decides what one of two persons does with a circuit. */
type Step = typeof proposeCircuit;

/** A circuit with all that is proposed of it, and approved. */
interface AskedCircuit {
  readonly circuit: Circuit;
  readonly setup: UsableKey["setup"];
  readonly registration: CircuitRegistration;
}

/**
 * A circuit whose key has passed the gate for this register: the key beside the lock file, which takes no compiler, or the
 * one of --artifacts together with all that belongs to it. Errors: those of `transcriptOf` and of the key gate.
 */
async function asked(circuit: Circuit, allowDevelopment: boolean, options: Options): Promise<AskedCircuit> {
  const { verifyingKey: key, setup } = await usable(circuit, allowDevelopment, options);
  const transcript = await transcriptOf(setup, options);
  return { circuit, setup, registration: { key, kind: kindCode(circuit), tier: circuit.tier, ...transcript } };
}

async function usable(circuit: Circuit, allowDevelopment: boolean, options: Options): Promise<UsableKey> {
  if (text(options, "artifacts") === undefined) {
    const { circuitId, verifyingKey } = await lockedKey(circuit.name);
    return await assertUsableKey({ vkey: verifyingKey, circuitId, allowDevelopment });
  }
  const { zkey, r1cs, circuitId } = await withProgressBar((onProgress) =>
    lockedArtifacts(circuit, { onProgress, ...storeOf(options) }),
  );
  return await assertUsableKey({ zkeyPath: zkey, r1csPath: r1cs, circuitId, allowDevelopment });
}

/** `circuit propose` and `circuit approve`: one of two persons, who has the keys in hand as the other one has. */
function circuitStep(done: string, step: Step): Run {
  return (names, options) => {
    const chosen = [...new Set(names)].map((name) => circuitNamed(name, "batchproof circuit"));
    return asAccount(options, async (register, account) => {
      const allowDevelopment = await explained(() => register.circuits.developmentAllowed());
      const circuits: AskedCircuit[] = [];
      // Every key passes the gate before anything is sent.
      for (const circuit of chosen.length > 0 ? chosen : SMALLEST)
        circuits.push(await asked(circuit, allowDevelopment, options));
      const sent = [];
      for (const { circuit, setup, registration } of circuits) {
        const { circuitId, gas } = await step(account, register, registration);
        const { kind, tier, transcript = null } = registration;
        sent.push({ name: circuit.name, circuitId, kind, tier, setup, transcript, gas });
      }
      return {
        text: sent.map((each) => circuitText(done, each)).join("\n"),
        json: { circuits: sent },
      };
    });
  };
}

function circuitText(
  done: string,
  {
    name,
    circuitId,
    tier,
    setup,
    transcript,
  }: { readonly [K in "name" | "circuitId" | "setup"]: string } & {
    readonly tier: number;
    readonly transcript: string | null;
  },
): string {
  return [
    fieldLines({ [done]: name, circuitId, tier: tier.toString(), transcript: transcript ?? "none" }),
    ...(setup === "development" ? [`  ${DEVELOPMENT_WARNING}`] : []),
  ].join("\n");
}

/** `circuit propose` and `circuit approve`. */
export const propose = circuitStep("proposed", proposeCircuit);
export const approve = circuitStep("approved", approveCircuit);

/** What must be said of a register that takes development keys. */
const REGISTER_WARNING =
  "DEVELOPMENT KEYS ARE ALLOWED HERE, for good: anybody can forge proofs of circuits with such keys. For trials only.";

/** `deploy`. */
export async function deployAll(_args: readonly string[], options: Options): Promise<Answer> {
  if (flag(options, "save")) await requireNoRegister();
  const developmentAllowed = flag(options, "allowDevelopment");
  return onChain(options, async (chain) => {
    const admin = await accountOf(options, chain);
    const { gas, ...contracts } = await deploy(admin, { developmentAllowed });
    const addresses = {
      registry: await contracts.registry.getAddress(),
      roles: await contracts.roles.getAddress(),
      circuits: await contracts.circuits.getAddress(),
      policies: await contracts.policies.getAddress(),
      parties: await contracts.parties.getAddress(),
    };
    const adminAddress = await admin.getAddress();
    const fields = {
      registry: `${addresses.registry}  (this is --registry)`,
      roles: addresses.roles,
      circuits: addresses.circuits,
      policies: addresses.policies,
      parties: addresses.parties,
      admin: adminAddress,
      chain: chain.chainId.toString(),
      "development keys": developmentAllowed ? "ALLOWED" : "refused",
    };
    const where = { rpc: required(options, "rpc"), registry: addresses.registry, chainId: chain.chainId.toString() };
    const saved = flag(options, "save") ? await savedOr(where) : undefined;
    return {
      text: [
        fieldLines(fields),
        ...(developmentAllowed ? [REGISTER_WARNING] : []),
        ...(saved === undefined ? [] : [savedText(saved)]),
      ].join("\n"),
      json: {
        ...{ chainId: chain.chainId, admin: adminAddress, addresses, gas, developmentAllowed },
        saved: typeof saved === "string" ? saved : null,
      },
      exitCode: saved instanceof BatchproofError ? 3 : 0,
    };
  });
}

/** Path of the settings file, or why it was not written: the contracts are there, and their addresses must not be lost. */
async function savedOr(where: Parameters<typeof saveRegister>[0]): Promise<string | BatchproofError> {
  return saveRegister(where).catch((error: unknown) => {
    if (error instanceof BatchproofError) return error;
    throw error;
  });
}

function savedText(saved: string | BatchproofError): string {
  return typeof saved === "string"
    ? `Written to ${saved}: later commands need no --rpc, --registry or --chain-id.`
    : `NOT written to the settings file (${saved.place ?? ""}): ${saved.message} Write registry, chainId and rpc into it.`;
}

/** `role grant`. */
export async function grant([role = "", account = ""]: readonly string[], options: Options): Promise<Answer> {
  const owner = text(options, "owner");
  const asked = { role, account, person: required(options, "person"), from: required(options, "from") };
  const given = grantOf({ ...asked, to: required(options, "to"), ...(owner === undefined ? {} : { owner }) }, "--");
  return asAccount(options, async ({ roles }) => {
    const sent = await sendGrant(roles, given);
    return { text: fieldLines({ ...grantLine(given), ...sent }), json: { ...given, ...sent } };
  });
}

/** `role grant-all`. */
export async function grantAll([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const address = accountAddresses(await readSettings());
  const grants: Grant[] = [];
  for (const [i, { owner, ...each }] of (await readRoleList(file)).entries()) {
    const named = {
      ...each,
      account: await address(each.account),
      ...(owner === undefined ? {} : { owner: await address(owner) }),
    };
    grants.push(grantOf(named, `${file}#/roles/${i}/`));
  }
  return asAccount(options, async ({ roles }) => {
    const done: { readonly already: boolean; readonly grant: Grant }[] = [];
    for (const each of grants) {
      const already = await stands(roles, each);
      if (!already) await sendGrant(roles, each);
      done.push({ already, grant: each });
    }
    return {
      text: done
        .map(({ already, grant: each }) => `${each.role} ${each.account}${already ? ": stands already" : ""}`)
        .join("\n"),
      json: { roles: done.map(({ already, grant: each }) => ({ ...each, already })) },
    };
  });
}

/** A role that is to be given. Times are Unix seconds. */
interface Grant {
  readonly role: string;
  readonly roleId: string;
  readonly account: string;
  readonly personHash: string;
  readonly from: number;
  readonly to: number;
}

/** `place`: what an error puts before a member's name. Errors `address`, `owner`, `person`, those of `parseTime`. */
function grantOf({ role, account, person, from, to, owner }: RoleEntry, place: string): Grant {
  return {
    role,
    roleId: roleIdOf(role, owner, `${place}owner`),
    account: addressOf(account, `${place}account`),
    personHash: id(personOf(person, `${place}person`)),
    from: parseTime(from, `${place}from`),
    to: parseTime(to, `${place}to`),
  };
}

function grantLine({ role, account, from, to }: Grant): Readonly<Record<string, string>> {
  return { role, account, valid: `${formatTime(from)} to ${formatTime(to)}` };
}

async function sendGrant(
  roles: Roles,
  { roleId, account, personHash, from, to }: Grant,
): Promise<ReturnType<typeof transactionOf>> {
  return transactionOf(await mined(() => roles.grant(roleId, account, personHash, BigInt(from), BigInt(to))));
}

/** Whether the account has the role for this person and time. */
async function stands(roles: Roles, { roleId, account, personHash, from, to }: Grant): Promise<boolean> {
  if (!(await hasRole(roles, roleId, account))) return false;
  const terms = await explained(() => roles.grantOf(roleId, account));
  return terms.personHash === personHash && terms.validFrom === BigInt(from) && terms.validTo === BigInt(to);
}

/** `role revoke`. */
export async function revoke([role = "", account = ""]: readonly string[], options: Options): Promise<Answer> {
  const address = addressOf(account, "batchproof role revoke");
  const roleId = roleIdOf(role, text(options, "owner"));
  return asAccount(options, async ({ roles }) => {
    if (!(await hasRole(roles, roleId, address))) throw roleNotHeld(role, address);
    const sent = transactionOf(await mined(() => roles.revokeRole(roleId, address)));
    return {
      text: fieldLines({ revoked: role, account: address, ...sent }),
      json: { role, roleId, account: address, ...sent },
    };
  });
}

/** `role renounce`. */
export async function renounce([role = ""]: readonly string[], options: Options): Promise<Answer> {
  const roleId = roleIdOf(role, text(options, "owner"));
  return asAccount(options, async ({ roles }, signer) => {
    const account = await signer.getAddress();
    if (!(await hasRole(roles, roleId, account))) throw roleNotHeld(role, account);
    const sent = transactionOf(await mined(() => roles.getFunction("renounceRole").send(roleId, account)));
    return { text: fieldLines({ renounced: role, account, ...sent }), json: { role, roleId, account, ...sent } };
  });
}

/** Whether the role was given and not taken: `holds` asks besides whether its period runs. */
async function hasRole(roles: Roles, roleId: string, account: string): Promise<boolean> {
  return (await explained(() => roles.getFunction("hasRole").staticCall(roleId, account))) === true;
}

/** OpenZeppelin takes away what nobody has, and says nothing: a mistyped account would seem revoked. */
function roleNotHeld(role: string, account: string): Error {
  return refusal(`The account does not have the role ${role}.`, {
    place: account,
    code: "RoleNotHeld",
    remedy: "Compare role and account with those of the grant; nothing was sent.",
  });
}

/** `circuit freeze`. */
export async function freeze([given = ""]: readonly string[], options: Options): Promise<Answer> {
  const circuitId = given.startsWith("0x")
    ? hashOf(given, "batchproof circuit freeze", "circuit")
    : lockedCircuitId(circuitNamed(given, "batchproof circuit freeze").name);
  const effective = text(options, "effective");
  const unsound = flag(options, "unsound");
  if (unsound === (effective !== undefined)) {
    throw inputError("A sound circuit ends at a time, an unsound one now.", {
      place: "batchproof circuit freeze",
      remedy: "Give either --effective or --unsound.",
      code: "usage",
    });
  }
  const from = effective === undefined ? 0 : parseTime(effective, "--effective");
  return asAccount(options, async ({ circuits }) => {
    const sent = transactionOf(await mined(() => circuits.freeze(circuitId, BigInt(from), unsound)));
    const { frozenFrom } = await explained(() => circuits.circuitOf(circuitId));
    return {
      text: fieldLines({ frozen: circuitId, from: formatTime(frozenFrom), ...sent }),
      json: { circuitId, frozenFrom, unsound, ...sent },
    };
  });
}

function roleIdOf(role: string, owner: string | undefined, place = "--owner"): string {
  if ((role === "qa") !== (owner !== undefined)) {
    throw inputError(role === "qa" ? "QA belongs to one manufacturer." : "Only qa has an owner.", {
      place,
      remedy: "Give the owner with the role qa, and with no other one.",
      code: "owner",
    });
  }
  if (owner !== undefined) return qaRole(addressOf(owner, place));
  return ROLE_ID[role as keyof typeof ROLE_ID];
}

/** One person must have one hash, or two accounts of one person could approve each other. Error `person`. */
function personOf(given: string, place: string): string {
  const person = given.normalize("NFC");
  if (person !== "" && person === person.trim()) return person;
  throw inputError("The person's id is empty, or has spaces at its ends.", {
    place,
    remedy: "Give the same id for the same person every time, such as the staff number.",
    code: "person",
  });
}
