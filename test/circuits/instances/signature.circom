pragma circom 2.2.2;

include "../../../circuits/lib/signature.circom";

component main = SignatureCheck();
