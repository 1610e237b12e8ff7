import type { Lineage } from "../audit/lineage.ts";
import type { AuditReport } from "../audit/report.ts";
import { requireRegister, reviewFromJson } from "../audit/reviewRecord.ts";
import { parseDisclosure } from "../disclosure/document.ts";
import { placed, refusal } from "../errors.ts";
import { decodeUtf8, parseJson } from "../input/json.ts";
import { parsePolicy } from "../kinds/policy.ts";
import { disclosedIn } from "./attested.ts";
import { ADDED, type Added, type PacketFiles } from "./form.ts";
import { registeredPolicy } from "./registered.ts";

/** Judges one file that somebody gives beside a report; without the report, all that can be known without a register. */
type Check = (bytes: Uint8Array, place: string, lineage?: Lineage) => void;

const CHECKS: Readonly<Record<Added, Check>> = {
  disclosures(bytes, place, lineage) {
    const value = parseJson(bytes, place);
    const { registry } = parseDisclosure(value, place);
    if (lineage !== undefined) disclosedIn(reportOf(lineage, registry), value, place);
  },
  policies(bytes, place, lineage) {
    const policy = parsePolicy(parseJson(bytes, place), place);
    if (lineage === undefined || reportsOf(lineage).some((each) => registeredPolicy(policy, each) !== undefined))
      return;
    throw refusal("The register has no policy whose document this is.", { code: "packet-policy", place });
  },
  reviews(bytes, place, lineage) {
    const review = reviewFromJson(decodeUtf8(bytes, place), place);
    if (lineage !== undefined) requireRegister(review, reportOf(lineage, review.register));
  },
};

/**
 * Checks a file by what it should be: its form and, of a review, its signature. With the reports of an audit also that it
 * belongs to one of their registers. Errors: those of `parseJson`, `parseDisclosure` and `disclosedIn`, of `parsePolicy` and
 * `packet-policy`, of `reviewFromJson` and `review-register`.
 * @param place the file, for errors
 */
export function checkGiven(folder: Added, bytes: Uint8Array, place: string, lineage?: Lineage): void {
  placed(place, () => CHECKS[folder](bytes, place, lineage));
}

/** Checks all that was added to a packet. Errors: those of `checkGiven`. */
export function checkAdded(files: PacketFiles, lineage?: Lineage): void {
  for (const [name, bytes] of files) {
    const folder = ADDED.find((each) => name.startsWith(`${each}/`));
    if (folder !== undefined) checkGiven(folder, bytes, name, lineage);
  }
}

function reportsOf({ report, predecessors }: Lineage): readonly AuditReport[] {
  return [report, ...predecessors];
}

/** The report of a register; of one that was not audited the newest, which is then refused for being another's. */
function reportOf(lineage: Lineage, register: string): AuditReport {
  const isIt = ({ registry }: AuditReport): boolean => registry.toLowerCase() === register.toLowerCase();
  return reportsOf(lineage).find(isIt) ?? lineage.report;
}
