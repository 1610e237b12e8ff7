/** Whose next command `status` says, in the order in which a batch needs them. */
export const STATUS_ROLES = ["custodian", "owner", "qp"] as const;
export type StatusRole = (typeof STATUS_ROLES)[number];
