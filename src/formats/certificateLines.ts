import { ZeroHash } from "ethers";
import { counted } from "../input/quantities.ts";
import { formatTime } from "../input/times.ts";
import type { Certificate } from "./certificate.ts";
import { MEANING_CERTIFIED, NEEDED_FOR } from "./codes.ts";

/** A certificate as far as it is known before somebody signs it: null is what the QP adds. */
export type DraftCertificate = {
  readonly [F in keyof Certificate]: F extends Added ? Certificate[F] | null : Certificate[F];
};
type Added = "certificate" | "signedAt" | "deadline";

/** What is said beside the fields, as the register says it. */
export interface CertifiedBatch {
  readonly chainId: string;
  /** Address of the compliance registry. */
  readonly registry: string;
  /** Name and version of the policy, a text of others. */
  readonly product: string;
  /** Claims that are proven, and those that people settled. */
  readonly proven: number;
  readonly settled: number;
}

/** A field of what is signed, its value as the signing device shows it (empty: not known yet), and what it says. */
export interface CertificateLine {
  readonly field: keyof Certificate | "domain";
  readonly value: string;
  readonly words: string;
}

/** Everything that a QP signs, field by field in the order of the contract, in words. Nothing is left out, so nothing is hidden. */
export function certificateLines(draft: DraftCertificate, about: CertifiedBatch): readonly CertificateLine[] {
  const { batch, policyId, trail, certificate, signedAt, nonce, deadline } = draft;
  const { chainId, registry, product } = about;
  return [
    {
      field: "domain",
      value: registry,
      words: `the register that it is for, on chain ${chainId}: it counts in no other`,
    },
    { field: "batch", value: batch, words: "this batch, and no other" },
    { field: "policyId", value: policyId, words: `its policy: ${product}` },
    { field: "neededFor", ...neededForLine(draft) },
    { field: "trail", value: trail, words: trailWords(about) },
    { field: "exceptionsHash", ...exceptionsLine(draft) },
    { field: "certificate", value: certificate ?? "", words: "sha256 of the certificate document that you attach" },
    { field: "meaning", ...meaningLine(draft) },
    { field: "signedAt", value: timeText(signedAt), words: "when you sign, by the chain's latest block" },
    {
      field: "nonce",
      value: String(nonce),
      words: `certified ${counted(Number(nonce), "time")} before: it counts once`,
    },
    { field: "deadline", value: timeText(deadline), words: "until when it can be sent" },
  ];
}

function timeText(seconds: bigint | null): string {
  return seconds === null ? "" : `${seconds} (${formatTime(seconds)})`;
}

function neededForLine({ neededFor }: DraftCertificate): Omit<CertificateLine, "field"> {
  const words = neededFor === NEEDED_FOR.release ? "it certifies the release" : "NOT a release: do not sign it";
  return { value: String(neededFor), words };
}

function meaningLine({ meaning }: DraftCertificate): Omit<CertificateLine, "field"> {
  const words =
    meaning === MEANING_CERTIFIED
      ? "as a Qualified Person you certify the batch, knowing every proof and exception up to here"
      : "NOT the meaning of a certificate: do not sign it";
  return { value: String(meaning), words };
}

function trailWords({ proven, settled }: CertifiedBatch): string {
  return (
    `exactly what was attested until now: ${counted(proven, "claim")} proven, ${settled} settled by people; ` +
    "with every amendment, head and hold in their order. One more of them, and this signature is void"
  );
}

function exceptionsLine({ exceptionsHash }: DraftCertificate): Omit<CertificateLine, "field"> {
  const words =
    exceptionsHash === ZeroHash
      ? "no exception was ever raised, and nothing decided in spite of a challenge or a revoked consent"
      : "exactly the exceptions that were raised and closed until now, and what was decided, in their order";
  return { value: exceptionsHash, words };
}
