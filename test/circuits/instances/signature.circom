pragma circom 2.2.2;

include "../../../circuits/lib/shared/signature.circom";

component main = SignatureCheck();
