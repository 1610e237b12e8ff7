pragma circom 2.2.2;

// Mirrors src/formats/qualityRule.ts and src/formats/results.ts; a test compares them.

function TAG_RESULT() { return 20; }

function QUALITY_RULE_VERSION() { return 2; }
function QUALITY_SLOTS() { return 16; }
function QUALITY_PRODUCTS() { return 3; }
function CATEGORIES() { return 16; }
function VALUE_OFFSET() { return 549755813888; }

function RESULT_NUMBER() { return 1; }
function RESULT_CATEGORY() { return 2; }
function RESULT_LESS() { return 3; }
function RESULT_AT_MOST() { return 4; }
function RESULT_MORE() { return 5; }
function RESULT_AT_LEAST() { return 6; }
