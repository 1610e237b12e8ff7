// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IReleaseGate} from "../interfaces/IReleaseGate.sol";

/// @title MilestoneEscrow
/// @notice Example of a contract on `IReleaseGate`: pays for a batch when it is released, and gives the money back if it
/// is not released by the due date. Money moves on what the register says now: a hold at that moment counts.
contract MilestoneEscrow {
    /// @notice One payment.
    /// @param key Key of the batch.
    /// @param payer Who paid in.
    /// @param payee Who is paid on release.
    /// @param due Unix seconds; after it the payer may take the money back.
    /// @param amount Wei; 0: paid out or refunded.
    struct Milestone {
        bytes32 key;
        address payer;
        address payee;
        uint64 due;
        uint256 amount;
    }

    /// @notice The gate of the register.
    IReleaseGate public immutable gate;
    /// @notice Number of milestones: their numbers are 1 to this.
    uint256 public milestones;
    /// @notice A milestone.
    mapping(uint256 id => Milestone) public milestoneOf;

    /// @notice Money was paid in.
    /// @param id Number of the milestone.
    /// @param key Key of the batch.
    /// @param milestone All of it.
    event Funded(uint256 indexed id, bytes32 indexed key, Milestone milestone);
    /// @notice The batch was released and the payee paid.
    /// @param id Number of the milestone.
    event Paid(uint256 indexed id);
    /// @notice The batch was not released in time and the payer has the money back.
    /// @param id Number of the milestone.
    event Refunded(uint256 indexed id);

    /// @notice A milestone has money, a payee and a due date in the future.
    error MilestoneInvalid();
    /// @notice There is no such milestone, or its money is gone.
    error NothingLeft(uint256 id);
    /// @notice The batch is not released.
    error NotReleased(bytes32 key);
    /// @notice The batch is released: the payee is to be paid.
    error IsReleased(bytes32 key);
    /// @notice The due date is not over.
    error NotDue(uint64 due, uint256 nowSeconds);
    /// @notice The receiver refused the money.
    error PaymentRefused(address to);

    /// @notice Binds the escrow to a register.
    /// @param gate_ The gate of the register.
    constructor(IReleaseGate gate_) {
        gate = gate_;
    }

    /// @notice Pays in for a batch. Caller: the payer.
    /// @param key Key of the batch.
    /// @param payee Who is paid on release.
    /// @param due Unix seconds.
    /// @return id Number of the milestone.
    function fund(bytes32 key, address payee, uint64 due) external payable returns (uint256 id) {
        if (msg.value == 0 || payee == address(0) || due <= block.timestamp) revert MilestoneInvalid();
        id = ++milestones;
        milestoneOf[id] = Milestone(key, msg.sender, payee, due, msg.value);
        emit Funded(id, key, milestoneOf[id]);
    }

    /// @notice Pays the payee if the batch is released, also after the due date. Caller: anybody.
    /// @param id Number of the milestone.
    function pay(uint256 id) external {
        Milestone storage milestone = _funded(id);
        if (!gate.isReleased(milestone.key)) revert NotReleased(milestone.key);
        emit Paid(id);
        _send(milestone, milestone.payee);
    }

    /// @notice Gives the money back if the due date is over and the batch is not released. Caller: anybody.
    /// @param id Number of the milestone.
    function refund(uint256 id) external {
        Milestone storage milestone = _funded(id);
        if (block.timestamp <= milestone.due) revert NotDue(milestone.due, block.timestamp);
        if (gate.isReleased(milestone.key)) revert IsReleased(milestone.key);
        emit Refunded(id);
        _send(milestone, milestone.payer);
    }

    /// @dev The amount is gone before the money is sent: a receiver that calls back finds nothing left.
    function _send(Milestone storage milestone, address to) private {
        uint256 amount = milestone.amount;
        milestone.amount = 0;
        // solhint-disable-next-line avoid-low-level-calls
        (bool accepted, ) = to.call{value: amount}("");
        if (!accepted) revert PaymentRefused(to);
    }

    function _funded(uint256 id) private view returns (Milestone storage milestone) {
        milestone = milestoneOf[id];
        if (milestone.amount == 0) revert NothingLeft(id);
    }
}
