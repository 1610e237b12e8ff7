/** Roles that `role grant` gives; ADMIN belongs to the account that deploys, and moves by a delayed transfer only. */
export const GRANTED_ROLES = ["proposer", "approver", "manufacturer", "qa", "qp", "authority"] as const;
