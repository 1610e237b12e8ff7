/** Names of ENS: a register knows addresses only. */
export function ens_normalize(name: string): string {
  throw new Error(`${name} is no address`);
}
