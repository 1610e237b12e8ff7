import { inputError } from "../errors.ts";
import { ROLE_PERMISSIONS, type Permission, type Role } from "../settings/permissions.ts";

/** A role, and where it is held. */
export interface Grant {
  readonly role: Role;
  /** Names of sites; absent: every site. */
  readonly sites?: readonly string[];
  /** Ids of batches; absent: every batch of these sites. */
  readonly batches?: readonly string[];
  /**
   * Of a party: public keys of the custodian whose stages it sees, `x` as 0x and 64 hex digits. A name binds nothing. A party
   * without one sees no stage.
   */
  readonly custodians?: readonly string[];
}

/** Who calls, as it was authenticated. */
export interface Caller {
  /** Stands in the log: `token:NAME`, `certificate:NAME` or `ISSUER SUBJECT`. */
  readonly id: string;
  readonly grants: readonly Grant[];
}

/** What a call is about. */
export interface Subject {
  readonly site?: string;
  readonly batch?: string;
}

/** Whether the caller may do this: some grant names the role, the site and the batch. */
export function may({ grants }: Caller, permission: Permission, subject: Subject = {}): boolean {
  return grants.some((grant) => gives(grant, permission) && covers(grant, subject));
}

/**
 * Custodians (public key, x) whose stages alone the caller sees of this batch; undefined: all stages. Somebody who is a party and
 * also, say, an auditor of the batch sees all.
 */
export function seesOnly(
  { grants }: Caller,
  permission: Permission,
  subject: Subject,
): ReadonlySet<string> | undefined {
  const giving = grants.filter((grant) => gives(grant, permission) && covers(grant, subject));
  if (giving.some(({ role }) => role !== "party")) return undefined;
  return new Set(giving.flatMap(({ custodians = [] }) => custodians));
}

function gives({ role }: Grant, permission: Permission): boolean {
  return (ROLE_PERMISSIONS[role] as readonly Permission[]).includes(permission);
}

/** A grant for some sites covers no call that is about none: what concerns all of them is for who holds the role for all. */
function covers({ sites, batches }: Grant, { site, batch }: Subject): boolean {
  const ofSite = sites === undefined || (site !== undefined && sites.includes(site));
  const ofBatch = batches === undefined || (batch !== undefined && batches.includes(batch));
  return ofSite && ofBatch;
}

/** Error `not-allowed`. */
export function requirePermission(caller: Caller, permission: Permission, subject: Subject = {}): void {
  if (may(caller, permission, subject)) return;
  throw inputError(`This takes the permission ${permission}.`, {
    code: "not-allowed",
    remedy: "Have the role given that holds it: docs/spec/service-security.md, Roles.",
  });
}
