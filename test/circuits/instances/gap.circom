pragma circom 2.2.2;

include "../../../circuits/lib/shared/gap.circom";

component main = Gap(2);
