import { Option, type Command } from "commander";
import { PRODUCT_CATEGORIES } from "../../src/exports/fhirCategory.ts";
import { answers, collect, type AddCommands, type Give } from "../command.ts";
import { may, withBatchRead, withOwner, withRegistry } from "../options.ts";

const credentials = () => import("../commands/exportVc.ts");
const fhir = () => import("../commands/exportFhir.ts");
const openlineage = () => import("../commands/exportOpenlineage.ts");

/** `export`: a batch in the forms of others; `verify-credential`: what somebody exported in that of W3C. */
export const addExportCommands: AddCommands = (program, give) => {
  const group = program.command("export").description("a batch in the forms of others, as the register says it now");
  addCredential(group, give);
  addStatusList(group, give);
  addDid(group, give);
  addFhir(group, give);
  addOpenlineage(group, give);
  addEpcis(group, give);
  answers(
    program
      .command("verify-credential <file>")
      .description(
        "verify a W3C credential: proof, issuer, time, and how it stands in its status lists; exit 1 if it must not be relied " +
          "on, 3 if a list that it names was not given. Whether the batch may be used now, only the register says",
      )
      .option(
        "--did <file>",
        "DID document of an issuer by did:web, as its site serves it; again for further ones",
        collect,
      )
      .option("--status-list <file>", "status list that the credential names; again for each further one", collect),
    give,
    () => import("../commands/verifyCredential.ts"),
    ({ verify }) => verify,
  );
};

function addCredential(group: Command, give: Give): void {
  answers(
    withIssuerKey(withBatchRead(group.command("vc")))
      .description("write a W3C credential of a batch that the register lets go: a copy of what it says, signed")
      .requiredOption("--out <file>", "file to write")
      .option("--issuer <did>", "did:web under whose name the key issues; default: the key's own did:key")
      .option("--valid-for <days>", "days until it ends after its block, 1 to 366", "30")
      .option("--list <file>", "list of what was issued, which gives the credential its place in the status lists")
      .option("--status-url <url>", "https address of the folder where status lists will be found; for a new list"),
    give,
    credentials,
    ({ credential }) => credential,
  );
}

function addStatusList(group: Command, give: Give): void {
  answers(
    withIssuerKey(withRegistry(group.command("status-list")))
      .description(
        "ask the register about every batch of a list of what was issued, and write its status lists, signed",
      )
      .requiredOption("--list <file>", "list of what was issued")
      .requiredOption("--out <dir>", "folder to write revocation.json and suspension.json into")
      .option("--valid-for <hours>", "hours until the lists end after their block, 1 to 8784", "24"),
    give,
    credentials,
    ({ statusLists }) => statusLists,
  );
}

function addDid(group: Command, give: Give): void {
  answers(
    withIssuerKey(group.command("did"))
      .description("print the did:key by which a key issues credentials, or the DID document of a web site for it")
      .option("--web <host>", "host, with a path or without, whose did:web is meant"),
    give,
    credentials,
    ({ did }) => did,
  );
}

function withIssuerKey(command: Command): Command {
  return command.requiredOption("--key <file>", "key file whose holder issues credentials: of a person or a site");
}

function addFhir(group: Command, give: Give): void {
  answers(
    withReadings(withBatchRead(group.command("fhir")))
      .description(
        "write what the register says of a batch as a FHIR R4 bundle: product, provenance, decisions, consent",
      )
      .addOption(
        new Option("--category <code>", "category of the product")
          .choices(PRODUCT_CATEGORIES)
          .default(PRODUCT_CATEGORIES[0]),
      )
      .option("--carrier <code>", "GS1 or ISBT 128 identifier of the bag, as its own code says it")
      .option("--stages", "name the folder's stages too, with the times of those whose end the register has")
      .requiredOption("--out <file>", "file to write"),
    give,
    fhir,
    (work) => work.fhir,
  );
}

function addOpenlineage(group: Command, give: Give): void {
  answers(
    withReadings(
      may(group.command("openlineage <dir>"), "journal", "the source's journal: says when records were made"),
    )
      .description("write the lineage of a folder's claims, raw file to record to proof, as OpenLineage run events")
      .option("--claim <stage/claim>", "claim to follow; again for each further one; default: all", collect)
      .option("--stage <name>", "stage whose claims are followed; again for each further one", collect)
      .option("--key <file>", "the first custodian's key: judges custody of the first stage whole")
      .option("--namespace <name>", "of jobs and datasets", "batchproof")
      .option("--file-names", "name raw files behind their hashes; a name may be a patient's")
      .requiredOption("--out <file>", "file to write, an event a line"),
    give,
    openlineage,
    (work) => work.openlineage,
  );
}

function withReadings(command: Command): Command {
  return command.option("--readings", "refused: no export shows readings; `disclose` shows those that were asked for");
}

function addEpcis(group: Command, give: Give): void {
  answers(
    withOwner(withRegistry(group.command("epcis <dir>")))
      .description("write the hand-offs of a batch folder, and what the register says of them, as EPCIS 2.0 events")
      .requiredOption("--out <file>", "file to write; whoever gets it learns the times of all hand-offs")
      .option("--gs1 <text>", "the bag's identifier, (01)...(21)...; default: one of ours, by the batch's key")
      .option("--locations <file>", "organisations to name, by their GLN; default: pseudonyms")
      .option("--disclosure <file>", "disclosure whose readings are put in; again for each further one", collect)
      .option("--readings", "put readings in; refused without a disclosure"),
    give,
    () => import("../commands/exportEpcis.ts"),
    ({ epcis }) => epcis,
  );
}
