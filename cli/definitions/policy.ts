import { KIND } from "../../src/formats/constants.ts";
import { answers, collect, type AddCommands } from "../command.ts";
import { withAccount, withReason, withRegistry } from "../options.ts";
import { Option } from "commander";

const work = () => import("../commands/policy.ts");
const onChain = () => import("../commands/policyOnChain.ts");

const CIRCUIT_ID = [
  "--circuit-id <name=id>",
  "another circuitId than artifacts.lock.json pins; may be repeated",
  collect,
] as const;

/** `policy`: what a compliant batch is, from its file to its approval. */
export const addPolicyCommands: AddCommands = (program, give) => {
  const policy = program
    .command("policy")
    .description(
      "what a compliant batch is: write, check, show, compare, hash, publish, approve, withdraw, endorse, retire",
    );
  answers(
    policy
      .command("new [file]")
      .description(
        "write an example to start from and show it with a comment on every field; without a file show it only",
      )
      .addOption(kindOption()),
    give,
    work,
    ({ create }) => create,
  );
  answers(
    policy
      .command("lint <files...>")
      .description("everything that is wrong, in form and sense; exit 1 if there are errors"),
    give,
    work,
    ({ lint }) => lint,
  );
  answers(
    policy
      .command("show <file>")
      .description("every limit in words, what the limits leave uncovered, and the policyId")
      .option(...CIRCUIT_ID),
    give,
    work,
    ({ show }) => show,
  );
  answers(
    policy
      .command("diff <before> <after>")
      .description("what changed from one policy to another, in words; what was loosened first")
      .option("--fail-on-loosened", "exit 1 if any limit was loosened"),
    give,
    work,
    ({ diff }) => diff,
  );
  answers(
    policy.command("salt <file>").description("draw the salts of its rules, kept beside the file"),
    give,
    work,
    ({ salt }) => salt,
  );
  answers(
    policy
      .command("hash <file>")
      .description("document hash, rule hashes and policyId")
      .option(...CIRCUIT_ID),
    give,
    onChain,
    ({ hash }) => hash,
  );
  answers(
    withAccount(withRegistry(policy.command("publish <file>")))
      .description("propose it on chain (PROPOSER)")
      .option(...CIRCUIT_ID),
    give,
    onChain,
    ({ publish }) => publish,
  );
  answers(
    withAccount(withRegistry(policy.command("approve [policyId]")))
      .description(
        "show the policy of the file in words and approve it, where it was proposed (APPROVER, another person than the proposer)",
      )
      .requiredOption("--authorisation <name>", "number of the authorisation or variation; public")
      .option("--effective-from <time>", "RFC 3339; at once if not given")
      .option("--policy <file>", "the policy, with its salts file beside it; its policyId is computed first")
      .option("--unread", "approve the policyId alone: no file is shown or compared")
      .option(...CIRCUIT_ID),
    give,
    onChain,
    ({ approve }) => approve,
  );
  answers(
    withAccount(withRegistry(policy.command("withdraw <policyId>"))).description(
      "take back a policy that waits for approval (the account that proposed it)",
    ),
    give,
    onChain,
    ({ withdraw }) => withdraw,
  );
  answers(
    withAccount(withRegistry(policy.command("endorse <policyId>"))).description(
      "endorse a policy; changes nothing, but everybody sees it (AUTHORITY)",
    ),
    give,
    onChain,
    ({ endorse }) => endorse,
  );
  answers(
    withReason(withAccount(withRegistry(policy.command("retire <policyId>"))), "retire").description(
      "end a policy for new batches, for good; open ones finish (APPROVER)",
    ),
    give,
    onChain,
    ({ retire }) => retire,
  );
};

/** --kind, which may be repeated: a list of words after it would take the file's name too. */
function kindOption(): Option {
  const option = new Option("--kind <kind>", "kind of the claims; repeat for more; default: all").choices(
    Object.keys(KIND),
  );
  const { parseArg: chosen } = option;
  return option.argParser((value, earlier: string[] | undefined) => collect(chosen?.(value, value) ?? value, earlier));
}
