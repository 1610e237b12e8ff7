// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {WordList} from "../../contracts/libraries/WordList.sol";
import {TestBase} from "./Vm.sol";

contract WordListTest is TestBase {
    using WordList for WordList.List;

    /// @dev Few different words in few slots, so that words are found behind others and around the end.
    function test_fuzz_finds_each_word_at_its_first_place(uint256 seed, uint8 bits) external pure {
        WordList.List memory list = WordList.create();
        bytes32[] memory words = new bytes32[](80);
        uint256 count = 0;
        for (uint256 i = 0; i < 80; i++) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            bytes32 word = bytes32(((random % 16) << 9) | (511 - ((random >> 8) % (1 + (bits % 8)))));
            uint256 expected = 0;
            while (expected < count && words[expected] != word) expected++;
            (uint256 place, bool added) = list.add(word);
            assertEq(place, expected);
            assertTrue(added == (expected == count), "added");
            if (added) words[count++] = word;
        }
        assertEq(list.words.length, count);
        for (uint256 i = 0; i < count; i++) assertEq(list.words[i], words[i]);
    }

    function test_V80_holds_256_words_zero_among_them_and_no_more() external pure {
        WordList.List memory list = WordList.create();
        for (uint256 i = 0; i < 256; i++) {
            (uint256 place, bool added) = list.add(bytes32(i << 9));
            assertEq(place, i);
            assertTrue(added, "added");
        }
        (uint256 at, bool more) = list.add(bytes32(uint256(1)));
        assertEq(at, 256);
        assertTrue(!more, "full");
        (at, more) = list.add(bytes32(uint256(255 << 9)));
        assertEq(at, 255);
        assertTrue(!more, "there already");
        assertEq(list.words.length, 256);
    }
}
