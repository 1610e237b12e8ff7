pragma circom 2.2.2;

// Mirrors src/formats/constants.ts, where tags and codes are defined; a test compares the two.

function TAG_STAGE() { return 3; }
function TAG_DEVICES() { return 6; }
function TAG_PARTY() { return 8; }
function TAG_PARTY_NODE() { return 9; }
function TAG_RULE() { return 10; }
function TAG_RECORD() { return 11; }
function TAG_CHUNK() { return 12; }
function TAG_SERIES_NODE() { return 13; }
function TAG_SOURCE() { return 14; }
function TAG_EXCURSIONS() { return 15; }
function TAG_CHALLENGES() { return 16; }

function KIND_TEMPERATURE() { return 1; }

function ROLE_SOURCE() { return 2; }
function ROLE_DEVICE() { return 4; }

function TEMPERATURE_RULE_VERSION() { return 1; }

function BAND_BASE() { return 127; }
function CODES() { return 255; }
function DWELL_UNIT() { return 65536; }
function FLAGS_PER_ELEMENT() { return 253; }
function CLOCK_ERROR_OFFSET() { return 1048576; }

function ROWS_PER_ELEMENT() { return 15; }
function ELEMENTS_PER_CHUNK() { return 14; }
function ROWS_PER_CHUNK() { return 210; }
function SERIES_ARITY() { return 16; }
function PARTY_DEPTH() { return 12; }
function DEVICE_SET_SIZE() { return 8; }
