// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title WordList
/// @notice Different words in memory, in the order in which they came, each found by hashing: nothing is compared with
/// everything before it.
library WordList {
    /// @notice Words that a list holds at most.
    uint256 internal constant MOST = 256;
    /// @dev Twice `MOST`, and a power of two.
    uint256 private constant SLOTS = 512;

    /// @param words The words.
    /// @param slots Open addressing: place of a word plus 1, at or after the slot that its last nine bits say; 0: free.
    struct List {
        bytes32[] words;
        uint256[SLOTS] slots;
    }

    /// @notice Makes an empty list.
    /// @return list The list.
    function create() internal pure returns (List memory list) {
        bytes32[] memory words = new bytes32[](MOST);
        list.words = words;
        // There is room for all, and nothing in it.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(words, 0)
        }
    }

    /// @notice Finds a word, and adds it if it is not there.
    /// @dev Who chooses words that want one slot pays for it himself, at most `MOST` steps a word.
    /// @param list The list.
    /// @param word The word.
    /// @return place Where it stands; `MOST` if it is not there and the list is full.
    /// @return added Whether it was added.
    function add(List memory list, bytes32 word) internal pure returns (uint256 place, bool added) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let words := mload(list)
            let slots := mload(add(list, 0x20))
            let slot := and(word, sub(SLOTS, 1))
            // Half of the slots are always free, so it ends.
            for {} 1 {} {
                let at := add(slots, shl(5, slot))
                let found := mload(at)
                if iszero(found) {
                    place := mload(words)
                    if lt(place, MOST) {
                        added := 1
                        found := add(place, 1)
                        mstore(add(words, shl(5, found)), word)
                        mstore(words, found)
                        mstore(at, found)
                    }
                    break
                }
                if eq(mload(add(words, shl(5, found))), word) {
                    place := sub(found, 1)
                    break
                }
                slot := and(add(slot, 1), sub(SLOTS, 1))
            }
        }
    }
}
