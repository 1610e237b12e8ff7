// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title CodeStore
/// @notice Keeps bytes as the code of an account: written once, cheap to read, impossible to change.
library CodeStore {
    /// @notice The chain refused to create the account that holds the bytes.
    error CodeStoreFailed();

    /// @dev Init code, 11 bytes: size = codesize - 11; codecopy(0, 11, size); return(0, size). The zeros are MSIZE, because
    /// chains before Shanghai have no PUSH0.
    bytes11 private constant INIT = 0x600b5981380380925939f3;

    /// @notice Stores `data` (at most 24,575 bytes).
    /// @param data The bytes to keep.
    /// @return pointer The account whose code holds them, after one STOP byte that makes it impossible to call.
    function write(bytes memory data) internal returns (address pointer) {
        bytes memory creation = abi.encodePacked(INIT, hex"00", data);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            pointer := create(0, add(creation, 32), mload(creation))
        }
        if (pointer == address(0)) revert CodeStoreFailed();
    }

    /// @notice Reads what `write` stored.
    /// @param pointer The account that `write` returned.
    /// @return data The bytes.
    function read(address pointer) internal view returns (bytes memory data) {
        uint256 length = pointer.code.length - 1;
        data = new bytes(length);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            extcodecopy(pointer, add(data, 32), 1, length)
        }
    }
}
