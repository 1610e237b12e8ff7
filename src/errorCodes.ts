import type { ContractErrorName } from "./contractErrors.ts";

/**
 * Every error code, in groups: what it means and what to do. `docs/errors.md` is generated from this table
 * (`npm run docs`). A name that says different things in different areas has a line in each of their groups.
 */

type Codes = Readonly<Record<string, readonly [meaning: string, remedy: string]>>;

export const ERROR_CODES = {
  /** The command line. */
  usage: {
    usage: ["The command's words do not fit together, or one is missing.", "See `--help` of the command."],
    account: [
      "The account to send from is missing, unknown to the node, or its keystore or key cannot be used.",
      "Give `--account` a keystore or an address that the node holds, or set the variable that the message names.",
    ],
    address: ["This is not an address.", "Give 0x and 40 hex digits; mixed case must be the checksum's."],
    "chain-id": [
      "The node is on another chain than the register.",
      "Name a node of that chain, or the register that is meant.",
    ],
    "register-differs": [
      "A batch folder remembers another register, chain or owner than the settings say.",
      "Say which one is meant, as an option.",
    ],
    "settings-file": [
      "This is not a settings file: a member is unknown, or its value has another form.",
      "Write only the members of docs/spec/settings.md.",
    ],
    "settings-owner": [
      "The settings file that lies above the working folder could have been written by another user.",
      "If it is yours, take it over, or name it in `BATCHPROOF_SETTINGS`.",
    ],
    "settings-secret": [
      "The settings file holds what looks like a private key.",
      "Remove it, and take the key as lost if others may have read it.",
    ],
    "settings-register": [
      "The settings file names a register already.",
      "Remove its `registry` and `chainId`, or deploy without `--save`.",
    ],
    "deployment-file": [
      "This is not a file that remembers a deployment.",
      "Restore it from a backup: without it the contracts that are there already are not found.",
    ],
    "deployment-differs": [
      "The deployment that was begun here is of another chain, account, version or register.",
      "Give the same as then to go on with it; for another register name another folder: `--deployments`.",
    ],
    "deployment-lost": [
      "The chain does not have what was deployed.",
      "Compare the node's chain with the one that was deployed on. If that one is gone, move the file away.",
    ],
    "role-list": ["This is not a list of roles.", "Write it as docs/spec/settings.md says."],
    hash: [
      "This does not name a batch, policy, circuit or consent of the register.",
      "Give 0x and 64 lower-case hex digits.",
    ],
    blocks: ["This is not a number of blocks or minutes.", "Give a whole number from 0 on."],
    "qp-role": ["The account does not have the role QP.", "Name a Qualified Person's account, or grant it the role."],
    severity: ["This is not a severity.", "Give 1 (minor), 2 (major) or 3 (critical)."],
    owner: ["The role and `--owner` do not fit.", "Give `--owner` with the role qa, and with no other one."],
    person: [
      "The person's id is empty, or has spaces at its ends.",
      "Give the same id for the same person every time, such as the staff number.",
    ],
    "package-missing": [
      "The work takes a package that is not installed: most users never need it.",
      "Install it in the version that the message names.",
    ],
    "package-version": [
      "A package is installed in another version than expected.",
      "Install the version that is named.",
    ],
    port: ["This is no port, or the port cannot be used.", "Give a free port from 0 to 65535."],
    "circuit-id": ["This is not a circuit's name and its circuitId.", "Write name=0x and 64 lower-case hex digits."],
    "file-exists": ["There is a file of this name already.", "Name a new file."],
    "passphrase-missing": [
      "No passphrase was given, or there is no terminal to ask for it.",
      "Set the variable that the message names.",
    ],
    "passphrase-differs": ["The two passphrases differ.", "Try again."],
    name: [
      "A reference or name for the chain is empty, too long, or has other than printable ASCII characters.",
      "Give 1 to 31 letters, digits and signs: a number in the quality management system.",
    ],
    words: [
      "The words for a reason are empty or too long, or a folder of kept words holds something else or cannot be read.",
      "Write one line of at most 2,000 characters; name the folder that `--words` made, and put nothing else there.",
    ],
    private: [
      "A reference for the chain, or an identifier for a label, names the chain of identity or the order; a reference, the lot.",
      "Refer to the number in the quality management system instead; give the bag a number that says nothing of the patient.",
    ],
    output: ["The answer could not be written.", "Check the free space, and run it again."],
    internal: ["This is a bug in batchproof.", "Report it with the lines that are printed."],
    package: ["The package.json of batchproof is in no folder above the code.", "Install batchproof again."],
    node: ["Node.js is too old.", "Install a newer Node.js."],
  },

  /** Reading and writing files. */
  files: {
    "file-missing": ["There is no such file.", "Check the path."],
    "file-permission": ["You may not read this file.", "Change its mode, or run as another user."],
    "file-kind": ["This is not a regular file.", "Name a file, or a link to one."],
    "file-empty": [
      "The file is empty.",
      "Export or copy it again; where it is a file of ours, restore it from a backup.",
    ],
    "file-size": ["The file is larger than the limit for its sort.", "Check that this is the right file."],
    "file-changed": ["The file changed while it was read.", "Try again when no other program writes it."],
    "file-read": ["The system could not read the file.", "Check the disk."],
    "file-write": ["The file or folder cannot be written.", "Check free space and permissions."],
    "secrets-mode": [
      "Others than the owner may read a file or folder of secrets.",
      "Set a file's mode to 0600, a folder's to 0700, and find out who has read it.",
    ],
    "file-mode": [
      "Everybody on the machine may write a file that says who may do what.",
      "Take that away (`chmod o-w FILE`), and compare the file with your own copy.",
    ],
    "path-escape": ["The path leads out of the folder it belongs to.", "Name a file inside the folder."],
    "output-over-input": ["The output would overwrite an input.", "Give another name for the output."],
    "output-twice": ["Two outputs of one command are one file.", "Give each a name of its own."],
    locked: ["Another command is writing here.", "Wait until it has ended, then try again."],
    lock: ["The lock file cannot be used.", "Check that the folder exists and can be written."],
  },

  /** JSON text. */
  json: {
    "json-encoding": ["The file is not UTF-8, or holds half a character.", "Save it as UTF-8."],
    "json-bom": ["The file starts with a byte-order mark.", "Save it as UTF-8 without a byte-order mark."],
    "json-nul": ["A NUL character stands here.", "Remove it."],
    "json-control": ["A control character stands here.", "Remove it."],
    "json-syntax": ["This is not valid JSON.", "Correct it at the line and column that are named."],
    "json-trailing": ["Text follows the end of the JSON value.", "Remove it."],
    "json-depth": ["The values are nested too deep.", "Check that this is the right file."],
    "json-size": ["There are too many values.", "Check that this is the right file."],
    "json-duplicate-key": ["This key appears twice in one object.", "Keep the one that is meant."],
    "json-forbidden-key": ["This key is never allowed.", "Remove it."],
    "json-nan": ["NaN and Infinity are not numbers.", "Write a number."],
    "json-exponent": ["A number has an exponent.", "Write it out."],
    "json-fraction": ["A number has decimals.", 'Write the quantity as a string, such as "2.0".'],
    "json-negative-zero": ["Negative zero is not a number here.", "Write 0."],
    "json-number": ["A number beyond 2^53 loses digits.", "Write it as a string."],
    "json-value": ["The value cannot be written as JSON.", "Give a value that JSON can hold."],
  },

  /** Numbers, times and texts. */
  values: {
    "quantity-blank": ["The value is blank.", "Write the number."],
    "quantity-syntax": ["This is not a decimal number.", 'Write it as "2.0" or "-0.5".'],
    "quantity-comma": ["The number has a decimal comma or a thousands separator.", "Write a decimal point."],
    "quantity-exponent": ["The number has an exponent.", "Write it out."],
    "quantity-nan": ["This is not a number.", "Write a number."],
    "quantity-size": ["The number has more than 9 digits before the point.", "Check the unit."],
    "quantity-precision": ["The number has more than 6 decimals.", "Write at most 6 decimals."],
    "reading-missing": ["The device had no reading here.", "Use the file of another device, or raise an exception."],
    "reading-sentinel": [
      "This is a mark for a missing value, not a measurement.",
      "Use the file of another device, or raise an exception.",
    ],
    "time-syntax": ["This is not a time in the expected form.", "Write it as in the example of the message."],
    "time-fraction": ["Times are whole seconds.", "Leave out the fraction."],
    "time-zone": ["The time has no zone.", 'End it with its offset from UTC, such as "+01:00", or with "Z".'],
    "time-impossible": ["There is no such time, or it lies before 1970.", "Correct the time."],
    "offset-syntax": ["This is not an offset from UTC.", 'Write it as "+01:00" or "Z".'],
    "offset-range": ["No place is more than 14 hours from UTC.", "Correct the offset."],
    text: ["The text is not valid Unicode.", "Write it again without the broken character."],
    field: ["This is not a field element.", "Write 0x and 64 lower-case hex digits, below the field order."],
  },

  /** Labels of batches and identifiers of bags. */
  labels: {
    label: [
      "This is not the label of a batch, or it is spelled in another way than labels are.",
      "Scan the code again, or paste the whole of its text; if it stays so, have the label printed anew.",
    ],
    "label-signer": [
      "The key is not that of a custodian of the batch, as far as the folder knows them.",
      "Sign with the key of a custodian of one of its stages.",
    ],
    carrier: [
      "This is no GS1 or ISBT 128 identifier of a bag, or its check digit is wrong.",
      "Scan the bag's code, or type it as it is printed: GS1 as (01)...(21)..., ISBT 128 with its check character.",
    ],
  },

  /** Key files, party lists, consents. */
  parties: {
    "key-file": ["This is not a key file.", "Name a key file, or restore it from a backup."],
    "key-exists": ["There is a file of this name already.", "Choose another name; a key file is never overwritten."],
    "key-passphrase": ["The passphrase is wrong, or the key file was changed.", "Try again, or restore the file."],
    "key-tampered": ["The key file was changed after it was made.", "Restore the file from a backup."],
    "key-role": ["The key or party has another role than this needs.", "Use one with the role that is named."],
    "key-predecessor": [
      "A site secret is passed on between custodian keys of one organisation only.",
      "Name a custodian key of the same organisation.",
    ],
    "passphrase-repeated": ["The passphrase is one character, repeated.", "Choose one that nobody can guess."],
    "passphrase-length": ["The passphrase is too short.", "Choose a longer one."],
    "party-list": ["This is not a party list.", "Correct the file at the place that is named."],
    "party-count": ["The list has more parties than the tree holds.", "Remove parties that are no longer needed."],
    "party-name": ["Two parties have one name.", "Give every party a name of its own."],
    "party-duplicate": ["The party is there already.", "Remove one of the two."],
    "party-key": [
      "This public key is not a point of BabyJubJub's prime subgroup.",
      "Take the key from the key file's `public` part.",
    ],
    "party-secret": [
      "The site secrets of an organisation's custodians are missing, misplaced or differ.",
      "Make the site's further custodian keys from its first one.",
    ],
    "party-org": ["A key stands under two organisations.", "Make a key of its own for each organisation."],
    "party-validity": ["The validity ends before it begins.", "Correct the two times."],
    party: ["This party is not in the party list.", "Add it to the list, and have the new root published."],
    "party-root": ["The root of this list is another one.", "Ask the proposer for the list that was proposed."],
    "party-before": [
      "The party list that the register approved last is not given, or another one is.",
      "Give its file: --before FILE. Every batch folder made under it has a copy.",
    ],
    "party-renewed": [
      "An organisation has another site secret than in the list before.",
      "Make its new custodian keys from the earlier one, so that they share its site secret.",
    ],
    "person-key-file": [
      "This is not a file with the key of persons.",
      "Name that file, or restore it from a backup: `batchproof role person-key --out FILE` makes one for a new register.",
    ],
    "person-key-exists": [
      "There is a file of this name already.",
      "A register has one key of persons, which is never overwritten: name another file, or use this one.",
    ],
    "device-id": ["This does not name a device.", 'Write vendor, model and serial, none empty, joined by "|".'],
    "consent-file": ["This is not a consent file.", "Name a consent file, or restore it from a backup."],
    "consent-exists": [
      "There is a file of this name already.",
      "Every consent has a file of its own: name another one.",
    ],
  },

  /** The journal of a source. */
  journal: {
    journal: [
      "The journal or its head was changed, or its last line is unfinished.",
      "Restore both files from a backup; where only the last line is unfinished: `batchproof journal repair FILE`.",
    ],
    "journal-attempt": ["The record's attempt is not the next one.", "Import again."],
    "journal-reason": [
      "A further record for the same batch, stage and channel, or one that contradicts another record, needs a reason.",
      "Say why the earlier record is not the one to use.",
    ],
    "batch-twice": [
      "Two of the folders are of one batch, or a claim is named twice.",
      "Name one folder of each batch, and each claim once.",
    ],
    "journal-source": ["The journal is another source's.", "Name this source's own journal with `--journal`."],
    "journal-version": [
      "The journal is of an earlier version.",
      "Keep it for inspectors, and begin a new one with `--journal`.",
    ],
    "device-unknown": [
      "Neither the journal nor a folder that was named knows the device.",
      "Write vendor, model and serial as they are registered, and name the journal and all folders.",
    ],
    "journal-write": ["The journal cannot be written.", "Check free space and permissions."],
  },

  /** Policies: what `policy lint` finds, and what the derivation of a rule refuses under the same name. */
  policy: {
    range: ["The lower limit is not below the upper one.", "Write the lower limit first."],
    "physical-range": ["The range lies outside what the channel can hold.", "Check unit and decimal point."],
    bucket: [
      "The thinning that the rule permits could hide a gap, or change a mean that it limits.",
      "Permit buckets of at most the gap, and none where a mean is limited.",
    ],
    devices: [
      "Claims of one stage say different numbers of devices, or judge a slot that the stage does not have.",
      "Write the same number in each, and slots up to it.",
    ],
    "slot-unjudged": ["A device of a stage is judged by no claim.", "Add a claim for its slot."],
    "slot-channel": [
      "What a device of a stage says of a channel is judged by no claim.",
      "Add a claim for its slot, unless the device does not measure it.",
    ],
    "any-device": [
      "Of several devices of a stage, one that is good is enough.",
      "Judge each slot by a claim of its own, unless the others are spares.",
    ],
    grid: ["A limit is no multiple of the resolution.", "Give limits that the sensor can show."],
    "normal-range": ["The normal band is not inside the range.", "Write its lower end first, and widen the range."],
    "normal-grid": [
      "An end of the normal band is no multiple of the resolution, or no coding meets both ends.",
      "Move the ends to what the sensor can show, or narrow the range.",
    ],
    gap: ["The gap cannot be coded.", "Use one of the gaps that the message names."],
    budget: ["A budget can never be used up.", "Give less than the longest stage that can be proven."],
    "normal-missing": ["There is a limit on excursions, but no normal band.", 'Add "normal", or remove the limit.'],
    "side-unlimited": ["Nothing limits excursions to one side.", "Limit them, or end the range with the normal band."],
    rounded: ["The time is no whole number of ticks and is rounded.", "Write a whole number of ticks."],
    useless: ["A limit refuses nothing that others permit.", "Remove it, or give the limit that is meant."],
    "mkt-limit": ["No mean over the range can be judged by this limit.", "Give a limit within the range."],
    "mkt-range": [
      "The range is too wide around the limit for weights that can be proven to 0.01 °C.",
      "Narrow the range, and check the heat of activation.",
    ],
    "mkt-span": ["The mean is taken over so long a time that excursions vanish in it.", "Shorten the span."],
    "mkt-grid": ["No code stands for the limit.", "Give a limit that is a whole number of the sensor's steps."],
    "mkt-heat": ["The heat of activation is unusual.", 'Check the unit, and say in "source" where it was measured.'],
    lead: ["More than a gap may pass at the stage's start without a reading.", "Shorten the lead."],
    tail: ["More than a gap may pass at the stage's end without a reading.", "Shorten the tail."],
    "clock-tolerance": ["The tolerated clock error can hide a wrong time zone.", "Tolerate minutes, not hours."],
    channels: [
      "A channel is unknown or named twice, or a rule has none or too many.",
      "Name each channel of the rule once.",
    ],
    boundary: ["The stage's boundary does not fit its place in the policy.", "Write the one that the message names."],
    duration: ["The shortest duration is longer than the longest.", "Write the shorter one as min."],
    sealed: ["Before the first stage nothing was sealed.", 'Remove "sealed" from the first stage.'],
    hold: ["No claim watches the time until the next stage.", 'Add "hold", the longest permitted time.'],
    "analyte-twice": ["Two analytes have one name.", "Give every analyte a name of its own."],
    words: ["A word is there twice.", "Write every word of the laboratory once."],
    permitted: ["No word is permitted, one is unknown, or one is there twice.", "Use some of the words, each once."],
    "permits-all": ["Every word is permitted, so no result fails.", "Permit those words only that pass."],
    limit: ["There are two limits of one side, or none where one is needed.", "Keep or add the one that is meant."],
    "no-value": ["No number keeps the limits.", "Write limits that some number keeps."],
    "result-decimals": ["A number has more decimals than its analyte declares.", "Declare or write fewer decimals."],
    "result-size": ["The number is too large for its decimals.", "Declare fewer decimals, or check the unit."],
    "reported-only": ["Nothing limits the analyte.", 'Add a limit, or say in "source" why it is reported only.'],
    "or-before": ["The first analyte cannot stand in for one before it.", "Mark the further members of a group."],
    "or-unlimited": ["A member of a group always passes, so nothing is judged in it.", "Limit every member."],
    "product-factor": ["A factor of the product is no measured analyte of the rule.", "Name one that is."],
    "product-scale": [
      "The product's limit is not one that the circuit can hold.",
      "Give one above 0 with fewer digits.",
    ],
    "product-name": ["Two products have one name.", "Give every product a name of its own."],
    "product-group": [
      "A factor may fail its own limits, because another of its group can pass instead.",
      "Check that the product is meant to bind whichever passes.",
    ],
    "profile-twice": ["Two accepted profiles have one hash or one name.", "Name each profile once."],
    "profile-name": [
      "An accepted profile is called like one that the package holds, and is another one.",
      "Give it a name of its own, or the hash that `batchproof profile list` shows.",
    ],
    "mixed-scripts": ["A word has letters of two scripts.", "Type it anew in one script."],
    "look-alike": ["Two names, or two words of one analyte, look the same.", "Give one of them another name."],
    "result-within": ["The laboratory must report before the stage ends.", "Give it the time that it needs."],
    stage: ["The policy has no such stage.", "Use the number of one of its stages, from 0."],
    "stage-name": ["Two stages have one name.", "Give every stage a name of its own."],
    "stage-confirmed": [
      "A stage to be confirmed by a QP is none of the policy's, or is named twice.",
      "Name stages of the policy, each once.",
    ],
    "stage-empty": ["Nothing is proven about a stage.", "Add a claim, or say why none is needed."],
    "claim-id": [
      "A claim's id is malformed, there twice, or of another stage.",
      "Write the stage's name, a slash and a name of the claim's own.",
    ],
    "same-limits": ["Two claims of a stage have the same limits.", "Do not count them as two independent proofs."],
    circuit: [
      "There is no such circuit, or it is not the one that this claim or proof needs.",
      "Name a circuit for this kind of claim; prove or import again with this version.",
    ],
    class: ["The class does not fit the kind of claim.", "Write the one that the message names."],
    "needed-for": ["No claim is needed for release.", 'Set "neededFor" of at least one claim to "release".'],
    "max-due": ["Release may be due after completion.", "Write the release first."],
    custody: ["Custody is not proven.", "Add a custody claim to every stage, or keep the signed papers."],
    "custody-missing": ["The chain of custody has a hole.", "Claim custody of every stage, or of none."],
    "custody-repeated": ["Custody of a stage is claimed twice.", "Keep one custody claim for each stage."],
    "custody-order": [
      "A custody claim needed for release follows one needed for completion.",
      'Set "neededFor" to "completion" from the first such stage on.',
    ],
  },

  /** Policy files, their salts, and claims. */
  claims: {
    "policy-schema": ["The file does not match the policy's schema.", "Correct it at the pointer that is named."],
    "policy-text": [
      "A text of the policy holds what would mislead its readers, or is not in NFC.",
      "Write it as the message says.",
    ],
    "policy-lint": ["The policy has errors, so it is not published.", "See `batchproof policy lint FILE`."],
    "policy-id": [
      "This is no policyId, or not that of the file.",
      "Compare it with what `batchproof policy hash FILE` prints.",
    ],
    "claim-kind": [
      "There is no such kind of claim, or the claim is of another kind than is needed here.",
      "Name a claim, or write a kind, that fits.",
    ],
    claim: ["The policy has no such claim.", "Name one of its claims."],
    analyte: ["An analyte is missing, or not well described.", "Describe it as the policy language asks."],
    salt: ["A rule's salt has 1 to 248 bits and is not 0.", "Restore the salts from a backup."],
    "salts-missing": [
      "The salts of the policy, or of a claim, are missing.",
      "Copy the file from a party of the policy.",
    ],
    "salts-exist": ["The policy has salts already.", "Keep them: published rules open with no others."],
    "salts-policy": [
      "The salts belong to another policy, or to an earlier wording of this one.",
      "Restore the policy they were drawn for, or draw new ones under a new file name.",
    ],
    "salts-schema": ["This is not a file of salts.", "Restore it from a backup or from a party."],
  },

  /** The batch folder. */
  batch: {
    "registration-file": [
      "This is not the file in which a batch folder remembers its register.",
      "Remove `register.json` and open the batch again, as before: it writes the file anew.",
    ],
    "batch-missing": [
      "There is no batch in this folder.",
      "Name a batch folder, or make one: `batchproof init --help`.",
    ],
    "batch-exists": ["The folder is taken.", "Name a new folder; a batch folder is never overwritten."],
    "batch-file": ["The batch file is malformed.", "Restore it from a backup."],
    "batch-policy": [
      "This is not the policy that the batch was made with.",
      "Restore it from a backup, or make a new batch under the other policy.",
    ],
    "certify-policy": [
      "The register has the batch under another policy than its folder: a certificate would be over what nobody read here.",
      "Get the folder of this batch from its owner, and read the policy that the register has.",
    ],
    "batch-stages": ["The stages do not fit the policy.", "Restore the batch file from a backup."],
    "batch-stage": ["There is no such stage, or something of it is not set.", "Name a stage, or set what is missing."],
    "batch-time": ["The stage's times do not fit.", "Correct the stage's times."],
    "batch-commitments": ["The folder does not give the batch's commitments.", "Restore it from a backup."],
    "batch-joined": ["Only the first custodian's folder knows the batch's identity.", "Do this in that folder."],
    "batch-opening": [
      "The opening fixed the first custodian and its devices.",
      "Make a new batch, or replace the opening on the register.",
    ],
    "opening-same": ["This is the opening that the batch has.", "Name what is to be replaced."],
    "device-set": ["A stage names different devices, up to 8.", "Name each device once."],
    "parties-missing": [
      "The batch folder has no party list.",
      "Copy the published list into it: `batchproof stage DIR STAGE --parties FILE`.",
    ],
    "secrets-missing": ["The secrets of the batch are missing.", "Restore the file from a backup."],
    "secrets-file": ["The file of secrets is malformed, or not complete.", "Restore it from a backup."],
    "secrets-damaged": ["The secrets were changed after they were drawn.", "Restore the file from a backup."],
    "secrets-batch": ["These secrets belong to another batch.", "Restore this batch's own file from a backup."],
  },

  /** Hand-offs. */
  handoff: {
    "handoff-missing": ["The stage has no hand-off yet.", "Have its custodian sign it, or import the file."],
    "handoff-file": ["The file of a hand-off is malformed or contradicts itself.", "Ask for the file again."],
    "handoff-policy": [
      "The file is about a batch under another policy.",
      "Get the policy from the party that sent it.",
    ],
    "handoff-batch": ["The file is about another batch.", "Import it into the folder of its batch."],
    "handoff-signature": ["A signature in the file does not hold.", "Ask for the file again, as it was exported."],
    "handoff-signer": [
      "The key is not that of the custodian who signs here.",
      "Sign with the key that the stage names.",
    ],
    "handoff-party": [
      "The party list has no custodian with this key at this organisation.",
      "Ask the sender which is right, or copy in a newer party list.",
    ],
    "handoff-side": ["Nobody receives at this boundary.", "The custodian alone signs, as releaser."],
    "handoff-condition": ["The two sides sign different conditions.", "Discard the hand-off, and sign it anew."],
    "handoff-unclaimed": ["The policy claims no custody of the stage.", "There is nothing to sign."],
    "handoff-made": ["A signed hand-off says something else.", "Discard the hand-off first; both sides sign anew."],
    "handoff-follows": [
      "A later hand-off rests on this one.",
      "Discard the later ones first, the last one before the others.",
    ],
    "handoff-differs": [
      "The folder has another hand-off of the stage.",
      "Ask which one stands, and discard the other.",
    ],
    "handoff-chain": ["The hand-off follows another head than that of the stage before.", "Discard the wrong one."],
    "device-count": [
      "A stage names more or fewer devices than the policy's claims want of it.",
      "Name exactly as many, in the order of the slots that the claims judge.",
    ],
    "handoff-stage": ["The hand-off is not of what the folder says of the stage.", "Restore the folder, or sign anew."],
  },

  /** Bag, patient and batch, and the record of an administration. */
  bedside: {
    "administration-file": ["This is not the record of an administration.", "Take the file as it was recorded."],
    "administration-people": [
      "An administration is signed by two people, one who performed it and one who verified it.",
      "Let two people sign, each with a key file and a name of their own.",
    ],
    "administration-signature": [
      "A signature under the record is not that of the key which it names.",
      "The record was changed after it was signed: record it again, or restore it from a backup.",
    ],
    "administration-time": [
      "Receipt, thawing, beginning and end of the infusion and the signatures are not in this order, or lie in the future.",
      "Correct the times, and sign again.",
    ],
    "administration-light": [
      "What was answered permits no administration, or an exceptional supply is not called one.",
      "Match again; an exceptional supply is recorded with `--exceptional`, by people who know that it is one.",
    ],
    "administration-standing": [
      "What the record says was answered is not what the register says of that block.",
      "Match again, and sign what is answered then.",
    ],
    "administration-batch": [
      "The record is about another batch, register or stage than the folder.",
      "Record it in the folder of its batch.",
    ],
    "administration-custodian": [
      "The last stage is not in the custody of the organisation whose folder this is.",
      "Record it where the material was given, or set the stage's custodian first.",
    ],
    "administration-end": [
      "The last stage is closed already, or has another end than the infusion.",
      "Correct the time that is wrong; a closed stage is taken back by `batchproof handoff discard DIR --stage STAGE`.",
    ],
    "administration-exists": [
      "The folder records another administration of this batch.",
      "Read it: `batchproof bedside show DIR`. A record is never overwritten.",
    ],
    "administration-missing": [
      "The folder records no administration.",
      "Name the folder at whose bedside it was recorded.",
    ],
  },

  /** The page of a site. */
  site: {
    "site-folder": ["The page was not served for such a folder.", "Load the page again."],
    "site-question": ["This is no question that the page asks.", "Load the page again."],
    "site-register": [
      "Nobody said on which register a batch was opened, on which chain or by whom.",
      "Name it when the page is served: `--registry`, `--chain-id`, `--owner`.",
    ],
  },

  /** Records, results and raw files in the batch folder. */
  records: {
    "record-missing": ["The claim has no record yet.", "Import its raw file."],
    "record-file": ["The record's file is malformed.", "Restore it from a backup."],
    "results-file": ["The file of results is malformed.", "Restore it from a backup."],
    "record-version": [
      "The record's file is of another version, whose record is hashed otherwise.",
      "Import its raw file again.",
    ],
    "record-claim": ["The file is of another claim.", "Restore it from a backup."],
    "record-header": ["The record's header does not fit its claim or rows.", "Import the raw file again."],
    "record-lot": ["The record is of another lot.", "Import the record of this lot."],
    "record-tampered": ["This is not what was signed.", "Restore it from a backup."],
    "record-how": [
      "The record does not say how its raw file was read.",
      "Import the raw file again: the same readings are no further attempt.",
    ],
    "record-reread": [
      "The raw file, read again, does not say what was signed.",
      "Find out what was changed; such a record is no evidence.",
    ],
    "record-signature": ["The signature does not fit the record.", "Restore it from a backup, or import again."],
    "evidence-name": ["This is not a plain file name.", "Rename the raw file."],
    "evidence-exists": ["The folder keeps another raw file of this name.", "Rename the new raw file."],
    "evidence-missing": ["The raw file is missing.", "Restore it from a backup."],
    "evidence-tampered": ["The raw file is not the one that was imported.", "Restore it from a backup."],
    "series-length": [
      "The series has no readings, or more than the circuit holds.",
      "Thin it, or use a larger circuit.",
    ],
    "series-packing": [
      "A chunk of a series does not have its rows, or they are no bytes.",
      "Import the raw file again.",
    ],
    "series-salts": ["A series has not a salt for each chunk.", "Import the raw file again."],
    "quality-size": ["There is more than the quality circuit holds.", "Split the claim."],
  },

  /** Importing series of readings and laboratory results. */
  import: {
    device: [
      "The file is of a device that the stage does not name, or that the party list does not hold.",
      "Import the right file, or name and register the device.",
    ],
    unit: [
      "The unit is not the one that is expected.",
      "Export in that unit, or choose a profile that knows the unit.",
    ],
    "unit-mixed": ["Two spellings of the unit stand in one series.", "Export the whole series once, in one form."],
    "time-mixed": [
      'Times with "Z" and with offsets stand in one series.',
      "Export the whole series once, in one form.",
    ],
    "physical-range": [
      "The value lies outside what the channel can hold.",
      "Export such an entry with its true quality.",
    ],
    profile: ["The profile is malformed, or makes no sense.", "Correct it at the pointer that is named."],
    "profile-missing": ["There is no such profile.", "Name a file, or one of the profiles that the message lists."],
    "profile-policy": [
      "The policy does not accept the profile.",
      "Read the file by a profile that the policy names, or have a policy approved that names this one.",
    ],
    "profile-fit": ["The file has not the form that the profile says.", "Choose the profile of this export."],
    "daily-history": ["The device keeps each day's extremes, and no readings.", "Use a device that logs readings."],
    "date-order": [
      "Whether day or month stands first, the file does not say.",
      "Export with dates that begin with the year.",
    ],
    "time-ambiguous": ["The zone's clock showed this time twice.", "Export with offsets, or in UTC."],
    zone: ["There is no time zone of this name.", "Name a zone of the IANA database, or give `--offset`."],
    "offset-stated": ["The file's times say their own offset from UTC.", "Leave out `--offset` and `--zone`."],
    "quality-word": [
      "The profile knows no such word of quality.",
      "Find out what it means, and have a profile approved that says so.",
    ],
    "device-joined": [
      "Files that are to make one series are of different devices, or tags.",
      "Import the files of one device together, and of one tag.",
    ],
    "raw-file-empty": ["One of several files has no entry.", "Leave it out, or export it again."],
    "raw-file-overlap": [
      "Two files of one series share a time of which they do not say the same.",
      "Export the stage once, or in parts that do not overlap.",
    ],
    "raw-file-twice": [
      "Two files of one series have one name, or one content.",
      "Name each file once; rename one that says something else.",
    ],
    "raw-files": ["So many files make no series.", "Export the stage in fewer files."],
    "device-serial": ["The file says another serial number than was given.", "Give the device that the file is of."],
    "time-backward": ["The time runs backward.", "Export the series again, in the order of time."],
    "inspect-form": [
      "The file is of no form that is known, nor a table.",
      "Export it in one of the forms that the message names.",
    ],
    "offset-missing": ["The file's times have no offset from UTC.", "Add `--offset` with the clock's true offset."],
    window: ["The readings do not cover the stage.", "Import the file that covers it, and check the offset."],
    gap: ["A longer time passed without a reading than the rule allows.", "Raise an exception for the claim."],
    quality: ["An entry that is needed is not good.", "Raise an exception, or use another device's file."],
    dense: ["Too many readings share a tick.", "Thin the series with `--thin`."],
    "exact-limit": [
      "By their exact times the readings break a limit that would seem to hold in whole ticks.",
      "Raise an exception for the claim.",
    ],
    bucket: ["The series is not thinned to such buckets.", "Give one that the message permits, or leave out `--thin`."],
    "channel-tags": ["The tags do not fit the channels of the rule.", "Name one tag for each channel, and no other."],
    "time-twice": [
      "Two entries at one time differ, so nobody can tell which one holds.",
      "Find out which one does, and export the series anew; or raise an exception for the claim.",
    ],
    "sample-incomplete": ["At one time a tag has no entry.", "Export all tags on one raster of times."],
    "result-missing": ["An analyte has no result.", "Add its line: a set of results is complete."],
    "result-unknown": ["The rule has no such analyte.", "Report the analytes of the rule."],
    "result-twice": ["An analyte has two results.", "Report one, and further tests in the column repeats."],
    "result-pending": ["There is no result yet.", "Wait for it: a set of results is complete."],
    "result-count": ["This is no number of tests.", "Write a whole number, 0 where there were none."],
    "result-word": ["The result is none of the analyte's words.", "Report one of them."],
    "csv-encoding": [
      "The file is not text in the expected encoding.",
      "Export it in that encoding, UTF-8 unless a profile says otherwise.",
    ],
    "csv-cut-off": ["The last line has no line end.", "Export or copy it again."],
    "csv-header": [
      "The header line is missing, or does not name the expected columns.",
      "Export these columns and no others, or choose another profile.",
    ],
    "csv-columns": ["A line has not the fields of the header.", "Check for a blank line and a decimal comma."],
    "csv-syntax": ["This is not CSV.", "Check for a stray or unclosed quote."],
    zip: [
      "The workbook or packet is no ZIP archive that is read: damaged, encrypted, too large, or two things to two readers.",
      "Export a workbook again, without a password; take a packet once more from where it was filed.",
    ],
    xlsx: ["The workbook is damaged.", "Export it again."],
    "xlsx-sheet": ["The sheet is not in the workbook, or every sheet is hidden.", "Choose the profile of this export."],
    "xlsx-cell": [
      "The table holds a formula, merged cells, or a number that is shown as another one.",
      "Export the values as the system recorded them, and change nothing in the workbook.",
    ],
    "json-rows": ["The profile's pointer leads to no rows.", "Choose the profile of this export."],
    epcis: [
      "This is no EPCIS 2.0 document, or it holds what is no reading.",
      "Check that it is an EPCIS 2.0 export, without events that were declared errors.",
    ],
    "csv-tag": ["The tag is not in the file, or is no plain text.", "Choose one of the file's tags with `--tag`."],
    "fridgetag-format": [
      "This is not a text export of a Fridge-tag or Q-tag.",
      "Import the .txt file that the device itself wrote.",
    ],
    "fridgetag-line-ends": ["The line ends were converted.", "Copy the file from the device again, in binary mode."],
    "fridgetag-syntax": [
      "The export is not of the form that the device is known to write.",
      "Nothing was imported: this form is not supported yet.",
    ],
    "fridgetag-trailing": ["Something follows the device's signature.", "Import the file as the device wrote it."],
    "device-signature": ["The device's signature does not fit.", "Take the file from the device again, unedited."],
    "device-certificate": ["The device's certificate is not by the known issuer.", "Export from the genuine device."],
  },

  /** XML and the MES's production records. */
  mes: {
    "xml-encoding": ["The file is not XML 1.0 in UTF-8.", "Export it as XML 1.0 in UTF-8."],
    "xml-control": ["A character stands here that XML does not allow.", "Export the file again."],
    "xml-instruction": ["Processing instructions are not read.", "Export the record without them."],
    "xml-doctype": ["A document type is never read.", "Export the record without a document type."],
    "xml-size": ["There are too many elements.", "Check that this is the right file."],
    "xml-depth": ["The elements are nested too deep.", "Check that this is the right file."],
    "xml-syntax": ["This is not well-formed XML.", "Export or copy the file again."],
    "xml-entity": ["The entity stands for no character here.", "Export without entities of its own."],
    "xml-root": ["The document's root is another one.", "Check that this is the right file and version."],
    "xml-namespace": ["A name is in another namespace, or in none.", "Export in this version of the format."],
    batchml: ["An element is missing, unknown or malformed.", "Nothing was imported: this form is not supported yet."],
    "mes-word": ["A risk, status or category is not known.", "Nothing was imported: what it means is not known."],
    "mes-reference": ["Something refers to what is not in the record.", "Export the whole record."],
    "mes-twice": ["An id stands in the record a second time.", "Export the record again."],
    "mes-record": ["Another production record was imported for this batch.", "Export that one again."],
    "mes-older": [
      "A later export of this record was imported already, or one that may be later.",
      "Export the record again.",
    ],
    "mes-lost": ["An exception of the earlier export is not in this one.", "Export the whole record."],
    "mes-file": ["The list of MES exceptions is malformed.", "Import the production record again."],
    "mes-tampered": ["The list of MES exceptions is not what the raw file gives.", "Import the record again."],
    "mes-unknown": ["The MES record has no such exception.", "Name one that it has."],
    "mes-exception": ["MES exceptions that block release are open.", "Close them in the MES, then import it again."],
  },

  /** Proofs and their envelopes. `batch`, `rule` and `context` are names of public signals. */
  proofs: {
    "proof-missing": ["There is no proof to send.", "Prove a claim first, or name a proof's file (`--proof`)."],
    "opening-unknown": [
      "Nobody told when the batch was opened, which every proof says.",
      "Open the batch, or name a node and the account that opened it (--rpc, --owner).",
    ],
    "opening-not-final": [
      "The chain may still take back the block in which the batch was opened.",
      "Wait some minutes, and try again.",
    ],
    "proof-stale": [
      "The proof no longer fits its folder: something was changed after it was made.",
      "Undo the change, or prove the claim again.",
    ],
    "stage-proven": [
      "The stage is proven as it stands.",
      "Leave it, or remove its proofs with `--discard-proofs` and prove anew.",
    ],
    envelope: ["This is not a proof's envelope, or its numbers are malformed.", "Ask for the proof again."],
    setup: ["The envelope says another setup than its key.", "Ask for the proof again, as it was made."],
    batch: ["The proof is about another batch.", "Send it to the batch it was made for."],
    rule: ["The proof is about another rule.", "Prove again with the policy of this batch."],
    context: ["The proof is bound to another chain, registry or submitter.", "Prove again for this destination."],
    "signals-count": ["The proof has not eight public signals.", "Ask for the proof again."],
    "signal-canonical": ["A signal is not written canonically below the field order.", "Ask for the proof again."],
    "proof-protocol": ["The proof is not Groth16 over BN254.", "Ask for the proof again."],
    "proof-point": ["A point of the proof is not on the curve or not canonical.", "Ask for the proof again."],
    "proof-subgroup": ["The point B is not in its group.", "Ask for the proof again."],
    "proof-invalid": ["The proof does not prove these signals under this key.", "Ask for the proof again."],
    prover: ["A proof could not be made.", "Check the free memory, or use fewer workers (`--workers`)."],
  },

  /** Circuits, keys and what is made from them. */
  setup: {
    circom: ["The circuit does not compile.", "Correct the circuit at the place that is named."],
    "circom-include": [
      "A circuit file or an included one cannot be read.",
      "Correct the path, or install the library.",
    ],
    "file-format": ["A binary file is not what its name says.", "Build it again, or name the right file."],
    "vkey-format": ["This is not a Groth16 verifying key over BN254.", "Name the right file."],
    "artifact-missing": [
      "The folder of artifacts holds none of this circuit.",
      "Name the right folder (`--artifacts`), or make them there: `batchproof setup --artifacts DIR`.",
    ],
    "artifact-stale": ["A generated file is not the one that was written.", "Delete what the message names."],
    "artifact-lock": [
      "An artifact is not the one that the lock file pins, or the lock file is not readable.",
      "If the circuit was meant to change, write the lock file anew and review the difference.",
    ],
    "key-signals": ["The key has not eight public signals.", "Get the key that was registered."],
    "key-delta": ["The key has had no second phase: proofs can be forged.", "Get the key that was registered."],
    "key-gamma": ["The key's gamma is not the generator of G2.", "Get the key that was registered."],
    "key-relation": [
      "Two points of the key are equal or opposite, or alpha times beta is 1 or -1: proofs can be forged.",
      "Get the key that was registered.",
    ],
    "key-ic": [
      "A point of IC is zero, or equal or opposite to another one or to alpha: a signal is not bound.",
      "Get the key that was registered.",
    ],
    "key-point": ["A point of the key is not in its group.", "Get the key that was registered."],
    "key-id": ["The key is of another circuitId than expected.", "Get the key that was registered."],
    "key-contributions": ["The key has no contribution: proofs can be forged.", "Get the key that was registered."],
    "key-circuit": ["The key was made for another circuit.", "Build the key again."],
    "key-development": [
      "A development key is refused: the register, or the chain that a proof is for, takes none.",
      "Use a key from a ceremony.",
    ],
    transcript: [
      "A key of a ceremony comes with its transcript, a development key with none.",
      "Give --transcript FILE, or leave it out.",
    ],
    "circuit-unknown": ["Our circuit is not registered there.", "Add it, or get the artifacts that were registered."],
    "circuit-kind": ["The circuit is registered with another kind or tier.", "See the register's administrator."],
    "circuit-frozen": ["The circuit is frozen there.", "Move to a circuit that is not frozen."],
  },

  /** The chain and the register. */
  chain: {
    rpc: ["This is no http or https URL without user name and password.", "Correct the address of the node."],
    unreachable: ["No node answers.", "Start the node or check the address."],
    chainId: ["The node is on another chain.", "Ask a node of the right chain."],
    chain: [
      "The node could not answer, lost the transaction, or cannot do what is asked.",
      "Ask again, or ask another node.",
    ],
    funds: ["The sending account cannot pay for the transaction.", "Fund the account."],
    "not-mined": [
      "A transaction was not mined in time, or the node does not have it.",
      "Run the same again: it waits for what is under way first, and finds what is done.",
    ],
    "mined-already": [
      "The transaction that was to be replaced is mined.",
      "Run the same again without --replace: it finds what is done.",
    ],
    fee: ["The node suggests more for gas than is ever paid.", "Say what you offer: --max-fee or --gas-price."],
    reverted: ["The chain refused the call without giving a reason.", "Check the register's address and version."],
    code: ["There is no contract at the address.", "Check the address and the chain."],
    contract: ["The contract is not one of batchproof's, or of another version.", "Check the address and the version."],
    "desk-page": ["The page of the desk or of a site was not built.", "Run `npm run build`."],
    contracts: ["The contracts were not built from the present sources.", "Run `npm run build`."],
  },

  /** The audit of a register. */
  audit: {
    "audit-state": ["This is not the state of an audit, or of another register.", "Name another file, or remove it."],
    archive: [
      "This is not the archive of an audit, or it is damaged, cut off, or of another register.",
      "Take it once more from where it was filed, and compare its sha256.",
    ],
    "archive-size": [
      "What the nodes answered is more than an archive may hold, so that somebody can read it.",
      "Audit without an archive or a packet: no archive of this register can be made.",
    ],
    packet: [
      "Something in the packet does not fit the rest of it, its archive or the chain: the message names the first thing.",
      "Take it once more from where it was filed; if it is the same there, ask whoever filed it.",
    ],
    "packet-form": [
      "This is no packet, or something that goes into none: a link, a name that is not safe everywhere, too much.",
      "Give the folder or ZIP archive that an audit made with `--packet`; give other files plain names.",
    ],
    "packet-policy": [
      "The register has no policy whose document this is.",
      "Add the document of one that the register has: `batchproof policy hash FILE` prints its hash.",
    ],
    "packet-exists": ["There is something where the packet should be made.", "Give another name."],
    "archive-missing": [
      "The archive has no answer to a question of the audit: nothing can be concluded.",
      "Read it with the version of batchproof that its header names, or make it anew from a node.",
    ],
    head: ["The node's latest block is older than what was read before.", "Wait, or ask another node."],
    reorg: ["A block was replaced while the log was read.", "Audit again, with `--finality` if it happens often."],
    log: ["The node's answers do not fit together: nothing can be concluded.", "Ask another node, and audit again."],
    nodes: ["Two nodes say different things of one block.", "Ask a third node which of the two is wrong."],
    "block-numbers": [
      "Contracts of this chain see other block numbers than its log has.",
      "Deploy the register on another chain.",
    ],
    "report-file": ["This is not the report of an audit.", "Make it anew, by an audit with `--json`."],
    "review-file": ["This is not a review record.", "Take the file as it was signed."],
    "review-comments": [
      "A comment is on no row of the report, or this is no list of comments.",
      "Take the rows' ids from the table of the same audit (`--csv`).",
    ],
    "review-signature": [
      "The signature under a review record is not its reviewer's.",
      "It was changed after it was signed: ask the reviewer for the file.",
    ],
    "review-register": [
      "A review record is about another register than the report.",
      "Name the report of that register.",
    ],
    "sample-count": ["So many batches cannot be drawn.", "Draw one or more, and no more than need no reading."],
    "sample-seed": [
      "A sample's seed is no block later than the report's.",
      "Wait for a later block: what is drawn must not be known when the report is made.",
    ],
    sample: [
      "A sample is not the one that its seed draws from the report.",
      "Draw it again, from the report that it names.",
    ],
    period: ["A period ends before it begins.", "Give `--from` and `--to` in this order."],
    "circuit-list": ["This is not a list of circuits.", "Write it as docs/spec/formats.md says."],
    "name-list": ["This is not a list of names.", "Write it as docs/spec/formats.md says."],
  },

  /** W3C credentials of a batch, and who issued them. */
  credentials: {
    credential: [
      "This is not a W3C credential 2.0 with a Data Integrity proof, or not in the one form that is read here.",
      "Ask its issuer for a JSON document with an eddsa-jcs-2022 proof; tokens (JWT) are not read.",
    ],
    "credential-proof": [
      "The credential is not what its issuer signed, or its proof is of another sort than eddsa-jcs-2022.",
      "Rely on nothing in it; ask its issuer for it again.",
    ],
    "credential-issuer": [
      "The key that made the proof is not shown to be the issuer's.",
      "Rely on nothing in it; ask who is named as its issuer.",
    ],
    "credential-early": ["The credential is not valid yet, by this machine's clock.", "Compare the clock."],
    "credential-expired": [
      "The credential, or a list of what was revoked, is not valid any more by this machine's clock.",
      "Get a new one from its issuer.",
    ],
    "credential-revoked": ["The batch was recalled, rejected or aborted since.", "Do not use it; ask the register."],
    "credential-suspended": [
      "The register did not let the product go when the list was made.",
      "Do not use it now; ask the register why.",
    ],
    "credential-status": [
      "A status list does not fit the credential: another address, purpose or issuer, or a list that cannot be read.",
      "Get the lists again from the addresses that the credential names.",
    ],
    "credential-subject": [
      "The credential is not about a batch of a register, or not in the words that are exported here.",
      "Ask for the one that is: type BatchComplianceCredential.",
    ],
    "not-released": [
      "A credential is made of a batch that the register lets go now, and of no other one.",
      "Ask `batchproof verify-batch` what speaks against it.",
    ],
    "block-old": [
      "The node's latest block is older than a credential or a status list that is made of it would last.",
      "Ask a node that follows its chain.",
    ],
    did: ["This is not a did:web, or not the document of one.", "Get it from the issuer's site again."],
    "did-missing": ["Nobody gave the document in which the issuer's site names its keys.", "Get it and give it."],
    "status-url": [
      "This is not an address under which status lists can be found.",
      "Give an https address without query, such as https://example.com/status.",
    ],
    "issued-list": [
      "This is not the list of the credentials that were issued, or one of another register, issuer or address.",
      "Name the list that belongs to them; restore it from a backup if it is damaged.",
    ],
    "issued-full": ["The list has no index left.", "Begin another list, under another address."],
  },

  /** What a register says of one batch, read or signed. */
  standing: {
    "standing-proof": [
      "A proof that counts on the register does not verify, so nothing can be concluded about the batch.",
      "Ask another node. If it says the same, the register is not what it seems: audit it.",
    ],
    "standing-file": [
      "This is not a signed standing, or it was changed since.",
      "Ask the Qualified Person for the file as it was made.",
    ],
    "standing-signer": [
      "The account is not a Qualified Person of the batch, so its signature under a standing says nothing.",
      "Sign as an account that was named when the batch was opened, or since, and holds the role now.",
    ],
    "standing-time": [
      "A standing is signed for less than an hour, or for more than seven days.",
      "Say how many hours: --valid-for.",
    ],
  },

  /** Disclosures, and what they are compared with. */
  disclosure: {
    "disclosure-file": ["This is not a disclosure.", "Ask for the file as it was made."],
    "disclosure-size": [
      "The disclosure would be larger than its readers take.",
      "Show less: fewer lines, or a shorter window; several files show more.",
    ],
    "disclosure-register": [
      "The disclosure is about another register, or another chain.",
      "Name the register that it is about.",
    ],
    "disclosure-batch": ["The disclosure is about another batch.", "Ask for that of this batch."],
    "disclosure-claim": [
      "The disclosure is about another claim, or one of another kind.",
      "Ask for that of this claim.",
    ],
    "disclosure-unproven": [
      "No attestation of the claim counts now, so there is nothing to compare the disclosure with.",
      "Disclose lines under an exception instead.",
    ],
    "disclosure-circuit": [
      "The circuit of the claim's attestation proves nothing, or another kind of claim.",
      "Rely on nothing that was attested under it, and ask who added the circuit.",
    ],
    "disclosure-record": [
      "The disclosure shows another record than the one that was attested.",
      "Ask for that of the record that counts now.",
    ],
    "disclosure-header": [
      "What the disclosure says of the whole record is not what was attested.",
      "Ask for the disclosure again: it was changed.",
    ],
    "disclosure-path": [
      "The way from what is shown to the record's hash does not fit.",
      "Ask for the disclosure again: it was changed.",
    ],
    "disclosure-chunk": [
      "A part of the series was changed, or is of another place in it.",
      "Ask for the disclosure again: it was changed.",
    ],
    "disclosure-window": [
      "The disclosure does not show its window whole, or names no window.",
      "Ask for the chunks that are missing.",
    ],
    "disclosure-padding": [
      "The record holds readings that its source did not count, so that nobody would be shown them.",
      "Ask its source why: such a record is no evidence.",
    ],
    "disclosure-head": ["The hand-off is not the one that was attested.", "Ask for that of this stage."],
    "disclosure-result": ["A result is not the one that was attested.", "Ask for the disclosure again."],
    "disclosure-lines": [
      "The lines are not those under the exception's evidence.",
      "Ask for the disclosure again: they were changed, or stand elsewhere.",
    ],
    "disclosure-exception": [
      "The claim has no such exception, or it was raised without evidence.",
      "Name an exception on this claim.",
    ],
    "disclosure-rule": ["The rule is not the one that the policy fixed.", "Ask for the policy's own, and its salt."],
    "disclosure-name": [
      "A text of the disclosure is not the one whose hash was attested.",
      "Take it for somebody's word, or ask again.",
    ],
    "disclosure-request": [
      "The disclosure is not what was asked for, or not what the register names as the answer.",
      "Disclose what was asked for, or reopen the request.",
    ],
    "disclosure-raw": [
      "The raw file, read again, does not say what the disclosure shows.",
      "Compare the files: such a record is no evidence.",
    ],
    "export-private": [
      "What was asked for is not public, and no export has it.",
      "Show a part of a claim's evidence in a disclosure, which whoever gets it can compare with the register.",
    ],
    "disclosure-outside": ["The record has no readings in this window.", "Name a window that it has readings of."],
    "disclosure-analyte": ["The claim has no such analyte.", "Name one as the policy spells it."],
    "disclosure-options": [
      "What is to be disclosed does not fit the claim.",
      "Give --from and --to for a series, --analyte for results, --exception and --lines for a raw file.",
    ],
  },
  /** A batch in the forms of others. */
  exports: {
    "export-time": [
      "A hand-off is later than the register's block, so it would be taken for the last thing that happened to the batch.",
      "Export it once the register has a later block; if the hand-off's time is wrong, have it signed anew.",
    ],
    "export-batch": [
      "What the register says is about another batch than the folder's.",
      "Name the account that opened this batch.",
    ],
    "export-head": [
      "The register has another end of a stage than the folder.",
      "Get the hand-off that was attested from the party that has it; what is exported must be what the register knows.",
    ],
    "export-readings": [
      "Readings are private, and nothing discloses them: no disclosure was given, or it shows none that is proven.",
      "Disclose a window of a proven series, and give that file: --disclosure.",
    ],
    "export-epc": ["The identifier names no single bag.", "Give the GTIN with the serial number: (01)...(21)..."],
    "locations-file": ["This is not a list of organisations with their GLN.", "Write it as docs/spec/exports.md says."],
  },

  /** The service: calls, and who makes them. */
  service: {
    "not-authenticated": [
      "Nobody can say who calls: no token or certificate, or one that is unknown, expired or of another service.",
      "Send a bearer token, or a client certificate, that service.json names.",
    ],
    "not-allowed": [
      "The caller may not do this, or not for this site or batch.",
      "Have the role given that holds the permission.",
    ],
    "not-found": ["There is nothing of this name, or nothing that the caller may see.", "Compare the address."],
    request: ["This is no request that the service takes.", "Write it as the OpenAPI document says."],
    "request-media": [
      "The body is of another media type than this takes.",
      "Send Content-Type as the OpenAPI document says.",
    ],
    "request-method": ["The address does not take this method.", "Use one that the header Allow names."],
    "request-size": ["The body is longer than this takes.", "Send less, or in parts."],
    "service-data": ["A file of the service's data folder is damaged.", "Restore it from a backup, or send a new key."],
    "service-listen": [
      "The service cannot listen at this address and port.",
      "Stop what listens there, or name another port.",
    ],
    "service-host": [
      "Other machines could listen in: what leaves this machine needs TLS.",
      "Name certificate and key in service.json (tls), or listen on 127.0.0.1.",
    ],
    "service-file": ["This is not the settings file of a service.", "Write it as docs/spec/service.md says."],
    "service-address": [
      "A token was to go to another machine without TLS, or to another service than the one it is for.",
      "Give the service's https address, without a path.",
    ],
    "service-token": [
      "This is no token.",
      "Give what `batchproof serve-token NAME` printed, or what the issuer gave, and nothing besides.",
    ],
    "service-answer": [
      "What answers is not the service, or something between it and the caller.",
      "Look what listens at the address.",
    ],
    "service-silent": ["The service does not answer.", "Look whether it runs, then ask again."],
    "service-slow": [
      "What was begun is not done in the time that the caller waits.",
      "Ask again later: it goes on without the caller.",
    ],
    "idempotency-differs": [
      "The same Idempotency-Key came with another request before.",
      "Send a new key with a new request.",
    ],
    "idempotency-running": [
      "The first request with this Idempotency-Key is still worked on.",
      "Wait, then send the same request again.",
    ],
    "idempotency-quota": [
      "As many answers are kept for this caller as the service keeps for one; nothing was done.",
      "Come again when the oldest ones are a day old, or send without a key what may be done twice.",
    ],
    "site-key": [
      "The service was given no such key of this site.",
      "Name the key file in service.json, and start it again.",
    ],
    "upload-quota": [
      "The caller keeps more files for this batch than it may.",
      "Import or remove what was uploaded before.",
    ],
    "words-quota": [
      "The folder of the batch keeps as many texts as the service writes there.",
      "Decide without words, or remove from its folder `texts` those that no decision on the register has the hash of.",
    ],
    "rate-limit": ["Too many requests of this caller.", "Wait as long as Retry-After says."],
    "issuer-keys": [
      "The keys of the issuer of tokens cannot be had, so nobody can say who calls.",
      "Look whether the issuer answers; every other way of saying who one is still works.",
    ],
    "log-write": [
      "The log of calls cannot be written, so nothing is answered.",
      "Free space on the disk of the data folder, then start the service again.",
    ],
    "service-register": ["The service was told of no register.", "Name the register in service.json: register."],
    "service-owner": [
      "The folder does not know who opened its batch.",
      "Name that account: owner. Once it was opened, ask for its opening again, and the folder remembers.",
    ],
    "prepared-file": ["This is no call that was prepared for its sender.", "Ask the service to prepare it."],
    "prepared-destination": [
      "The call was prepared for another chain, register or account.",
      "Send it where, and as whom, it was prepared for; or have it prepared anew.",
    ],
    "prepared-call": [
      "The call is none of the register's, or says of itself what its data does not.",
      "Do not send it; ask who prepared it.",
    ],
    "prepared-digest": [
      "The file is not the one that was looked at.",
      "Look at it again (`--dry-run`), and send it under the digest that is printed.",
    ],
    "prepared-old": [
      "The call was prepared so long ago, or on a chain so far ahead, that nobody can tell whether it was sent.",
      "Have it prepared anew.",
    ],
    "prepared-repeated": [
      "The same account made the same call since the block that the file names, and the register would take it once more.",
      "If that was this decision, it is done; if it is another one, have it prepared anew.",
    ],
    "prepared-unseen": [
      "A call was to be sent without `--digest`, which says what was looked at.",
      "Read what is shown; if you decide it, run the same command with the digest that is printed.",
    ],
    "audit-ended": [
      "The process of the audit ended before it had a result, so nothing can be concluded.",
      "Begin another one; if it ends the same way, give the machine more memory or audit at the command line.",
    ],
    "audit-running": ["Another audit runs, or too many are kept.", "Wait until it is done, then ask again."],
    "log-broken": [
      "The log of calls is not the one that was written: a line is missing, changed or out of order.",
      "Compare it with the copy that was exported last, and find out who changed it.",
    ],
  },
  /** Jobs, and the machines that work on them. */
  queue: {
    "job-file": ["This is not the file of a job.", "Take it out of the folder of jobs, and look at the job's claim."],
    "queue-full": ["More jobs wait than the queue takes.", "Wait as long as Retry-After says, or add workers."],
    "job-unknown": ["There is no such job.", "List the jobs."],
    "job-stale": [
      "The folder says something else than when the job was made.",
      "Nothing: the job is over. Prove the claim anew.",
    ],
    "job-taken": ["Another worker has the job.", "Ask again after half a minute, or take another one."],
    "job-attempts": [
      "The job was begun as often as is tried, and nothing came of it.",
      "Look why its workers ended (memory?), then have it tried again.",
    ],
    "worker-barred": [
      "Proofs of this worker were wrong several times: it gets no more input.",
      "Look at that machine; the server forgets it when it is started anew.",
    ],
    "worker-rests": [
      "A worker failed several times one after the other: it gets no input for half a minute, so that others get the jobs.",
      "Look at why its jobs failed, and at that machine: its version, memory and disk.",
    ],
    "job-state": ["The job does not stand so that this could be done.", "Look at its state."],
    "server-address": [
      "A worker was to ask another machine without TLS: what it is given is private.",
      "Give the server's https address.",
    ],
    "server-refused": [
      "The server says no to a worker: the job is over, or another's, or the server does not know the worker.",
      "Of a job nothing: take the next one. Of a worker: its token or certificate, and its role in service.json.",
    ],
    "server-silent": [
      "The server does not answer a worker, or not now.",
      "Look at the server, and at the worker's token or certificate; the worker tries again.",
    ],
    "queue-database": [
      "The database of the queue does not answer, or no server has used it yet.",
      "Compare the address (--queue, BATCHPROOF_QUEUE), and start it; no job is lost.",
    ],
  },
  /** What is told of a register, and to whom. */
  notify: {
    "feed-behind": ["What is asked for is older than what is kept.", "Begin anew, and reconcile."],
    "feed-ahead": [
      "More is named than was told: by another journal, or before a backup was restored.",
      "Begin anew, and reconcile.",
    ],
    "feed-damaged": ["A file of what was told or heard is damaged.", "Restore it from a backup."],
    "feed-forked": [
      "The chain took back a block that was final: what was told is another history than the register's.",
      "Audit the register, ask another node, and begin with another folder once everybody who was told knows.",
    ],
    "feed-register": ["The journal tells of another register.", "Give the service another data folder."],
    "feed-off": ["The service follows no register.", "Name the register in service.json."],
    "event-differs": [
      "An event of this source and id came before and said something else.",
      "Give what changed an id of its own.",
    ],
    "event-quota": [
      "One caller told a site more events in a day (UTC) than are taken. None of those that were taken is gone.",
      "See why it tells so many; tell the rest tomorrow.",
    ],
    "events-full": [
      "As many events of other systems as are taken are kept of a site.",
      "Stop the service and put events/SITE.jsonl of its data folder into the archive: it begins a new one.",
    ],
    "webhook-address": [
      "A webhook goes to https, or to http on this machine, and to a private address only where the settings allow it.",
      "Correct its address in service.json.",
    ],
    "webhook-secret": [
      "The secret of a webhook is no secret of 24 to 64 bytes as Standard Webhooks writes it.",
      "Write `whsec_` and the base64 of 32 random bytes into its file.",
    ],
    "webhook-unknown": ["There is no such webhook, or nothing of that number failed.", "List the webhooks."],
    "webhook-refused": ["The receiver of a webhook did not take it.", "Look at its answer, then send it again."],
  },
  /** Backups, and what is done when a person or a machine is gone. */
  backup: {
    "backup-file": ["This is not a backup, or it is damaged.", "Take another copy."],
    "backup-exists": ["There is something where a backup or a restored folder should be made.", "Give another name."],
    "backup-name": [
      "A file's name cannot stand in a backup or be restored here, or two files would have one name.",
      "Rename it, or name the folders one by one in two backups.",
    ],
    "backup-link": ["A backup follows no link and takes no pipe or device.", "Put the file itself there."],
    "backup-size": ["There is more than one backup holds.", "Make several backups, of some folders each."],
    "backup-changed": ["A file changed while it was copied.", "Try again when no other program writes it."],
    "backup-key": [
      "The backup does not open with this key or these shares.",
      "Give the right ones, and enough of them.",
    ],
    "backup-share": [
      "A share is damaged, given twice, or of another set; or there are too few.",
      "Give as many different shares of one set as each of them says.",
    ],
    "backup-incomplete": [
      "What was restored does not open a record that was attested.",
      "Restore an older or a newer backup.",
    ],
    "person-unknown": [
      "The register knows nobody by this.",
      "Compare the account, the person's id and the key of persons.",
    ],
  },
  /** Simulation. */
  simulate: {
    scenario: ["This is not a scenario.", "Write it as docs/spec/simulation.md says."],
  },
  /** Rules of the circuits: the evidence does not keep the rule of this name, so no proof is made. */
  rules: {
    rule: ["The rule itself is not well-formed.", "Correct the policy."],
    head: ["The head is of another batch or stage, or its times are not sane.", "Check the stage's data."],
    opened: [
      "The batch was opened later than the rule permits after the stage began.",
      "Open batches before their stages begin; raise an exception for the claim.",
    ],
    gap: ["Too long a time passed without a reading.", "Raise an exception for the claim."],
    range: ["A reading is outside the limits.", "Raise an exception for the claim."],
    record: ["The record, or its header, is not coded as the rule says.", "Import the raw file again."],
    window: ["The readings do not cover the stage.", "Import the file that covers it, or raise an exception."],
    thinning: ["The series was thinned more than the rule allows.", "Import it again, thinned less or not at all."],
    clock: ["The device's clock error is over the tolerance.", "Raise an exception for the claim."],
    source: ["No registered source of the right organisation signed the record.", "Import with a registered key."],
    device: [
      "The device is not registered, not valid, or not named by the stage in the slot that the rule says.",
      "Check the stage's devices, and their order.",
    ],
    cumulative: ["The time outside the normal band is over its budget.", "Raise an exception for the claim."],
    single: ["One excursion is longer than the limit.", "Raise an exception for the claim."],
    mkt: ["The mean kinetic temperature is over its limit.", "Raise an exception for the claim."],
    continuity: ["Custodian, start or devices are not those fixed beforehand.", "Check the hand-off before."],
    order: ["The times of the stage are not sane.", "Correct the stage's times, and sign anew."],
    hold: ["The next custodian took over too late.", "Raise an exception for the claim."],
    duration: ["The stage was too short or too long.", "Raise an exception for the claim."],
    custodian: ["A custodian is not registered for its organisation.", "Check the party list."],
    handoff: ["Not everybody concerned signed the hand-off.", "Have it signed."],
    condition: ["The material was not in order when it changed hands.", "Raise an exception for the claim."],
    seal: ["The seal was broken.", "Raise an exception for the claim."],
    batch: ["The batch is not this order under the site's own salt.", "Prove with the first custodian's key."],
    complete: ["A demanded result is missing, or one is there that is not demanded.", "Import a complete set."],
    spec: ["A result does not meet its specification.", "Raise an exception for the claim."],
    group: ["No member of a group meets its specification.", "Raise an exception for the claim."],
    product: ["A product of results is outside its limits.", "Raise an exception for the claim."],
    date: ["Sampling, results or report are not in their time.", "Check the dates, or raise an exception."],
    lab: ["No registered laboratory signed the results.", "Import with a registered key."],
  },
} as const satisfies Readonly<Record<string, Codes>>;

export type CodeGroup = keyof typeof ERROR_CODES;

/** The codes of a group. */
export type CodeIn<Group extends CodeGroup> = { [G in Group]: keyof (typeof ERROR_CODES)[G] }[Group];

/** The name of a rule of a circuit: the code of a refusal to prove what breaks it. */
export type RuleName = CodeIn<"rules">;

/** Every code that an error can have. */
export type ErrorCode = CodeIn<CodeGroup> | ContractErrorName;

/** The codes of a group, in the order of the table. */
export function codesOf<Group extends CodeGroup>(group: Group): readonly CodeIn<Group>[] {
  // Object.keys forgets its keys' types.
  return Object.keys(ERROR_CODES[group]) as CodeIn<Group>[];
}

/**
 * What to do about an error of this code that does not say it itself: what the table says; undefined where groups say
 * different things, or the code is an error of a contract.
 */
export function usualRemedy(code: ErrorCode): string | undefined {
  const lines = Object.values<Codes>(ERROR_CODES).flatMap((group) => group[code] ?? []);
  const remedies = new Set(lines.filter((_, i) => i % 2 === 1));
  return remedies.size === 1 ? [...remedies][0] : undefined;
}
