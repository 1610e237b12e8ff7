pragma circom 2.2.2;

/**
 * The private structures that circuits open. Field names and order are those of src/formats (rule.ts, record.ts,
 * head.ts, party.ts, source.ts); the shared vectors fail if they drift apart.
 */

/// A temperature rule, version 1 (src/formats/rule.ts).
bus TemperatureRule() {
    signal version;
    signal kind;
    signal claimIndex;
    signal stage;
    signal productHash;
    signal policyVersion;
    signal channelId;
    signal origin;         // micro-degrees + 300e6
    signal stepNum;        // step = stepNum / stepDen micro-degrees
    signal stepDen;
    signal width;          // largest permitted code
    signal tick;           // seconds
    signal gapTicks;       // longest legal interval, in ticks
    signal normalLow;      // first code of the normal band
    signal normalHigh;     // last code of the normal band
    signal lead;           // seconds
    signal tail;           // seconds
    signal clockTolerance; // seconds
    signal independent;    // 0 or 1
    signal budgetAbove;    // half-ticks
    signal budgetBelow;    // half-ticks
    signal single;         // ticks
    signal mktSpan;        // seconds
    signal mktLimit;       // a weight
    signal weights[255];   // of each code, at the hot edge of its bin
    signal salt;
}

/// The header of a one-channel record (src/formats/record.ts).
bus RecordHeader() {
    signal kind;
    signal n;
    signal t0;             // Unix seconds
    signal tick;
    signal origin;
    signal stepNum;
    signal stepDen;
    signal width;
    signal channelId;
    signal rowCount;
    signal bucket;         // seconds, 0: not thinned
    signal deviceHash;
    signal rawFileHash;
    signal attempt;
    signal zoneChanged;
    signal clockError;     // seconds + 2^20
    signal lotHash;
}

/// One stage's head (src/formats/head.ts).
bus StageHead() {
    signal batch;
    signal previous;
    signal stage;
    signal start;          // Unix seconds
    signal end;            // Unix seconds
    signal keyHash;
    signal org;
    signal nextKeyHash;
    signal nextStart;
    signal deviceSet;
    signal nextDeviceSet;
    signal seal;
    signal salt;
}

/// A leaf of the party tree (src/formats/party.ts).
bus PartyLeaf() {
    signal id0;
    signal id1;
    signal role;
    signal org;
    signal secretHash;
    signal notBefore;      // Unix seconds, inclusive
    signal notAfter;       // Unix seconds, inclusive
}

/// The place of a leaf in the party tree: bit 1 = the node on the path is the right child.
bus PartyPath() {
    signal bits[12];
    signal siblings[12];
}

/// An EdDSA-Poseidon signature on BabyJubJub.
bus Signature() {
    signal r8x;
    signal r8y;
    signal s;
}

/// How one channel's codes are read (src/formats/parametersRule.ts).
bus Channel() {
    signal channelId;      // 0: unused
    signal origin;         // in millionths of the channel's unit, plus its offset
    signal stepNum;        // step = stepNum / stepDen
    signal stepDen;
    signal width;          // largest permitted code
}

/// A parameters rule, version 1 (src/formats/parametersRule.ts).
bus ParametersRule() {
    signal version;
    signal kind;
    signal claimIndex;
    signal stage;
    signal productHash;
    signal policyVersion;
    Channel() channels[5];
    signal tick;           // seconds
    signal gapTicks;       // longest legal interval, in ticks
    signal lead;           // seconds
    signal tail;           // seconds
    signal clockTolerance; // seconds
    signal independent;    // 0 or 1
    signal salt;
}

/// The header of a record of several channels (src/formats/parametersRecord.ts).
bus ParametersHeader() {
    signal kind;
    signal n;
    signal t0;             // Unix seconds
    signal tick;
    Channel() channels[5];
    signal rowCount;
    signal bucket;         // seconds, 0: not thinned
    signal deviceHash;
    signal rawFileHash;
    signal attempt;
    signal zoneChanged;
    signal clockError;     // seconds + 2^20
    signal lotHash;
}
