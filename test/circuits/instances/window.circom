pragma circom 2.2.2;

include "../../../circuits/lib/window.circom";

component main = Window();
