/** A name in an address: no dots, no slashes, nothing that a file system takes for something else. */
export const SLUG_PATTERN = "^[a-z0-9][a-z0-9-]{0,62}$";
export const IS_SLUG = new RegExp(SLUG_PATTERN, "u");
