import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Why there are no certificates; undefined: openssl makes them. */
export const noOpenssl = spawnSync("openssl", ["version"]).status === 0 ? undefined : "openssl is not installed";

/** A certificate with its key, PEM, and the files in which they lie. */
export interface Issued {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly files: { readonly cert: string; readonly key: string };
}

/** Who signs certificates, for 127.0.0.1. `file`: its own one. */
export interface Authority {
  readonly ca: Buffer;
  readonly file: string;
  readonly issue: (subject: string) => Issued;
}

/** Draws one, with its files in a folder. */
export function authority(folder: string, name: string): Authority {
  const path = (file: string): string => join(folder, `${name}-${file}`);
  const openssl = (...args: readonly string[]): void => {
    execFileSync("openssl", args, { stdio: "ignore" });
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...newKey, "-subj", `/CN=${name}`, "-keyout", path("ca.key"), "-out", path("ca.pem"));
  writeFileSync(path("san"), "subjectAltName=IP:127.0.0.1\n");
  const issue = (subject: string): Issued => {
    const [key, request, cert] = [path(`${subject}.key`), path(`${subject}.csr`), path(`${subject}.pem`)];
    openssl("req", ...newKey, "-subj", `/CN=${subject}`, "-keyout", key, "-out", request);
    const by = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial", "-extfile", path("san")];
    openssl("x509", "-req", "-in", request, ...by, "-out", cert);
    return { cert: readFileSync(cert), key: readFileSync(key), files: { cert, key } };
  };
  return { ca: readFileSync(path("ca.pem")), file: path("ca.pem"), issue };
}
