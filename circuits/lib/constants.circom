pragma circom 2.2.2;

// Mirrors src/formats/constants.ts, where tags and codes are defined; a test compares the two.

function TAG_BATCH() { return 1; }
function TAG_OPEN() { return 2; }
function TAG_STAGE() { return 3; }
function TAG_SALT() { return 4; }
function TAG_SECRET() { return 5; }
function TAG_DEVICES() { return 6; }
function TAG_KEY() { return 7; }
function TAG_PARTY() { return 8; }
function TAG_PARTY_NODE() { return 9; }
function TAG_RULE() { return 10; }
function TAG_RECORD() { return 11; }
function TAG_CHUNK() { return 12; }
function TAG_SERIES_NODE() { return 13; }
function TAG_SOURCE() { return 14; }
function TAG_EXCURSIONS() { return 15; }
function TAG_CHALLENGES() { return 16; }
function TAG_HANDOFF() { return 17; }
function TAG_LAB() { return 18; }
function TAG_RESULTS() { return 19; }

function KIND_TEMPERATURE() { return 1; }
function KIND_PARAMETERS() { return 2; }
function KIND_CUSTODY() { return 3; }
function KIND_QUALITY() { return 4; }
function KIND_CHANNEL() { return 5; }

function ROLE_CUSTODIAN() { return 1; }
function ROLE_SOURCE() { return 2; }
function ROLE_LAB() { return 3; }
function ROLE_DEVICE() { return 4; }

function MEANING_RELEASED() { return 1; }
function MEANING_RECEIVED() { return 2; }
function CONDITION_CONFORMING() { return 1; }

function TEMPERATURE_RULE_VERSION() { return 2; }
function PARAMETERS_RULE_VERSION() { return 2; }
function NO_OPENED_WITHIN() { return 4294967295; }

function BAND_BASE() { return 127; }
function CODES() { return 255; }
function DWELL_UNIT() { return 65536; }
function MKT_COEFFICIENTS() { return 9; }
function FLAGS_PER_ELEMENT() { return 253; }
function CLOCK_ERROR_OFFSET() { return 1048576; }

function ROWS_PER_ELEMENT() { return 15; }
function ELEMENTS_PER_CHUNK() { return 14; }
function ROWS_PER_CHUNK() { return 210; }
function BYTES_PER_ELEMENT() { return 31; }
function CHANNELS() { return 5; }
function NO_CHANNEL() { return 0; }
// Of records of so many channels: whole rows, of one byte for the interval and one a channel, in each element.
function SAMPLES_PER_CHUNK(channels) { return (BYTES_PER_ELEMENT() \ (1 + channels)) * ELEMENTS_PER_CHUNK(); }
function SERIES_ARITY() { return 16; }
function PARTY_ARITY() { return 4; }
function PARTY_DEPTH() { return 6; }
function DEVICE_SET_SIZE() { return 8; }
