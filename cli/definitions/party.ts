import { answers, collect, type AddCommands } from "../command.ts";
import { may, withAccount, withReason, withRegistry } from "../options.ts";

const work = () => import("../commands/party.ts");
const onChain = () => import("../commands/partyOnChain.ts");

/** `party`: who may sign, and which devices may measure. */
export const addPartyCommands: AddCommands = (program, give) => {
  const party = program.command("party").description("authorised parties and devices, and their root on chain");
  answers(
    party
      .command("add <parties.json>")
      .description("add a key or a device at the end of the list; the list is made if it is not there")
      .option("--key <keyfile>", "key file of the party; it says name, role and organisation")
      .option("--device <vendor|model|serial>", "a logger or sensor")
      .option("--org <text>", "owner of the device")
      .option("--name <text>", "name in the list; that of the key file if not given")
      .requiredOption("--from <time>", "valid from, RFC 3339 (a device: its calibration)")
      .requiredOption("--to <time>", "valid to, RFC 3339"),
    give,
    work,
    ({ add }) => add,
  );
  answers(
    party.command("root <parties.json>").description("the Merkle root that proofs carry"),
    give,
    work,
    ({ root }) => root,
  );
  answers(
    withAccount(withRegistry(party.command("publish <parties.json>")))
      .description("propose its root on chain, once its site secrets are compared with those before (PROPOSER)")
      .option("--before <file>", "the party list that the register approved last; needed unless this is its first one")
      .option(
        "--new-secret <organisation>",
        "organisation whose site secret is another one from now on, because it was lost or stolen; repeat for more",
        collect,
      ),
    give,
    onChain,
    ({ publish }) => publish,
  );
  answers(
    may(withAccount(withRegistry(party.command("approve [root]"))), "parties", "the list; its root is computed first")
      .description(
        "show the list and approve its root, where that was proposed (APPROVER, another person than the proposer)",
      )
      .option("--unread", "approve root and --document alone: no list is shown or compared")
      .option("--document <hash>", "hash of the list, as `publish` printed it")
      .requiredOption("--authorisation <name>", "reference of the approval; public"),
    give,
    onChain,
    ({ approve }) => approve,
  );
  answers(
    may(withAccount(withRegistry(party.command("withdraw [root]"))), "parties", "the list; root and hash come from it")
      .description("take back a root that waits for approval (the account that proposed it)")
      .option("--document <hash>", "in place of the file, with the root: hash of the list, as `publish` printed it"),
    give,
    onChain,
    ({ withdraw }) => withdraw,
  );
  answers(
    withReason(withAccount(withRegistry(party.command("revoke <root>"))), "revoke")
      .description(
        "end a root at once and for good, also one that only waits; proofs that carry it are refused (APPROVER)",
      )
      .option("--since <time>", "RFC 3339; what was attested before stands; default: nothing stands"),
    give,
    onChain,
    ({ revoke }) => revoke,
  );
};
