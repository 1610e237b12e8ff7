import { mined } from "../../src/chain/deploy.ts";
import type { Roles, RoleTerms } from "../../src/chain/handles.ts";
import { roleProposal } from "../../src/chain/proposals.ts";
import { explained } from "../../src/chain/revert.ts";
import { commandOf } from "../../src/commandLine.ts";
import { BatchproofError, inputError, refusal } from "../../src/errors.ts";
import { qaRole, ROLE_ID } from "../../src/formats/roleIds.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { drawPersonKey } from "../../src/parties/personKey.ts";
import { addressOf, asAccount, sameRegister, transactionOf } from "../chain.ts";
import { required, text, type Options, type Run } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { personHashes } from "../persons.ts";
import { readRoleList, type RoleEntry } from "../roleList.ts";
import { accountAddresses, readSettings } from "../settings.ts";

/** A role that is to be given. Times are Unix seconds. */
interface Grant {
  readonly role: string;
  readonly roleId: string;
  readonly account: string;
  readonly personHash: string;
  readonly from: number;
  readonly to: number;
}

/** `role person-key`. */
export async function personKey(_args: readonly string[], options: Options): Promise<Answer> {
  const file = required(options, "out");
  await drawPersonKey(file);
  return {
    text: `${file} made. It is secret: give it to the other ADMINs and to nobody else, and keep a backup. Without it no person can be recognised in a further role.`,
    json: { file },
  };
}

/** `role propose`, `role approve` and `role withdraw`, each about exactly the same words. */
export const propose = step("proposed", (roles, grant) => roles.propose(...termsOf(grant)), approvalOf);
export const approve = step("approved", (roles, grant) => roles.approve(...termsOf(grant)));
export const withdraw = step("withdrawn", (roles, grant) => roles.withdraw(roleProposal(termsOf(grant))));

function step(
  done: string,
  send: (roles: Roles, grant: Grant) => ReturnType<Roles["propose"]>,
  next: (entry: RoleEntry, options: Options) => string = () => "",
): Run {
  return async ([role = "", account = ""], options) => {
    const owner = text(options, "owner");
    const asked = { role, account, person: required(options, "person"), from: required(options, "from") };
    const entry = { ...asked, to: required(options, "to"), ...(owner === undefined ? {} : { owner }) };
    const grant = grantOf(entry, await personHashes(options), "--");
    return asAccount(options, async ({ roles }) => {
      const sent = transactionOf(await mined(() => send(roles, grant)));
      const valid = `${formatTime(grant.from)} to ${formatTime(grant.to)}`;
      return {
        text: `${fieldLines({ [done]: role, account: grant.account, valid, ...sent })}${next(entry, options)}`,
        json: { ...grant, ...sent },
      };
    });
  };
}

/** The line that says how another ADMIN gives what is proposed. */
function approvalOf({ role, account, person, from, to, owner }: RoleEntry, options: Options): string {
  const terms = [role, account, ...(owner === undefined ? [] : ["--owner", owner])];
  const words = [...terms, "--person", person, "--from", from, "--to", to, "--person-key", "FILE"];
  return `\nProposed. Another ADMIN approves it: ${commandOf("role", "approve", ...words, ...sameRegister(options), "--account", "ADMIN")}`;
}

/** `role propose-all`: what waits already says the chain, which refuses it once more. */
export const proposeAll = stepOfList(async (roles, grant) => {
  try {
    await mined(() => roles.propose(...termsOf(grant)));
    return false;
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "AlreadyProposed") return true;
    throw error;
  }
});

/** `role approve-all`. */
export const approveAll = stepOfList(async (roles, grant) => {
  await mined(() => roles.approve(...termsOf(grant)));
  return false;
});

/** `send`: sends one, and says whether that was done already. */
function stepOfList(send: (roles: Roles, grant: Grant) => Promise<boolean>): Run {
  return async ([file = ""], options) => {
    const address = accountAddresses(await readSettings());
    const hash = await personHashes(options);
    const grants: Grant[] = [];
    for (const [i, { owner, ...each }] of (await readRoleList(file)).entries()) {
      const named = {
        ...each,
        account: await address(each.account),
        ...(owner === undefined ? {} : { owner: await address(owner) }),
      };
      grants.push(grantOf(named, hash, `${file}#/roles/${i}/`));
    }
    return asAccount(options, async ({ roles }) => {
      const done: { readonly already: boolean; readonly grant: Grant }[] = [];
      for (const grant of grants)
        done.push({ already: (await stands(roles, grant)) || (await send(roles, grant)), grant });
      return {
        text: done
          .map(({ already, grant: { role, account } }) => `${role} ${account}${already ? ": already" : ""}`)
          .join("\n"),
        json: { roles: done.map(({ already, grant }) => ({ ...grant, already })) },
      };
    });
  };
}

/** `place`: what an error puts before a member's name. Errors `address`, `owner`, `person`, those of `parseTime`. */
function grantOf(
  { role, account, person, from, to, owner }: RoleEntry,
  personHash: (person: string, place: string) => string,
  place: string,
): Grant {
  return {
    role,
    roleId: roleIdOf(role, owner, `${place}owner`),
    account: addressOf(account, `${place}account`),
    personHash: personHash(person, `${place}person`),
    from: parseTime(from, `${place}from`),
    to: parseTime(to, `${place}to`),
  };
}

function termsOf({ roleId, account, personHash, from, to }: Grant): RoleTerms {
  return [roleId, account, personHash, BigInt(from), BigInt(to)];
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
