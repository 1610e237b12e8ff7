// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title ICircuitRegistry
/// @notice The circuits that claims may name, each by its verifying key. Add-only and freeze-only: one person proposes a
/// circuit by the hashes of its key and of its ceremony's transcript, another approves it by giving the key.
///
/// A key is 32 words: alpha (x, y); beta, gamma, delta (x.c1, x.c0, y.c1, y.c0 each, the order of the EVM precompile);
/// IC[0] to IC[8] (x, y). circuitId = keccak256 of these 1,024 bytes. A proof is 8 words: A (x, y), B (x.c1, x.c0, y.c1,
/// y.c0), C (x, y).
interface ICircuitRegistry {
    /// @notice One circuit. It fills one word of storage, because every proof reads it.
    /// @param key Account whose code holds the verifying key (read it with `keyOf`).
    /// @param kind What it proves, from 1. `Codes.KIND_*` are those of this version; others may be added without a new contract.
    /// @param tier Capacity: the number of readings or rows it holds.
    /// @param development True if the key comes from the public development seed and proves nothing to a third party.
    /// @param unsound True once the circuit was found unsound: older attestations need a review.
    /// @param frozenFrom Unix seconds from which it verifies nothing any more; 0: not frozen.
    struct Circuit {
        address key;
        uint8 kind;
        uint32 tier;
        bool development;
        bool unsound;
        uint40 frozenFrom;
    }

    /// @notice One proof with what it proves.
    /// @param circuitId The circuit.
    /// @param signals Eight public signals in the order of the library `Signals`.
    /// @param proof Eight words.
    struct Statement {
        bytes32 circuitId;
        uint256[8] signals;
        uint256[8] proof;
    }

    /// @notice This registry takes development keys, from its deployment on and for ever.
    event DevelopmentAllowed();
    /// @notice A circuit was proposed.
    /// @param circuitId keccak256 of its key.
    /// @param proposer Who proposed it.
    /// @param kind What it proves.
    /// @param tier Number of readings.
    /// @param development Whether its key proves nothing to a third party.
    /// @param transcript sha256 of the transcript of the ceremony that made the key; 0 for a development key.
    event CircuitProposed(
        bytes32 indexed circuitId,
        address indexed proposer,
        uint8 indexed kind,
        uint32 tier,
        bool development,
        bytes32 transcript
    );
    /// @notice A circuit was registered. `key` is the whole verifying key, so that proofs can be re-verified from logs.
    /// @param circuitId Its id.
    /// @param kind What it proves.
    /// @param approver Who approved what another person had proposed.
    /// @param tier Number of readings.
    /// @param development Whether its key proves nothing to a third party.
    /// @param transcript sha256 of the transcript of the ceremony that made the key; 0 for a development key.
    /// @param key The verifying key, 1,024 bytes.
    event CircuitAdded(
        bytes32 indexed circuitId,
        uint8 indexed kind,
        address indexed approver,
        uint32 tier,
        bool development,
        bytes32 transcript,
        bytes key
    );
    /// @notice A circuit stops at `effective` (Unix seconds); `unsound` asks for a review of what it attested.
    /// @param circuitId Its id.
    /// @param by Who froze it.
    /// @param effective Unix seconds.
    /// @param unsound Whether older attestations need a review.
    event CircuitFrozen(bytes32 indexed circuitId, address indexed by, uint64 effective, bool unsound);

    /// @notice The key has the wrong number of bytes, so it is not a key of eight public signals.
    error KeyLength(uint256 received, uint256 expected);
    /// @notice A word of the key is not below the base field's order.
    error KeyWordOutOfField(uint256 word, uint256 value);
    /// @notice alpha, beta, gamma, delta or a point of IC is the point at infinity. `word`: its first word.
    error KeyPointZero(uint256 word);
    /// @notice A point of the key is not in its group. `word`: its first word.
    error KeyPointForeign(uint256 word);
    /// @notice gamma is not the generator of G2.
    error GammaNotGenerator();
    /// @notice delta is the generator or its negative, so gamma or minus gamma: the key never had a second-phase
    /// contribution, and anybody can forge proofs for it.
    error DeltaIsGenerator();
    /// @notice beta is the generator or its negative: anybody can forge proofs for such a key.
    error BetaIsGenerator();
    /// @notice delta is beta or minus beta: anybody can forge proofs for such a key.
    error DeltaIsBeta();
    /// @notice alpha is the generator or its negative: the key never had a first-phase contribution.
    error AlphaIsGenerator();
    /// @notice alpha is a point of IC or its negative: anybody can forge a proof for such a key.
    error AlphaInIc(uint256 index);
    /// @notice alpha and beta are one number, or opposite ones: C no longer binds A and B to one witness.
    error AlphaIsBeta();
    /// @notice alpha and delta are one number, or opposite ones: anybody can forge proofs for such a key.
    error AlphaIsDelta();
    /// @notice alpha times beta is 1, -1, delta or -delta: anybody can forge proofs for such a key.
    error AlphaBetaPublic();
    /// @notice Two points of IC are equal or opposite, so two signals could be traded for each other.
    error IcRepeated(uint256 first, uint256 second);
    /// @notice The flag `development` disagrees with the pairing of the key's alpha and beta.
    error DevelopmentFlagWrong(bool received, bool expected);
    /// @notice This registry was deployed without development keys.
    error DevelopmentKeyRefused();
    /// @notice A key of a ceremony names the hash of its transcript; a development key has none.
    error TranscriptWrong(bool development);
    /// @notice A kind is at least 1.
    error KindZero();
    /// @notice A tier is at least 1.
    error TierZero();
    /// @notice The circuit is registered already.
    error CircuitKnown(bytes32 circuitId);
    /// @notice No such circuit.
    error CircuitUnknown(bytes32 circuitId);
    /// @notice The circuit is frozen: for new policies since the announcement, for proofs from `effective` on.
    error CircuitIsFrozen(bytes32 circuitId, uint64 effective);
    /// @notice A freeze can only be brought forward or turned into an unsound one, never undone.
    error FreezeOnlyStricter(bytes32 circuitId, uint64 effective);
    /// @notice A freeze cannot begin in the past.
    error FreezeInPast(uint64 received, uint256 nowSeconds);
    /// @notice A public signal is not below the scalar field's order.
    error SignalOutOfField(uint256 index, uint256 value);
    /// @notice A coordinate of the proof is not below the base field's order.
    error ProofWordOutOfField(uint256 word, uint256 value);
    /// @notice A point of the proof is the point at infinity. `word`: its first word.
    error ProofPointZero(uint256 word);
    /// @notice There is nothing to verify.
    error NoStatements();
    /// @notice More are verified by several calls.
    error TooManyStatements(uint256 received, uint256 most);
    /// @notice The proof does not hold for these signals; of several at least one does not.
    error ProofInvalid();
    /// @notice The chain did not compute what it was asked, so nothing is known of the proofs: too little gas, or a chain
    /// without the precompiles of the curve BN254.
    error NotComputed();

    /// @notice Proposes a circuit. Caller: PROPOSER. Refused: no kind, no tier, a ceremony's key without a transcript or a
    /// development key with one, a development key where none is allowed, a circuit registered already.
    /// @param circuitId keccak256 of the verifying key.
    /// @param kind What it proves.
    /// @param tier Number of readings it holds.
    /// @param development Whether the key comes from the public development seed.
    /// @param transcript sha256 of the transcript of the ceremony that made the key: what shows, and no check of the key
    /// can, that nobody knows its secrets. 0 for a development key.
    function propose(bytes32 circuitId, uint8 kind, uint32 tier, bool development, bytes32 transcript) external;

    /// @notice Registers a circuit that was proposed with exactly these arguments. Caller: APPROVER, another account and
    /// another person than the proposer. Refused: everything the key errors above say.
    /// @param key The verifying key, 1,024 bytes.
    /// @param kind What it proves.
    /// @param tier Number of readings it holds.
    /// @param development Whether the key comes from the public development seed.
    /// @param transcript sha256 of the transcript of the ceremony that made the key; 0 for a development key.
    /// @return circuitId keccak256 of the key.
    function approve(
        bytes calldata key,
        uint8 kind,
        uint32 tier,
        bool development,
        bytes32 transcript
    ) external returns (bytes32 circuitId);

    /// @notice Announces the end of a circuit. Caller: ADMIN, at once and alone. From now on no policy may name it; open batches may
    /// finish until `effective`. One way: a second call may only be stricter.
    /// @param circuitId The circuit.
    /// @param effective Unix seconds, not in the past; ignored if `unsound`.
    /// @param unsound True: ends now, and older attestations need a review.
    function freeze(bytes32 circuitId, uint40 effective, bool unsound) external;

    /// @notice Reverts unless the proof holds. View: costs nothing off chain.
    /// @param circuitId The circuit; unknown or frozen ones revert.
    /// @param signals Eight public signals.
    /// @param proof Eight words.
    function verify(bytes32 circuitId, uint256[8] calldata signals, uint256[8] calldata proof) external view;

    /// @notice Reverts unless all proofs hold, at a fraction of the price of verifying them one by one. It does not tell
    /// which one does not hold: ask `verify` for each.
    /// @param statements 1 to 256; unknown or frozen circuits revert.
    function verifyMany(Statement[] calldata statements) external view;

    /// @notice Whether this registry takes development keys, for whose circuits anybody forges proofs. Never changes.
    /// @return True if it does.
    function developmentAllowed() external view returns (bool);

    /// @notice The kind of a circuit that a new policy may name.
    /// @param circuitId The circuit; unknown ones and those with an announced freeze revert.
    /// @return What it proves.
    function kindForPolicy(bytes32 circuitId) external view returns (uint8);

    /// @notice What is stored of a circuit.
    /// @param circuitId The circuit; unknown ones revert.
    /// @return The circuit.
    function circuitOf(bytes32 circuitId) external view returns (Circuit memory);

    /// @notice The verifying key of a circuit.
    /// @param circuitId The circuit; unknown ones revert.
    /// @return 1,024 bytes.
    function keyOf(bytes32 circuitId) external view returns (bytes memory);
}
