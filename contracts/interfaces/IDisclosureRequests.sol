// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "./IComplianceRegistry.sol";

/// @title IDisclosureRequests
/// @notice An authority asks for one window of a claim's data; the batch's owner answers. The data go another way and are
/// checked against the claim's `record`; here stands who asked for what, until when, what was answered, and whether that
/// was enough: a hash alone is 32 bytes of anything.
///
/// Life of a request: unanswered -> answered -> accepted; an answered one may be reopened, an unanswered one withdrawn.
interface IDisclosureRequests {
    /// @notice What is stored of a request. Times in Unix seconds.
    /// @param key Key of the batch.
    /// @param claim Index of the claim.
    /// @param dueBy When it is overdue.
    /// @param disclosureHash sha256 of the disclosure; 0: not answered.
    /// @param authority Who asked, the last time.
    /// @param accepted Whether the authority took the answer.
    struct Request {
        bytes32 key;
        uint8 claim;
        uint64 dueBy;
        bytes32 disclosureHash;
        address authority;
        bool accepted;
    }

    /// @notice An authority asked for data.
    /// @param key Key of the batch.
    /// @param id Number of the request in this registry.
    /// @param authority Who asked.
    /// @param claim Index of the claim.
    /// @param from Begin of the window, Unix seconds.
    /// @param to End of the window, Unix seconds.
    /// @param dueBy Unix seconds.
    event DisclosureRequested(
        bytes32 indexed key,
        uint256 indexed id,
        address indexed authority,
        uint8 claim,
        uint64 from,
        uint64 to,
        uint64 dueBy
    );
    /// @notice The owner answered.
    /// @param key Key of the batch.
    /// @param id Number of the request.
    /// @param disclosureHash sha256 of the disclosure.
    event DisclosureAnswered(bytes32 indexed key, uint256 indexed id, bytes32 disclosureHash);
    /// @notice An authority took the answer.
    /// @param key Key of the batch.
    /// @param id Number of the request.
    /// @param authority Who took it.
    event RequestAccepted(bytes32 indexed key, uint256 indexed id, address indexed authority);
    /// @notice The answer was not enough: the request is unanswered again.
    /// @param key Key of the batch.
    /// @param id Number of the request.
    /// @param authority Who asks again.
    /// @param dueBy Unix seconds.
    event RequestReopened(bytes32 indexed key, uint256 indexed id, address indexed authority, uint64 dueBy);
    /// @notice An authority took its request back before it was answered.
    /// @param key Key of the batch.
    /// @param id Number of the request, which no other gets.
    /// @param authority Who took it back.
    event RequestWithdrawn(bytes32 indexed key, uint256 indexed id, address indexed authority);

    /// @notice A window ends after it begins.
    error WindowEmpty(uint64 from, uint64 to);
    /// @notice An answer is due in the future.
    error RequestDueInPast(uint64 dueBy, uint256 nowSeconds);
    /// @notice An answer is due within ten years.
    error RequestDueTooLate(uint64 dueBy, uint256 latest);
    /// @notice The batch has as many unanswered requests as there may be: 64, or 16 that this authority asked.
    error TooManyRequests(bytes32 key, uint256 most);
    /// @notice No such request, or it was withdrawn.
    error RequestUnknown(uint256 id);
    /// @notice The request is answered already.
    error RequestAnswered(uint256 id);
    /// @notice The request is not answered yet.
    error RequestNotAnswered(uint256 id);
    /// @notice The answer was accepted.
    error RequestIsAccepted(uint256 id);
    /// @notice Another authority asked, and still is one.
    error NotAsker(uint256 id, address caller);
    /// @notice Only the owner of the batch answers, while it is a MANUFACTURER.
    error NotOwner(bytes32 key, address caller);
    /// @notice The hash of the disclosure is missing.
    error DisclosureMissing();

    /// @notice Asks for a window of a claim's data. Caller: AUTHORITY.
    /// @param key Key of the batch; unknown ones revert.
    /// @param claim Index of the claim; unknown ones revert.
    /// @param from Begin of the window, Unix seconds.
    /// @param to End of the window, Unix seconds.
    /// @param dueBy Unix seconds.
    /// @return id Number of the request.
    function request(bytes32 key, uint8 claim, uint64 from, uint64 to, uint64 dueBy) external returns (uint256 id);

    /// @notice Answers a request, once; late answers count too. Caller: owner of the batch, while it is a MANUFACTURER.
    /// @param id Number of the request.
    /// @param disclosureHash sha256 of the disclosure.
    function answer(uint256 id, bytes32 disclosureHash) external;

    /// @notice Takes the answer of a request. Caller: the AUTHORITY that asked, or any once that one lost the role.
    /// @param id Number of a request that is answered.
    function accept(uint256 id) external;

    /// @notice Asks again, because the answer is not enough. Caller: as of `accept`; it is the one that asks from now on.
    /// @param id Number of a request that is answered and not accepted.
    /// @param dueBy Unix seconds.
    function reopen(uint256 id, uint64 dueBy) external;

    /// @notice Takes a request back. Caller: as of `accept`.
    /// @param id Number of a request that is not answered.
    function withdraw(uint256 id) external;

    /// @notice The registry of the batches.
    /// @return The compliance registry.
    function registry() external view returns (IComplianceRegistry);

    /// @notice Whether a request about the batch is unanswered past its due date.
    /// @param key Key of the batch.
    /// @return True from one second after the due date on.
    function isOverdue(bytes32 key) external view returns (bool);

    /// @notice The requests about a batch that are not answered.
    /// @param key Key of the batch.
    /// @return Their numbers, in no order; at most 64.
    function openRequestsOf(bytes32 key) external view returns (uint256[] memory);

    /// @notice What is stored of a request.
    /// @param id Number of the request; unknown ones revert.
    /// @return The request.
    function requestOf(uint256 id) external view returns (Request memory);

    /// @notice Requests in this registry, withdrawn ones too: their numbers are 1 to this.
    /// @return Their number.
    function requested() external view returns (uint256);
}
