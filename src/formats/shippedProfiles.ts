/**
 * The profiles that the package holds, of tables and of results, by their names, and the hash of each. None is ever changed: policies and records name
 * them by these hashes.
 */
export const SHIPPED_PROFILES: Readonly<Record<string, string>> = {
  epcis: "0x00608af3ae1c62b78c0e2023d2717944642c364472b4e7c50bf74ac6164cb2ba",
  hoboware: "0x004b18a56c6841879f07cf690a9ee51ec54942bef39ab07d2e841c57b311609c",
  "hoboware-classic": "0x00d723c8e8abbc55eb94d68355d6e2afa4a1f894b1d9a779c5025f4a5fdef635",
  "hoboware-minimal": "0x00c6671e38e5d7c93150ef3b6d7f87709cfababf6a3c463b6afac01b863431f7",
  ibutton: "0x0080db4904f5165c1a10e6625f02df67ada8ec055e51e8db6c56cf41f8133d3b",
  labview: "0x00b6adee7ae0db9f841466c0ce38bda169acf2350e142d10e18e0f19964f33c2",
  "lims-example": "0x00d3f58f93eeb845fa7f98d2c873ec13a5274713b5d137f14f6c56bf21dbf555",
  logtag: "0x001df3172c89291657f49668fe5caffed5cabc7e0d575180ff78073828d3f14e",
  long: "0x000f81066dfe4c5fbcabc033d81cc21fe0e784723d18aa6e6650fb7e21ea8632",
  ruuvi: "0x00f9ed63f6870b568fc759eae588f61b6ee8492c386c62447e1463897a47b624",
  wide: "0x00b8483c9ab654385284e516477eaab3a35bbcd940f9156f922e390f74a9359d",
  "xlsx-wide": "0x00a82d60355143e5b2dea9ca88b37bfc1fc313025f289f837757bb193e9bd1df",
};

/** The long form of historians, which `import csv` reads and every policy accepts that names no profiles. */
export const LONG_FORM = "long";

/** Name of the shipped profile that has a hash. */
export function shippedByHash(hash: string): string | undefined {
  return Object.keys(SHIPPED_PROFILES).find((name) => SHIPPED_PROFILES[name] === hash);
}

/** The shipped profile that people take a name for: case, blanks and hyphens do not tell two names apart. */
export function shippedByName(name: string): string | undefined {
  const plain = (text: string): string =>
    text
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, "");
  return Object.keys(SHIPPED_PROFILES).find((each) => plain(each) === plain(name));
}
