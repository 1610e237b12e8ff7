import { readdirSync } from "node:fs";

/**
 * The architecture as a rule: what each folder of `src/` may import. Every arrow that is not written here is an error, and so
 * is every circle; imports of types count. CONTRIBUTING.md, Layers, says why the arrows run so.
 */
const GROUND = ["errors", "errorCodes", "contractErrors", "commandLine", "root", "peers", "sleep"];

/** Folder (or file) of `src/` -> what it may import besides itself and the ground. */
const LAYERS = {
  input: [],
  formats: ["input"],
  policy: ["formats", "input"],
  kinds: ["policy", "formats", "input"],
  parties: ["formats", "input"],
  setup: ["formats", "input"],
  chain: ["setup", "formats", "input"],
  review: ["kinds", "policy", "formats", "input"],
  import: ["kinds", "formats", "input"],
  batch: ["kinds", "policy", "parties", "formats", "input"],
  prover: ["kinds", "setup", "formats", "input"],
  audit: ["chain", "kinds", "policy", "setup", "formats", "input"],
  desk: ["audit", "formats", "input"],
  // A disclosure belongs to what the register says of its claim.
  standing: ["audit", "chain", "disclosure", "prover", "setup", "kinds", "policy", "formats", "input"],
  bedside: ["standing", "batch", "formats", "input"],
  site: [
    // A credential names a batch that is asked about: whether it holds, its own folder says.
    ...["bedside", "standing", "exports", "desk", "audit", "chain", "batch"],
    ...["kinds", "policy", "parties", "setup", "formats", "input"],
  ],
  exports: [
    ...["standing", "claims", "disclosure", "chain", "batch", "import", "prover"],
    ...["kinds", "policy", "parties", "setup", "formats", "input"],
  ],
  packet: ["audit", "review", "disclosure", "desk", "chain", "kinds", "policy", "formats", "input"],
  disclosure: ["kinds", "policy", "formats", "input"],
  claims: ["batch", "import", "prover", "disclosure", "kinds", "policy", "parties", "setup", "formats", "input"],
  api: [
    ...["claims", "packet", "review", "audit", "disclosure", "chain", "batch", "prover"],
    ...["kinds", "policy", "parties", "setup", "formats", "input"],
  ],
  queue: ["claims", "batch", "prover", "kinds", "policy", "parties", "setup", "formats", "input"],
  // What a service is told; its receivers are named as they are told.
  settings: ["notify", "formats", "input"],
  notify: ["audit", "chain", "kinds", "policy", "setup", "formats", "input"],
  backup: [
    ...["settings", "claims", "audit", "chain", "batch", "prover", "kinds", "policy", "parties", "setup"],
    ...["formats", "input"],
  ],
  simulate: ["formats", "input"],
  // What a service says is text of others: it is shown as such.
  client: ["formats"],
  service: [
    ...[
      "settings",
      "queue",
      "notify",
      "standing",
      "exports",
      "packet",
      "claims",
      "review",
      "audit",
      "disclosure",
      "desk",
      "chain",
    ],
    ...["batch", "import", "prover", "kinds", "policy", "parties", "setup", "formats", "input"],
  ],
  demo: [
    ...["standing", "claims", "review", "audit", "disclosure", "chain", "batch", "import", "prover"],
    ...["kinds", "policy", "parties", "setup", "formats", "input"],
  ],
};

/** The rooms of `src/kinds/`: none looks into another one; `series` is what kinds over a series share. */
const ROOMS = readdirSync("src/kinds", { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "series")
  .map(({ name }) => name);

const place = (name) => `^src/${name}(/|[.]ts$)`;
const allowed = (names) => names.map(place).concat("^src/types/");

const layers = Object.entries(LAYERS).map(([layer, below]) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} imports ${below.join(", ") || "only the ground"}.`,
  severity: "error",
  from: { path: place(layer) },
  to: { path: "^(src|cli|test|bench|tools)/", pathNot: allowed([layer, ...below, ...GROUND]) },
}));

const rooms = ROOMS.map((room) => ({
  name: `room-${room}`,
  comment: "A kind's room imports what kinds share, never another kind nor the table of kinds.",
  severity: "error",
  from: { path: `^src/kinds/${room}/` },
  to: {
    path: `^src/kinds/(${ROOMS.filter((other) => other !== room).join("|")})/|^src/kinds/(index|circuits|policy|policyId)[.]ts$`,
  },
}));

/** Folder of `desk/`, the page -> what it may import of the others, besides `src/`. */
const PAGE = {
  data: [],
  messages: ["data"],
  plot: ["messages"],
  parts: ["data", "messages"],
  views: ["parts", "data", "plot", "messages"],
  site: ["parts", "data", "messages"],
  dashboard: ["parts", "data", "messages"],
};

const page = Object.entries(PAGE).map(([folder, below]) => ({
  name: `page-${folder}`,
  comment: `desk/${folder} imports ${below.join(", ") || "nothing else of the page"}.`,
  severity: "error",
  from: { path: `^desk/${folder}/` },
  to: { path: "^desk/", pathNot: [folder, ...below].map((name) => `^desk/${name}/`) },
}));

export default {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "ground",
      comment: "Errors and the package root import nothing but each other.",
      severity: "error",
      from: { path: GROUND.map((name) => `^src/${name}[.]ts$`) },
      to: { path: "^(src|cli|test|bench|tools)/", pathNot: allowed(GROUND) },
    },
    {
      name: "known-folder",
      comment: "A new folder of src/ needs its row in LAYERS.",
      severity: "error",
      from: { path: "^src/", pathNot: allowed([...Object.keys(LAYERS), ...GROUND]) },
      to: {},
    },
    {
      name: "series",
      comment: "What kinds over a series share knows none of them.",
      severity: "error",
      from: { path: "^src/kinds/series/" },
      to: { path: `^src/kinds/(${ROOMS.join("|")})/|^src/kinds/(index|circuits|policy|policyId)[.]ts$` },
    },
    {
      name: "command-line",
      comment: "Nothing that is delivered imports tests, benches or tools.",
      severity: "error",
      from: { path: "^cli/" },
      to: { path: "^(test|bench|tools)/" },
    },
    {
      name: "without-node",
      comment: "What a record, a rule and a policy are is the same in a browser: desk/host has no twin of these.",
      severity: "error",
      from: { path: ["formats", "policy", "kinds", "disclosure"].map(place) },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "desk",
      comment: "The page imports the project, and only its build and its tests import the page.",
      severity: "error",
      from: { path: "^(src|cli|tools|bench)/" },
      to: { path: "^desk/" },
    },
    ...layers,
    ...rooms,
    ...page,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
