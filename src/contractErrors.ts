/**
 * The custom errors of the contracts: what a contract refused is an error's code. A test compares the tables with the
 * ABIs; `src/chain/words.ts` says how the values in braces are shown, in a sentence and in a command between backquotes.
 *
 * `{name}` is a value of the error, `{name:form}` the same in a form that its name does not tell. `{dir}`, `{folder}` and
 * `{batch}` are words that name the batch in a command, `{register}` the options that lead to the register, `{sender}`
 * those that name the sending account. Words in capitals are for the reader to fill in.
 */
type Table = Readonly<Record<string, readonly [sentence: string, remedy: string]>>;

const TERMS = "--person PERSON --person-key FILE --from TIME --to TIME {register} --account ADMIN";
/** For what only a bug, or calls that are not batchproof's, can meet. */
const OTHER_SENDER = "Send the call with batchproof, which does not send this; if it did, report it.";
const PROVE = "`batchproof prove {dir}`";
const OWN_KEYS = "Make the key anew in a ceremony with several contributors (docs/operators.md).";
const LINT = "Correct the policy, as `batchproof policy lint FILE` says, and propose it again.";

/** What the contracts declare themselves. */
export const CONTRACT_ERRORS = {
  AdministrationWrong: [
    "The administration would be at {received:time}: it is missing, or later than {latest}.",
    "Give the time, planned or done, at most 30 days ahead: --administration.",
  ],
  AdminNotRevocable: [
    "No ADMIN takes that role from another one, or gives it up alone: it ends with its terms.",
    `Have its terms end: \`batchproof role propose admin ACCOUNT ${TERMS}\`, then another ADMIN approves.`,
  ],
  AlphaBetaPublic: ["The key's alpha times beta is 1, -1, delta or -delta: anybody can forge its proofs.", OWN_KEYS],
  AlphaInIc: ["The key's alpha is point {index} of IC or its negative: anybody can forge a proof.", OWN_KEYS],
  AlphaIsBeta: ["The key's alpha is beta or its negative: anybody can forge its proofs.", OWN_KEYS],
  AlphaIsDelta: ["The key's alpha is delta or its negative: anybody can forge its proofs.", OWN_KEYS],
  AlphaIsGenerator: [
    "The key has no contribution of its first phase: alpha is the generator or its negative.",
    OWN_KEYS,
  ],
  AlreadyAcknowledged: ["The closing of exception {id} is acknowledged already.", "There is nothing to do."],
  AlreadyAttested: [
    "The {claim} of {key} is attested already.",
    "There is nothing to do, or QA corrects it: `batchproof amend {folder} --claim {claim} --reason REASON {register} --account QA`.",
  ],
  AlreadyEndorsed: ["The account {authority} endorsed policy {policyId} before.", "There is nothing to do."],
  AlreadyProposed: [
    "This ({id}) is proposed already.",
    "Another person approves exactly this (approve, or exception confirm-closing), or who proposed it withdraws it.",
  ],
  BatchesWrong: [
    "The call names {keys:number} batches, and 1 to {most:number} are taken, each with its claim.",
    "Name fewer by --also, and the others in a further call.",
  ],
  BatchIsHeld: [
    "The {key} is held ({holds:number} holds, those of batches that it supersedes included).",
    "Each holder lets it go, whom an audit names: `batchproof unhold {batch} --reason REASON {register} --account HOLDER`.",
  ],
  BatchIsRecalled: ["The {key} is recalled, for good.", "Nothing lifts a recall; open a new batch if need be."],
  BatchKnown: [
    "This owner opened {key} already.",
    "Go on with it; what the register has of it says `batchproof audit --all {register}`.",
  ],
  BatchUnknown: [
    "The register has no {key}.",
    "Compare register, owner and key; a new batch is opened by `batchproof open {dir} --qp QP {register} --account OWNER`.",
  ],
  BetaIsGenerator: ["The key's beta is the generator or its negative: anybody can forge its proofs.", OWN_KEYS],
  CategoryUnknown: ["There is no category {category} of exceptions.", OTHER_SENDER],
  CertificateBatchWrong: [
    "The certificate is about batch {received}, not about {expected:batch}.",
    "Certify the right batch: `batchproof certify {folder} --certificate FILE {register} {sender}`.",
  ],
  CertificateDocumentMissing: ["The certificate names no document.", "Give the document: --certificate FILE."],
  CertificateExceptionsWrong: [
    "The certificate was signed before the last exception or decision on one ({received}, now {expected}).",
    "Look at the exceptions, then sign again: `batchproof certify {folder} --certificate FILE {register} {sender}`.",
  ],
  CertificateExpired: [
    "The signature was good until {deadline}, and it is {nowSeconds}.",
    "Sign again: `batchproof certify {folder} --certificate FILE {register} {sender}`.",
  ],
  CertificateFromFuture: [
    "The signature claims {signedAt}, and it is only {nowSeconds}.",
    "Set the clock right, and sign again.",
  ],
  CertificateMeaningWrong: ['The signature means {received}, and "certified" is {expected}.', OTHER_SENDER],
  CertificateNeededForWrong: [
    "The certificate is for {received}, and only release ({expected}) is certified.",
    OTHER_SENDER,
  ],
  CertificateNonceWrong: [
    "The certificate has number {received}, and {expected} comes next: it was used, or is another's.",
    "Sign again: `batchproof certify {folder} --certificate FILE {register} {sender}`.",
  ],
  CertificatePolicyWrong: ["The certificate is about policy {received}, not {expected}.", OTHER_SENDER],
  CertificateTrailWrong: [
    "The certificate was signed before the last attestation, amendment or hold ({received}, now {expected}).",
    "Look at what is new, then sign again: `batchproof certify {folder} --certificate FILE {register} {sender}`.",
  ],
  Challenged: [
    "The batch is challenged, and no QP decided on it: {kinds} (challenge {challenge}).",
    "A QP decides to go on, or ends the batch by reject: `batchproof challenge decide {folder} --challenge {challenge} --reason REASON {register} --account QP`.",
  ],
  ChallengeWrong: [
    "What challenges the batch is {expected}, and the decision names {received}: something changed since.",
    "Look at what it is now: `batchproof challenge show {folder} {register}`.",
  ],
  CircuitIsFrozen: [
    "The {circuitId} is frozen from {effective}: no new policy may name it, and from then on it proves nothing.",
    "Name another circuit in a new policy; what it should have proven is an exception meanwhile.",
  ],
  CircuitKnown: ["The {circuitId} is registered already.", "There is nothing to do."],
  CircuitCount: ["The {claim} names {received:number} circuits; at most {most:number} are needed.", LINT],
  CircuitMissing: ["The {claim} names no circuit.", LINT],
  CircuitNotAccepted: [
    "The {claim} does not accept {circuitId}.",
    "Prove it with a circuit that the policy names for it: `batchproof prove {dir} --claim {claim}`.",
  ],
  CircuitUnknown: [
    "The register has no {circuitId}.",
    "Another person approves what one proposes: `batchproof circuit propose {circuitId} {register} --account PROPOSER`.",
  ],
  ClaimCount: ["The policy has {received} claims, and 1 to {most} are possible.", LINT],
  ClaimUnknown: [
    "There is no {claim}: the policy has {count}, counted from 0.",
    "Compare policy and batch: `batchproof policy show FILE`.",
  ],
  ClaimsMissing: [
    "Claims needed for release are neither attested nor settled, or were refused, or custody of a stage whose head the owner set is missing: {claims}.",
    "Attest them, have QA amend what was refused, or declare by an exception why not: `batchproof attest {folder} {register} --account SUBMITTER`.",
  ],
  ClassKindMismatch: ["The {claim} is of class {class}, and its circuit of kind {kind}.", LINT],
  ClassUnknown: ["The {claim} has no known class ({class:number}).", OTHER_SENDER],
  CodeStoreFailed: ["The chain did not store the bytes.", "Send it again with more gas."],
  CommitmentMissing: [
    "The consent commits to nothing.",
    "Draw it anew: `batchproof consent new FILE --document DOCUMENT`.",
  ],
  ConfirmationMissing: [
    "There is no confirmation to take back, and no document of one.",
    "Confirm it: --document FILE.",
  ],
  ConfirmedStagesTooMany: [
    "The policy has {received:number} stages confirmed, and an opening names QPs for {most:number} at most.",
    LINT,
  ],
  ConfirmedStagesWrong: [
    "Stages {received:stages} are to be confirmed, and the policy has claims for release in {possible:stages} only, counted from 0.",
    LINT,
  ],
  ConsentIsRevoked: ["The consent {consent} is revoked already.", "There is nothing to do."],
  ConsentKnown: [
    "The consent {consent} was given already.",
    "There is nothing to do but to name it: `batchproof open {dir} --qp QP --consent {consent} {register} --account OWNER`.",
  ],
  ConsentNotValid: [
    "The consent {consent} was not given, or is revoked.",
    "Its holder gives it first: `batchproof consent grant FILE {register} --account HOLDER`.",
  ],
  ConsentUsed: [
    "The consent {consent} belongs to {key}, and one consent is for one batch.",
    "Have a new consent given: `batchproof consent new FILE --document DOCUMENT`.",
  ],
  CustodyIncomplete: [
    "Custody is claimed of the stages {received:stages}, and must be of {expected:stages}, or of none.",
    LINT,
  ],
  CustodyOrder: ["Custody of {stage} is needed for release, and that of an earlier stage only for completion.", LINT],
  CustodyRepeated: ["The {claim} is the second about custody of {stage}.", LINT],
  DeltaIsBeta: ["The key's delta is beta or its negative: anybody can forge its proofs.", OWN_KEYS],
  DeltaIsGenerator: ["The key has no contribution of its second phase: anybody can forge its proofs.", OWN_KEYS],
  DevelopmentFlagWrong: [
    "The key is called development: {received}, and its alpha and beta say {expected}.",
    OTHER_SENDER,
  ],
  DevelopmentKeyRefused: [
    "This register takes no development keys: it was deployed so, for good.",
    "Use keys of a ceremony; for a trial without any value deploy another register, with --allow-development (`batchproof deploy --help`).",
  ],
  DisclosureMissing: ["The answer names no disclosure.", "Give the file that was sent: --disclosure FILE."],
  DispositionUnknown: ["There is no disposition {disposition:number}.", OTHER_SENDER],
  DocumentMissing: ["The hash of the document is missing.", OTHER_SENDER],
  DueNotInFuture: [
    "Due for {which} at {received:time}, and it is {nowSeconds} already.",
    "Give a later time: --due (release), --due-completion.",
  ],
  DueNotLater: [
    "Due for {which} at {received:time}, and it was {previous}: a due date only moves forward.",
    "Give a later time: --due.",
  ],
  DueOrder: ["Completion is due at {completion}, before release at {release}.", "Give a later --due-completion."],
  DueTooLate: [
    "Due for {which} at {received:time}, and the policy allows {latest} at the latest.",
    "Give an earlier time: --due (release), --due-completion.",
  ],
  DueUnknown: ["There is no due date {which:number}.", OTHER_SENDER],
  ExceptionIsClosed: [
    "Exception {id} is closed already, as {disposition}.",
    "There is nothing to do; what is new is an exception of its own.",
  ],
  ExceptionIsOpen: [
    "Exception {id} is open: there is no closing yet to acknowledge.",
    "QA proposes how it is closed, a QP confirms it.",
  ],
  ExceptionSeverityUnknown: ["There is no severity {severity}.", "Give 1 (minor), 2 (major) or 3 (critical)."],
  ExceptionUnknown: ["The register has no exception {id}.", "Find its number: `batchproof audit --all {register}`."],
  ExceptionsOpen: [
    "Open exceptions: {count}.",
    "Close each by two people: `batchproof exception propose-closing NUMBER --disposition DISPOSITION --evidence FILE {register} --account QA`, then a QP by exception confirm-closing.",
  ],
  FirstHeadSet: [
    "The first stage of {key} has its head ({head}), or a claim is attested: opening and submitters are final.",
    "What went wrong since is an exception: `batchproof exception raise {batch} --claim CLAIM --category custody --severity 2 --reference TEXT {register} {sender}`.",
  ],
  FreezeInPast: [
    "The freeze would begin at {received:time}, and it is {nowSeconds}.",
    "Give a time to come: --effective; or --unsound, which ends it now.",
  ],
  FreezeOnlyStricter: [
    "The {circuitId} is frozen from {effective} already: that is only brought forward, never undone.",
    "Give an earlier --effective, or --unsound.",
  ],
  HeadIsSet: ["The head of {stage} is {head} already.", "There is nothing to do."],
  HeadUnset: [
    "The {stage} has no head yet.",
    "Attest its custody first, or with it: `batchproof attest {folder} {register} {sender}`.",
  ],
  HeadWrong: [
    "The proof is about head {received} of {stage}, and the batch's is {expected}.",
    "Prove again if the folder changed since (`batchproof prove {dir}`); if the attested custody is wrong, QA amends it.",
  ],
  HoldNotYours: [
    "The account {holder} holds {key}, and has its role still.",
    "That account lifts its hold: `batchproof unhold {batch} --reason REASON {register} --account HOLDER`.",
  ],
  HoldUnchanged: [
    "The account {holder} holds {key} already, or does not hold it.",
    "There is nothing to do from this account; who holds it, and lets it go, says `batchproof audit --all {register}`.",
  ],
  GammaNotGenerator: ["The key's gamma is not the generator of G2.", OWN_KEYS],
  IcRepeated: ["Two points of the key are equal or opposite (IC {first} and {second}).", OWN_KEYS],
  KeyLength: ["The key has {received} bytes, expected {expected}.", OTHER_SENDER],
  KeyPointForeign: ["A point of the key is not in its group (word {word}).", OWN_KEYS],
  KeyPointZero: ["A point of the key is zero (word {word}).", OWN_KEYS],
  KeyWordOutOfField: ["A word of the key is out of the field (word {word}: {value}).", OWN_KEYS],
  KindZero: ["A circuit was added without saying what it proves.", "Add it with its kind, a number from 1."],
  MaxDueInvalid: [
    "The policy allows {release:duration} to release and {completion:duration} to completion: both are at least a second and at most ten years, and completion not shorter.",
    LINT,
  ],
  NameInvalid: [
    "A reference or name is 1 to 31 printable ASCII characters, not {name}.",
    "Give the number in the quality management system, without other letters; an authority that holds names its order: --order.",
  ],
  NeededForUnknown: ["The {claim} is needed for nothing that is known ({neededFor}).", OTHER_SENDER],
  NoCustodyException: [
    "There is no open exception on custody of {stage}, so its head needs a proof.",
    "Attest its custody, or raise an exception first: `batchproof exception raise {batch} --claim CLAIM --category custody --severity 2 --reference TEXT {register} {sender}`.",
  ],
  NoItems: ["There is nothing to attest.", `Prove a claim first: ${PROVE}.`],
  NoReleaseClaim: ["No claim is needed for release, so every batch would be compliant unproven.", LINT],
  NoStatements: ["There is nothing to verify.", OTHER_SENDER],
  NotAFieldElement: ["The value {value} is zero or out of the field.", OTHER_SENDER],
  NotAsker: [
    "Another authority asked request {id}, and has its role still; not {caller}.",
    "That one decides on it: --account.",
  ],
  NotAttested: [
    "The {claim} of {key} is not attested, so there is nothing to amend.",
    "Attest it: `batchproof attest {folder} --claim {claim} {register} --account SUBMITTER`.",
  ],
  NotComputed: [
    "The chain did not compute what proofs are verified by, so nothing is known of them: too little gas, or no such precompile.",
    "Send it again with more gas, or in smaller parts.",
  ],
  NotConcerned: [
    "The account {caller} is not the owner of {key}, nor QA of the owner, a QP of the batch or an AUTHORITY.",
    "Send it from one of those accounts: --account.",
  ],
  NothingChallenged: ["Nothing challenges {key}, or it was decided on already.", "There is nothing to do."],
  NotHolder: [
    "The account {caller} did not give the consent {consent}.",
    "Its holder revokes it: `batchproof consent revoke {consent} {register} --account HOLDER`.",
  ],
  NotificationWrong: [
    "The notification at {received:time} is not recorded: none, later than now ({nowSeconds}), or there is one already.",
    "Give the time when the authority was notified: --notified.",
  ],
  NotOwner: [
    "The account {caller} does not own {key}, or is not a MANUFACTURER now.",
    `Send it from the owner's account (--account); if its role ended, two ADMINs renew it: \`batchproof role propose manufacturer {caller} ${TERMS}\`, then approve.`,
  ],
  NotPersons: ["The account {caller} is not the list of QPs, which says what two persons agreed on.", OTHER_SENDER],
  NotProposed: [
    "Nobody proposed this ({id}), or it is approved already.",
    "Compare every word with the proposal (role propose, circuit propose, policy publish, party publish, qp propose or exception propose-closing).",
  ],
  NotProposer: [
    "The account {caller} did not propose this ({id}), and only who did takes it back.",
    "Send it from that account: --account; what is not to happen is not approved.",
  ],
  NotQp: [
    "The account {caller} is not a QP of {key}, or does not have the role QP now.",
    `Send it from the account of a QP that the owner named; if its role ended, two ADMINs renew it: \`batchproof role propose qp {caller} ${TERMS}\`, then approve.`,
  ],
  NotQpOfSeat: [
    "The account {caller} was not named {seat} of {key}, or does not have the role QP now.",
    "Send it from the account of a QP who was (--account), or have the owner propose this one: qp propose.",
  ],
  NotQpOrAuthority: [
    "The account {caller} is neither a QP of {key} nor an AUTHORITY now.",
    `Send it from such an account (--account); if a role ended, two ADMINs renew it: \`batchproof role propose qp {caller} ${TERMS}\`, then approve.`,
  ],
  NotRaiser: [
    "The account {caller} did not raise exception {id} as an authority, or who did has the role still.",
    "The authority that raised it agrees, or another one once that one has not the role any more: --account.",
  ],
  NotRegistry: ["The account {caller} is not the compliance registry, which names the first QPs.", OTHER_SENDER],
  NotSubmitter: [
    "The account {caller} is neither owner nor submitter of {key}.",
    "Have the owner name it: `batchproof name-submitter {batch} --submitter {caller} {register} --account OWNER`.",
  ],
  NothingRevoked: ["The {key} has no revoked consent that waits for a decision.", "There is nothing to do."],
  PartyListMissing: ["The hash of the party list is missing.", OTHER_SENDER],
  PartsDiffer: [
    "A part of the register belongs to another one.",
    "Deploy all contracts together: `batchproof deploy --help`.",
  ],
  PeriodInvalid: [
    "The role would be valid from {validFrom} to {validTo}, and it is {nowSeconds}: that is empty or over.",
    "Give other times: --from, --to.",
  ],
  PersonDiffers: [
    "The account {account} belongs to another person ({known}), for good.",
    "Give the person that it was first given a role as, under the same --person-key; another person takes another account.",
  ],
  PersonMissing: ["The role names no account or no person.", "Give the person: --person PERSON."],
  PolicyKnown: [
    "The policy {policyId} is known already.",
    "If it waits: `batchproof policy approve {policyId} --policy FILE --authorisation TEXT {register} --account APPROVER`.",
  ],
  PolicyNotApproved: [
    "The policy {policyId} was not approved, or is retired already.",
    "An approval comes first: `batchproof policy approve {policyId} --policy FILE --authorisation TEXT {register} --account APPROVER`.",
  ],
  PolicyNotEffective: [
    "The policy {policyId} opens no batch now: not approved, not yet effective, or retired.",
    "Have it approved: `batchproof policy approve {policyId} --policy FILE --authorisation TEXT {register} --account APPROVER`, or wait until it is effective; of a retired one publish a new version.",
  ],
  PolicyUnknown: [
    "The register has no policy {policyId}.",
    "Propose it: `batchproof policy publish FILE {register} --account PROPOSER`.",
  ],
  PreviousHeadWrong: [
    "Custody of {stage} continues head {received}, and that of the stage before is {expected}.",
    "Compare the hand-offs with the sender's (`batchproof handoff show {dir}`), then prove again.",
  ],
  ProofInvalid: ["A proof does not hold for what the register knows of this batch.", `Prove again: ${PROVE}.`],
  ProofPointZero: ["A point of the proof is zero (word {word}).", `Prove again: ${PROVE}.`],
  ProofWordOutOfField: ["A word of the proof is out of the field (word {word}: {value}).", `Prove again: ${PROVE}.`],
  QpKnown: ["The account {qp} was named {seat} of {key} already.", "There is nothing to do."],
  QpMissing: ["The batch names no QP.", "Give the account of one: --qp QP."],
  ReasonUnknown: ["The call does not take the reason {reason:number}.", OTHER_SENDER],
  ProposerDismissed: [
    "The account {proposer} that proposed this ({id}) does not hold the role any more.",
    "Have somebody who holds it propose the same again.",
  ],
  RequestAnswered: ["Request {id} is answered already.", "There is nothing to do."],
  RequestDueInPast: ["The answer would be due at {dueBy}, and it is {nowSeconds}.", "Give a time to come: --due."],
  RequestDueTooLate: [
    "The answer would be due at {dueBy}, more than ten years from now: {latest} at the latest.",
    "Give an earlier time: --due.",
  ],
  RequestIsAccepted: [
    "The answer to request {id} is accepted already.",
    "There is nothing to do; what is missing is a new request: request ask.",
  ],
  RequestNotAnswered: [
    "Request {id} is not answered.",
    "Wait for the answer, or take the request back: `batchproof request withdraw NUMBER {register} --account AUTHORITY`.",
  ],
  RequestUnknown: ["The register has no request {id}.", "Find its number: `batchproof audit --all {register}`."],
  RevocationUndecided: [
    "The consent {consent} was revoked, and no QP decided on that.",
    "A QP decides: `batchproof consent decide {batch} --reason REASON {register} --account QP`, or ends the batch by reject.",
  ],
  RevokedInFuture: [
    "What is attested until {since} would stand, and it is {nowSeconds}.",
    "Give an earlier time: --since.",
  ],
  RoleNotHeld: [
    "The account {account} does not have the role {role} now: never granted, revoked, not begun or expired.",
    `Send it from an account that has it, or have two ADMINs give it: \`batchproof role propose {role} {account} ${TERMS}\`, then approve.`,
  ],
  RolesDiffer: [
    "The contracts that were to work together have different lists of roles.",
    "Deploy all contracts together: `batchproof deploy --help`.",
  ],
  RootIsCurrent: ["The party list {root} is the current one already.", "There is nothing to do."],
  RootIsRevoked: ["The party list {root} was revoked, for good.", "Publish another list."],
  RootNotValid: [
    "The party list {root} authorises nobody now: never approved, superseded too long ago, or revoked.",
    "Take the current list into the folder (`batchproof stage {dir} STAGE --parties FILE`) and prove again, or have this one approved.",
  ],
  RootOutOfField: ["The party list {root} is no field element, or zero.", OTHER_SENDER],
  RootsOfBatch: [
    "The proofs of {key} use more party lists than {most:number}.",
    "Prove the remaining claims with a list that the batch uses already.",
  ],
  RootsTooMany: [
    "The register has 65,535 party lists, and no number for another one.",
    "Deploy another register: --predecessor.",
  ],
  RuleOutOfField: ["The rule of {claim} is zero or out of the field ({rule}).", OTHER_SENDER],
  RuleRepeated: ["The {claim} has the rule of {earlier}, so one proof would attest both.", LINT],
  SameAccount: [
    "The account {account} proposed this itself.",
    "Have another person approve it, from an account of theirs: --account.",
  ],
  SamePerson: [
    "The account belongs to the person who proposed ({personHash}).",
    "Have another person do it, from an account of theirs: --account.",
  ],
  SeverityUnknown: ["The {claim} has no known severity ({severity}).", OTHER_SENDER],
  SignalOutOfField: ["A signal of the proof is out of the field (number {index}: {value}).", `Prove again: ${PROVE}.`],
  SignerNotQp: [
    "The signer {signer} is not a QP of {key}.",
    "Have it certified by a QP that the owner named: `batchproof certify {folder} --certificate FILE {register} --account QP`.",
  ],
  StageClaimsMissing: [
    "Claims of {stage} that are needed for release are neither attested nor settled, or were refused: {claims}.",
    "Attest them first: `batchproof attest {folder} {register} --account SUBMITTER`.",
  ],
  StageNotConfirmed: [
    "The policy does not have {stage} confirmed by a QP.",
    "Name no QP for it: --stage-qp, --stage; what is confirmed says `batchproof policy show FILE`.",
  ],
  StageQpMissing: [
    "The policy has {stage} confirmed by a QP, and none is named.",
    "Name one: --stage-qp STAGE=ACCOUNT.",
  ],
  StagesUnconfirmed: [
    "Stages that a QP must confirm are not, or something of the batch was amended or refused since: {stages}.",
    "A QP of the stage confirms it: `batchproof confirm-stage {folder} --stage STAGE --document FILE {register} --account QP`.",
  ],
  StageUnknown: ["The {claim} names {stage}, and the policy has {stages} stages, counted from 0.", LINT],
  StatusWrong: [
    "The {key} is {status}, and this cannot be done in that state.",
    "See what stands: `batchproof audit --all {register}`.",
  ],
  SubmitterInvalid: ["The account {submitter} is a submitter already, or zero.", "There is nothing to do."],
  SupersedesTooMany: [
    "The {key} supersedes {most:number} batches, one through the other, and no further one may follow.",
    "Open the batch without --supersedes, and say in the quality management system what it replaces.",
  ],
  SupplyDocumentMissing: [
    "The exceptional supply names no {which:document}.",
    "Give both files: --risk-evaluation FILE --physician-request FILE.",
  ],
  TierZero: ["The circuit would hold no reading.", OTHER_SENDER],
  TooManyCircuits: ["The claims name more different circuits than {most}.", "Name fewer circuits in the policy."],
  TooManyNames: [
    "The call names {received:number} accounts, and {most:number} at most are taken.",
    "Name fewer: --qp, --stage-qp, --submitter; more are named later, by qp propose and name-submitter.",
  ],
  TooManyQps: [
    "There are {most:number} QPs named {seat} of {key}, as many as there may be.",
    "Have one of them do it.",
  ],
  TooManyRequests: [
    "The {key} has {most:number} unanswered requests, as many as there may be.",
    "Wait for an answer, take one back (request withdraw), or hold the batch: `batchproof hold {batch} --order ORDER --reason REASON {register} --account AUTHORITY`.",
  ],
  TooManyStatements: ["There are {received:number} proofs, and one call verifies {most:number}.", OTHER_SENDER],
  TranscriptWrong: [
    "The key is called development: {development}; a key of a ceremony names its transcript, and a development key has none.",
    "Give the transcript of the ceremony (--transcript FILE), and none for a development key.",
  ],
  TwoPersonsGrant: [
    "Roles are given by two ADMINs, with person and period.",
    `Propose it: \`batchproof role propose ROLE ACCOUNT ${TERMS}\`, then approve.`,
  ],
  WindowEmpty: ["The window would be from {from} to {to}: it is empty.", "Give a later --to."],
} as const satisfies Table;

/** What the contracts inherit, and what Solidity itself reverts with. */
export const INHERITED_ERRORS = {
  AccessControlBadConfirmation: ["An account renounces roles of its own only.", "Send it from the account itself."],
  AccessControlUnauthorizedAccount: [
    "The account {account} does not have the role {neededRole}.",
    "Send it from an account that has it: --account.",
  ],
  ECDSAInvalidSignature: ["The signature gives no address.", "Have it signed again."],
  ECDSAInvalidSignatureLength: ["The signature has the wrong length ({length}).", "Have it signed again."],
  ECDSAInvalidSignatureS: ["The signature's S is in the upper half order ({s}).", "Have it signed again."],
  EnforcedPause: [
    "The register is paused.",
    "Wait until ADMIN ends the pause: `batchproof unpause {register} --account ADMIN`.",
  ],
  ExpectedPause: ["The register is not paused.", "There is nothing to do."],
  Error: ["The contract says: {message}.", "Correct what it names, and send it again."],
  Panic: ["The contract met an error of its own (code {code}).", "Report it with the transaction."],
} as const satisfies Table;

/** The name of an error that a contract can refuse with. */
export type ContractErrorName = keyof typeof CONTRACT_ERRORS | keyof typeof INHERITED_ERRORS;
