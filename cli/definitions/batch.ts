import { answers, collect, type AddCommands } from "../command.ts";
import { DISCARD_PROOFS, may, withAccount, withOwner, withRegistry } from "../options.ts";

const folder = () => import("../commands/folder.ts");
const work = () => import("../commands/batch.ts");

/** `init`, `stage`, `open`, `gate`, `certify`: a batch from its folder to its release. */
export const addBatchCommands: AddCommands = (program, give) => {
  answers(
    may(program.command("init <dir>"), "parties", "party list to copy in")
      .description("make the folder of a new batch, or with --handoff of a party that joins one; says what is missing")
      .requiredOption("--policy <file>", "policy, with its salts file beside it")
      .requiredOption("--lot <text>", "lot number")
      .option("--coi <text>", "chain of identity")
      .option("--order <text>", "order number")
      .option("--custodian <keyfile>", "key of the first custodian")
      .option(
        "--device <vendor|model|serial>",
        "device of the first stage; repeat for each, in the order of the slots",
        collect,
      )
      .option("--handoff <file>", "file of another party (`handoff export`), in place of the four options above"),
    give,
    folder,
    ({ init }) => init,
  );

  answers(
    program
      .command("stage <dir> <name>")
      .description("set a stage's times, custodian, devices or party list, once they are known")
      .option("--start <time>", "RFC 3339 with offset")
      .option("--end <time>", "RFC 3339 with offset")
      .option("--device <vendor|model|serial>", "device; repeat for each, in the order of the slots", collect)
      .option("--seal <text>", "number of the container's seal when the stage ends")
      .option("--custodian <name>", "who holds the material then: a custodian's name in the folder's party list")
      .option("--parties <file>", "party list to copy in, in place of the one that is there")
      .option("--discard-proofs", DISCARD_PROOFS),
    give,
    folder,
    ({ stage }) => stage,
  );

  answers(
    withAccount(withRegistry(program.command("open <dir>")))
      .description("open the batch on the register, before data exist")
      .requiredOption("--qp <account>", "Qualified Person who may certify; repeat for more", collect)
      .option(
        "--stage-qp <stage=account>",
        "Qualified Person who confirms a stage, by its name or index, where the policy demands it; repeat for more",
        collect,
      )
      .option("--submitter <account>", "account that may attest for the owner; repeat for more", collect)
      .option("--due <time>", "release due, RFC 3339; default: the latest the policy allows")
      .option("--due-completion <time>", "completion due, RFC 3339; default: the latest the policy allows")
      .option("--consent <id>", "consent given for this batch, as `consent grant` prints it")
      .option(
        "--supersedes <key>",
        "key of the batch of another order that this one replaces; its open exceptions block both",
      ),
    give,
    work,
    ({ open }) => open,
  );

  answers(
    withOwner(withRegistry(program.command("gate <dir>")))
      .description(
        "dock check of the receiving site, after receipt and before the material is used: exit 0 only if the register " +
          "says that the chain up to the stage is proven and nothing speaks against the batch; 5 for an exceptional supply",
      )
      .requiredOption("--stage <name>", "stage that is about to begin"),
    give,
    work,
    ({ gate }) => gate,
  );

  answers(
    withOwner(withAccount(withRegistry(program.command("certify <dir>"))))
      .description("certify the batch in the register, as one of its Qualified Persons")
      .requiredOption("--certificate <file>", "the certificate document; only its hash is published")
      .option(
        "--dry-run",
        "say in words what would be signed, and whether the register would take it; sign and send nothing",
      ),
    give,
    work,
    ({ certify }) => certify,
  );
};
