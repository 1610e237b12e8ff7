pragma circom 2.2.2;

include "../../../circuits/lib/temperature/temperatureRule.circom";

component main {public [rule]} = TemperatureRuleOpening();
