import { qaRole, ROLE_ID } from "../formats/roleIds.ts";
import type { RegisterState, RoleChange, RoleTerms } from "./state.ts";

/** One role of one account, as long as it was held. */
export interface AccessRow {
  readonly account: string;
  /** Hash of the person behind the account. */
  readonly person: string;
  /** Role in words, as on the rows. */
  readonly role: string;
  /** Unix seconds, decimal; `to` exclusive. */
  readonly from: string;
  readonly to: string;
  /** Null: one of the two grants with which the register began. */
  readonly proposedBy: string | null;
  readonly grantedBy: string | null;
  readonly grantedAt: number;
  /** Who took it, or gave it on other terms; null: nobody. */
  readonly revokedBy: string | null;
  readonly revokedAt: number | null;
}

/** Says which role a hash is: by its name, QA with the owner; one that nobody is known by stays the hash. */
export function roleNamesIn({ persons }: Pick<RegisterState, "persons">): (role: string) => string {
  const words = new Map<string, string>([
    ...Object.entries(ROLE_ID).map(([name, role]) => [role, name.toUpperCase()] as const),
    ...Object.keys(persons).map((account) => [qaRole(account), `QA of ${account}`] as const),
  ]);
  return (role) => words.get(role) ?? role;
}

/** Every role that was ever given, in the order of the giving. */
export function accessIn(state: RegisterState): AccessRow[] {
  const nameOf = roleNamesIn(state);
  return Object.entries(state.roles)
    .flatMap(([id, { changes }]) => {
      const [role = "", account = ""] = id.split("/");
      return rowsOf(account, nameOf(role), changes);
    })
    .sort((a, b) => a.grantedAt - b.grantedAt);
}

function rowsOf(account: string, role: string, changes: readonly RoleChange[]): AccessRow[] {
  const endings = changes.filter(({ kind }) => kind !== "proposed");
  return endings.flatMap(({ terms, by, time }, i) => {
    if (terms === undefined) return [];
    const end = endings[i + 1];
    const proposal = changes.findLast((each) => each.kind === "proposed" && isSame(each.terms, terms));
    return [
      {
        ...{ account, role, ...terms, proposedBy: proposal?.by ?? null },
        ...{ grantedBy: by ?? null, grantedAt: time },
        ...{ revokedBy: end?.by ?? null, revokedAt: end?.time ?? null },
      },
    ];
  });
}

function isSame(proposed: RoleTerms | undefined, { person, from, to }: RoleTerms): boolean {
  return proposed?.person === person && proposed.from === from && proposed.to === to;
}
