pragma circom 2.2.2;

include "../../../circuits/lib/temperature/excursions.circom";

component main {public [rule, record]} = Excursions(210, 16);
