import type { AddCommands } from "../command.ts";
import { addAccessCommands } from "./access.ts";
import { addAdminCommands } from "./admin.ts";
import { addAuditCommands } from "./audit.ts";
import { addBackupCommands } from "./backup.ts";
import { addBatchCommands } from "./batch.ts";
import { addBedsideCommands } from "./bedside.ts";
import { addChallengeCommands } from "./challenge.ts";
import { addCircuitCommands } from "./circuit.ts";
import { addCompletionCommands } from "./completion.ts";
import { addConsentCommands } from "./consent.ts";
import { addCorrectCommands } from "./correct.ts";
import { addDecideCommands } from "./decide.ts";
import { addDemoCommands } from "./demo.ts";
import { addDeployCommands } from "./deploy.ts";
import { addDeskCommands } from "./desk.ts";
import { addDevnetCommands } from "./devnet.ts";
import { addDisclosureCommands } from "./disclose.ts";
import { addDoctorCommands } from "./doctor.ts";
import { addEvidenceCommands } from "./evidence.ts";
import { addExceptionCommands } from "./exception.ts";
import { addExportCommands } from "./export.ts";
import { addHandoffCommands } from "./handoff.ts";
import { addImpactCommands } from "./impact.ts";
import { addImportCommands } from "./import.ts";
import { addInspectCommands } from "./inspect.ts";
import { addJournalCommands } from "./journal.ts";
import { addKeyCommands } from "./key.ts";
import { addLabelCommands } from "./label.ts";
import { addPartyCommands } from "./party.ts";
import { addPersonCommands } from "./person.ts";
import { addPolicyCommands } from "./policy.ts";
import { addProfileCommands } from "./profile.ts";
import { addQpCommands } from "./qp.ts";
import { addReportCommands } from "./report.ts";
import { addRequestCommands } from "./request.ts";
import { addReviewCommands } from "./review.ts";
import { addRoleCommands } from "./role.ts";
import { addSendCommands } from "./send.ts";
import { addServeCommands } from "./serve.ts";
import { addSetupCommands } from "./setup.ts";
import { addSimulateCommands } from "./simulate.ts";
import { addSiteCommands } from "./site.ts";
import { addStandingCommands } from "./standing.ts";
import { addVerifyCommands } from "./verify.ts";
import { addWorkerCommands } from "./worker.ts";

/** Every command, in the order of `--help`: what a batch goes through, then the tools around it. */
export const COMMANDS: readonly AddCommands[] = [
  addDemoCommands,
  addPolicyCommands,
  addProfileCommands,
  addKeyCommands,
  addPartyCommands,
  addDeployCommands,
  addCircuitCommands,
  addRoleCommands,
  addAdminCommands,
  addConsentCommands,
  addBatchCommands,
  addQpCommands,
  addHandoffCommands,
  addBedsideCommands,
  addLabelCommands,
  addInspectCommands,
  addImportCommands,
  addJournalCommands,
  addImpactCommands,
  addEvidenceCommands,
  addExceptionCommands,
  addDecideCommands,
  addChallengeCommands,
  addSendCommands,
  addCorrectCommands,
  addDisclosureCommands,
  addRequestCommands,
  addVerifyCommands,
  addExportCommands,
  addStandingCommands,
  addAuditCommands,
  addReportCommands,
  addReviewCommands,
  addDeskCommands,
  addSiteCommands,
  addBackupCommands,
  addPersonCommands,
  addServeCommands,
  addAccessCommands,
  addWorkerCommands,
  addSetupCommands,
  addSimulateCommands,
  addDoctorCommands,
  addDevnetCommands,
  addCompletionCommands,
];
