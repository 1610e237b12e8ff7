/** Roles that two ADMINs give: their own, too. */
export const ROLES = ["admin", "proposer", "approver", "manufacturer", "qa", "qp", "authority"] as const;
