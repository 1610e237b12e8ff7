import { defineDocument, object, TEXT, TIME } from "../src/formats/document.ts";
import { ROLES } from "./roles.ts";

/** One role of a list: who gets it, which person that is, and for how long. */
export interface RoleEntry {
  readonly role: string;
  /** Address, or its name in the settings file. */
  readonly account: string;
  /** Id of the person; only its hash is published. */
  readonly person: string;
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** For QA: the manufacturer whose batches it is about. */
  readonly owner?: string;
}

const roleList = defineDocument<{ readonly roles: readonly RoleEntry[] }>("batchproof-roles/1", "role-list", {
  roles: {
    type: "array",
    minItems: 1,
    maxItems: 1000,
    items: object({ role: { enum: ROLES }, account: TEXT, person: TEXT, from: TIME, to: TIME, owner: TEXT }, ["owner"]),
  },
});

/** Reads a list of roles. Errors `role-list` (its shape), those of `readJson`. */
export async function readRoleList(file: string): Promise<readonly RoleEntry[]> {
  return (await roleList.read(file)).roles;
}
