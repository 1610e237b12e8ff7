pragma circom 2.2.2;

// Mirrors src/formats/qualityRule.ts and src/formats/results.ts; a test compares them.

function QUALITY_RULE_VERSION() { return 1; }
function QUALITY_SLOTS() { return 16; }
function QUALITY_PRODUCTS() { return 3; }
function CATEGORIES() { return 16; }
function VALUE_OFFSET() { return 549755813888; }

function RESULT_NUMBER() { return 1; }
function RESULT_BELOW() { return 2; }
function RESULT_ABOVE() { return 3; }
function RESULT_CATEGORY() { return 4; }
