import { refusal } from "../errors.ts";
import type { Certificate } from "../formats/certificate.ts";
import { certificateLines, type CertificateLine } from "../formats/certificateLines.ts";
import type { ChainPolicy } from "../formats/chainPolicy.ts";
import { STATUS } from "../formats/codes.ts";
import { nameText } from "../formats/names.ts";
import { acceptedCircuits } from "./acceptedCircuits.ts";
import { chainTime, type Chain } from "./connect.ts";
import { releaseCertificate } from "./eip712.ts";
import type { Register } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import { explained } from "./revert.ts";

const DAY = 86_400n;

/** What a QP may sign of a batch now, and every field of it in words. */
export interface Certifying {
  readonly certificate: Certificate;
  readonly lines: readonly CertificateLine[];
}

/** What is certified of which batch. */
export interface AskedCertificate {
  /** Key of the batch. */
  readonly key: string;
  /** sha256 of the certificate document, 0x hex. */
  readonly document: string;
  /** Hash of the policy that the folder has, and the folder. */
  readonly policy: string;
  readonly dir: string;
}

/**
 * The certificate of a batch as the register has it now, for a day. Who certifies reads the folder, and signs the policy that the
 * register has. Errors: `certify-policy` (they differ), those of `explained`.
 */
export async function certifying(
  register: Register,
  { provider, chainId }: Pick<Chain, "provider" | "chainId">,
  { key, document, policy: known, dir }: AskedCertificate,
): Promise<Certifying> {
  const { registry } = register;
  const now = await explained(() => chainTime(provider));
  const stored = await explained(() => registry.batchOf(key));
  const { policy } = await acceptedCircuits(register, key);
  if (known !== policy.documentHash) {
    throw refusal(`The register has the batch under another policy than the folder: ${policyText(policy)}.`, {
      code: "certify-policy",
      place: dir,
    });
  }
  const certificate = releaseCertificate(key, stored, document, now, now + DAY);
  const { attested, settled, refused } = stored;
  const lines = certificateLines(certificate, {
    ...{ chainId: chainId.toString(), registry: await registry.getAddress(), product: policyText(policy) },
    ...{ proven: countOf(attested & ~refused), settled: countOf(settled & ~attested) },
  });
  return { certificate, lines };
}

function policyText({ product, version }: ChainPolicy): string {
  return `${JSON.stringify(nameText(product))} v${version}`;
}

/** Elements of a set of claims. */
function countOf(set: bigint): number {
  return set.toString(2).replaceAll("0", "").length;
}

/**
 * Block in which an account certified a batch with a document, if that stands: whoever was killed or ran out of time after it was
 * sent does not know. Errors: those of `logsOf`.
 */
export async function certifiedBefore(
  { registry }: Register,
  key: string,
  account: string,
  document: string,
): Promise<number | undefined> {
  const { status } = await explained(() => registry.batchOf(key));
  if (!["Released", "Completed"].includes(STATUS[Number(status)] ?? "")) return undefined;
  const topic = registry.interface.getEvent("BatchReleased")?.topicHash ?? null;
  for await (const log of logsOf(registry, [topic, key])) {
    const said = registry.interface.parseLog(log)?.args as unknown as
      { qp: string; certificate: Certificate } | undefined;
    const isSame = said?.qp === account && said.certificate.certificate === document;
    return isSame ? log.blockNumber : undefined;
  }
  return undefined;
}
