pragma circom 2.2.2;

include "../../../circuits/lib/shared/window.circom";

component main = Window();
