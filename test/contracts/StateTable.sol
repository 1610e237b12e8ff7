// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";

/// @notice The table of states and calls in the documentation of `IComplianceRegistry`, as data. `stateTable.test.ts`
/// compares the two, so what the tests check is what the documentation says.
library StateTable {
    /// @dev In the order of the rows.
    enum Call {
        NameSubmitter,
        ReplaceOpening,
        Attest,
        Amend,
        SetHead,
        RaiseException,
        CloseException,
        DecideRevocation,
        DecideChallenge,
        Certify,
        ExceptionalSupply,
        NotifyAuthority,
        Reject,
        Abort,
        Hold,
        Unhold,
        Recall,
        ExtendDue
    }

    uint256 internal constant CALLS = 18;
    uint256 internal constant STATES = 9;
    /// @dev The columns.
    bytes internal constant LETTERS = "OCERDJASL";
    /// @dev Letter of each `IComplianceRegistry.Status`; Overdue has none.
    bytes internal constant OF_STATUS = "OCRDE?JASL";

    // prettier-ignore
    function row(Call call) internal pure returns (bytes memory) {
        return [
            bytes("nameSubmitter O C E - - - - - L"),
            "replaceOpening O C E - - - - - L",
            "attest OC C E RD - - - S L",
            "amend OC OC E OCE OCE J A S L",
            "setHead - - E R - - - S L",
            "raiseException E E E R D J A S L",
            "closeException - - OCE OERD OERD J A S L",
            "decideRevocation - - OCE R D J A S L",
            "decideChallenge O C E R D J A S L",
            "certify - RD - - - - - - -",
            "exceptionalSupply S S S S - - - - -",
            "notifyAuthority - - - - - - - S L",
            "reject J J J J - - - - L",
            "abort A A A A - - - - L",
            "hold O C E R D J A S L",
            "unhold O C E R D J A S L",
            "recall L L L L L L L L -",
            "extendDue O C E R - - - - L"
        ][uint256(call)];
    }

    /// @notice The states to which the call may lead from one; `-`: it reverts.
    function cell(Call call, bytes1 from) internal pure returns (bytes memory letters) {
        bytes memory cells = row(call);
        // The name stands before the first column.
        uint256 column = 0;
        for (uint256 i = 0; i < cells.length; i++) {
            if (cells[i] == " ") column++;
            else if (column > 0 && LETTERS[column - 1] == from) letters = abi.encodePacked(letters, cells[i]);
        }
    }

    /// @notice Whether the call may lead from one state to another.
    function allows(Call call, bytes1 from, bytes1 to) internal pure returns (bool) {
        return contains(cell(call, from), to);
    }

    /// @notice Whether the call may succeed at all.
    function possible(Call call, bytes1 from) internal pure returns (bool) {
        return !allows(call, from, "-");
    }

    /// @notice Whether a letter is among others.
    function contains(bytes memory letters, bytes1 letter) internal pure returns (bool) {
        for (uint256 i = 0; i < letters.length; i++) if (letters[i] == letter) return true;
        return false;
    }

    /// @notice The state of a batch, as if it were never overdue.
    function stateOf(IComplianceRegistry registry, bytes32 key) internal view returns (bytes1) {
        IComplianceRegistry.Status status = registry.gate().statusOf(key);
        if (status != IComplianceRegistry.Status.Overdue) return OF_STATUS[uint256(status)];
        status = registry.batchOf(key).status;
        if (status != IComplianceRegistry.Status.Open) return OF_STATUS[uint256(status)];
        (uint256 release, ) = registry.gate().missingClaims(key);
        return release == 0 ? bytes1("C") : bytes1("O");
    }
}
