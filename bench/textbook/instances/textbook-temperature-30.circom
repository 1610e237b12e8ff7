pragma circom 2.2.2;

include "../temperature.circom";

component main {public [low, high, gap, start, end, normalLow, normalHigh, budgetAbove, budgetBelow, single, mktLimit, mktSpan]} = TextbookTemperature(30);
