import { visible } from "../formats/visible.ts";
import { counted } from "../input/quantities.ts";
import type { ClaimState, Standing } from "../standing/standing.ts";

/** What was decided about a batch, or how it stands, as `AuditEvent.type` can say it. */
export interface Decision {
  /** One name for each thing that can be said. */
  readonly name: "opened" | "certified" | "claims" | "held" | "recalled" | "challenged" | "supplied" | "ended";
  readonly code: Coding;
  /** RFC 3339: when it was decided where a Standing says it, else the time of its block. */
  readonly at: string;
  /** What tells apart two decisions of one name. */
  readonly of: string;
  readonly words: string;
}

interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

const lifecycle = (code: string, display: string): Coding => ({
  system: "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle",
  code,
  display,
});
const CREATED = lifecycle("originate", "Originate/Retain Record Lifecycle Event");
const ATTESTED = lifecycle("attest", "Attest Record Lifecycle Event");
const HELD = lifecycle("hold", "Add Legal Hold Record Lifecycle Event");
const OTHER: Coding = {
  system: "http://dicom.nema.org/resources/ontology/DCM",
  code: "110100",
  display: "Application Activity",
};

const CLAIM_STATES: readonly ClaimState[] = ["proven", "settled", "refused", "missing"];
const ENDED: readonly Standing["status"][] = ["Rejected", "Aborted"];

/** In the order of a batch's life; how the claims stand is always among them, so that silence about exceptions says nothing. */
export function decisionsOf(standing: Standing): Decision[] {
  const { opened, certified } = standing;
  return [
    { name: "opened", code: CREATED, at: opened, of: "", words: "the batch was opened" },
    claims(standing),
    ...(certified === null ? [] : [certification(standing, certified)]),
    ...against(standing),
  ];
}

function certification({ release }: Standing, at: string): Decision {
  const counts = release === "Released" ? "it counts" : "it lets the batch go no more";
  return { name: "certified", code: ATTESTED, at, of: "", words: `a Qualified Person certified the batch; ${counts}` };
}

function claims(standing: Standing): Decision {
  const { own, inherited } = standing.openExceptions;
  const states = CLAIM_STATES.map(
    (state) => `${standing.claims.filter((claim) => claim.state === state).length} ${state}`,
  );
  const exceptions = `open exceptions: ${own} of the batch, ${inherited} of those that it supersedes or of revoked consents`;
  return asItStands(standing, "claims", OTHER, "", `claims: ${states.join(", ")}; ${exceptions}`);
}

/** What speaks against a batch, or for supplying it in spite of that. */
function against(standing: Standing): Decision[] {
  const { holds, recalled, challenge, supply, status } = standing;
  return [
    ...holds.map(({ side, order }, i) =>
      asItStands(
        standing,
        "held",
        HELD,
        i.toString(),
        `held by the side of ${side}${order === null ? "" : `: order ${visible(order)}`}`,
      ),
    ),
    ...(recalled ? [asItStands(standing, "recalled", OTHER, "", "the batch is recalled")] : []),
    ...(challenge === null
      ? []
      : [
          asItStands(
            standing,
            "challenged",
            OTHER,
            "",
            `in doubt by ${counted(challenge.kinds.length, "challenge")} (${challenge.kinds.join(", ")}); ` +
              (challenge.decided ? "a Qualified Person decided to go on" : "nobody decided on it"),
          ),
        ]),
    ...(supply === null
      ? []
      : [
          asItStands(
            standing,
            "supplied",
            OTHER,
            "",
            `out of specification, supplied at a physician's request for ${supply.administration}; the authority ` +
              (supply.notified ? "was notified" : `is to be notified by ${supply.notificationDue}`),
          ),
        ]),
    ...(ENDED.includes(status)
      ? [asItStands(standing, "ended", OTHER, "", `the batch is ${status.toLowerCase()}`)]
      : []),
  ];
}

/** Something of which a Standing says that it is so, and not since when. */
function asItStands(
  { time, block }: Standing,
  name: Decision["name"],
  code: Coding,
  of: string,
  words: string,
): Decision {
  return { name, code, at: time, of, words: `${words} (as of block ${block}; since when, a standing does not say)` };
}
