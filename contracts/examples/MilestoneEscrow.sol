// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {IReleaseGate} from "../interfaces/IReleaseGate.sol";

/// @title MilestoneEscrow
/// @notice Example of a contract on `IReleaseGate`: money that waits for a batch. The register says whose it is, anybody has
/// that written down (`settle`), and whoever owns it takes it (`withdraw`): nothing is sent to an account that did not ask.
///
/// Whose it is at the moment of `settle`, by the first line that fits:
///
/// | the batch                                                                            | the money is |
/// |--------------------------------------------------------------------------------------|--------------|
/// | was recalled, rejected, aborted or supplied exceptionally                            | the payer's  |
/// | is certified and the gate open                                                       | the payee's  |
/// | is certified, and the gate is closed by a hold or an exception                       | nobody's yet |
/// | was certified, the certificate is undone, and the last date is over by `GRACE`       | the payer's  |
/// | was certified, and the certificate is undone by an amendment or a refused claim      | nobody's yet |
/// | was never certified, and the due date is not over                                    | nobody's yet |
/// | was never certified, and the last date is over                                       | the payer's  |
/// | was never certified, and a hold, an exception or a challenge stands against it       | nobody's yet |
/// | was never certified, and nothing stands against it; or was never opened              | the payer's  |
///
/// So what closes the gate for a time only delays: a certified batch is paid when it opens again, however late, and one that
/// waits for its certificate has `GRACE` from the day on which it was last said (`defer`) that something stands against
/// it. Who has an exception open for ever gains nothing by it after the last date, and who undoes a certificate for ever
/// nothing `GRACE` after it. Either side can give the money to the other one at any time, which also ends what the
/// register never decides.
/// @dev Every answer of the register either comes whole or takes the call down with it, so that too little gas decides
/// nothing.
contract MilestoneEscrow {
    /// @notice Whose the money of a milestone is.
    enum Side {
        Nobody,
        Payee,
        Payer
    }

    /// @notice One payment.
    /// @param key Key of the batch.
    /// @param payer Who paid in.
    /// @param payee Who is paid on release.
    /// @param due Unix seconds: silence until here is for the payer. `defer` moves it.
    /// @param last Unix seconds, not before `due`: a batch that was never certified until here, or whose certificate is undone
    /// and not given again until `GRACE` after it, is for the payer, whatever stands against it.
    /// @param amount Wei; 0: settled.
    struct Milestone {
        bytes32 key;
        address payer;
        address payee;
        uint64 due;
        uint64 last;
        uint256 amount;
    }

    /// @notice Time for a certificate after what stood against it, in seconds.
    uint64 public constant GRACE = 14 days;

    /// @notice The gate of the register.
    IReleaseGate public immutable gate;
    /// @notice The register.
    IComplianceRegistry public immutable registry;
    /// @notice Number of milestones: their numbers are 1 to this.
    uint256 public milestones;
    /// @notice A milestone.
    mapping(uint256 id => Milestone) public milestoneOf;
    /// @notice Wei that an account can withdraw.
    mapping(address account => uint256) public owedTo;

    /// @notice Money was paid in.
    /// @param id Number of the milestone.
    /// @param key Key of the batch.
    /// @param milestone All of it.
    event Funded(uint256 indexed id, bytes32 indexed key, Milestone milestone);
    /// @notice The due date moved, because something stands against the batch.
    /// @param id Number of the milestone.
    /// @param due Unix seconds.
    event Deferred(uint256 indexed id, uint64 due);
    /// @notice It was decided whose the money is.
    /// @param id Number of the milestone.
    /// @param to Who owns it now.
    /// @param amount Wei.
    event Settled(uint256 indexed id, address indexed to, uint256 amount);
    /// @notice An account took what it owned.
    /// @param account Who owned it.
    /// @param to Where it went.
    /// @param amount Wei.
    event Withdrawn(address indexed account, address to, uint256 amount);

    /// @notice The register has another gate.
    error GateForeign(IReleaseGate gate);
    /// @notice A milestone has money, a payee, a due date in the future and a last date not before it.
    error MilestoneInvalid();
    /// @notice There is no such milestone, or it is settled.
    error NothingLeft(uint256 id);
    /// @notice The money is nobody's yet.
    error NotDecided(uint256 id);
    /// @notice Nothing stands against the batch, it was certified before, or the due date would not be later.
    error NothingToDefer(uint256 id);
    /// @notice Only payer and payee can give up what might be theirs.
    error NotConcerned(uint256 id, address caller);
    /// @notice Nothing waits for the account.
    error NothingOwed(address account);
    /// @notice The receiver refused the money.
    error PaymentRefused(address to);

    /// @notice Binds the escrow to a register.
    /// @param gate_ The gate of the register.
    constructor(IReleaseGate gate_) {
        gate = gate_;
        registry = gate_.registry();
        if (registry.gate() != gate_) revert GateForeign(gate_);
    }

    /// @notice Pays in for a batch. Caller: the payer.
    /// @param key Key of the batch.
    /// @param payee Who is paid on release.
    /// @param due Unix seconds: silence until here is for the payer.
    /// @param last Unix seconds: no certificate until here is for the payer.
    /// @return id Number of the milestone.
    function fund(bytes32 key, address payee, uint64 due, uint64 last) external payable returns (uint256 id) {
        if (msg.value == 0 || payee == address(0) || due <= block.timestamp || last < due) revert MilestoneInvalid();
        id = ++milestones;
        milestoneOf[id] = Milestone(key, msg.sender, payee, due, last, msg.value);
        emit Funded(id, key, milestoneOf[id]);
    }

    /// @notice Moves the due date to `GRACE` from now, at most to the last date, while something stands against a batch that was
    /// never certified. Caller: anybody, as often as it moves.
    /// @param id Number of the milestone.
    function defer(uint256 id) external {
        Milestone storage milestone = _funded(id);
        uint64 due = uint64(block.timestamp) + GRACE;
        if (due > milestone.last) due = milestone.last;
        bytes32 key = milestone.key;
        if (due <= milestone.due || !registry.isOpened(key)) revert NothingToDefer(id);
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        if (batch.certified != 0 || !gate.isOpposed(key)) revert NothingToDefer(id);
        milestone.due = due;
        emit Deferred(id, due);
    }

    /// @notice Writes down whose the money is. Caller: anybody.
    /// @param id Number of the milestone.
    function settle(uint256 id) external {
        Milestone storage milestone = _funded(id);
        Side side = _sideOf(milestone);
        if (side == Side.Nobody) revert NotDecided(id);
        _settle(id, milestone, side == Side.Payee ? milestone.payee : milestone.payer);
    }

    /// @notice Leaves the money to the other side. Caller: the payer or the payee.
    /// @param id Number of the milestone.
    function giveUp(uint256 id) external {
        Milestone storage milestone = _funded(id);
        (address payer, address payee) = (milestone.payer, milestone.payee);
        if (msg.sender != payer && msg.sender != payee) revert NotConcerned(id, msg.sender);
        _settle(id, milestone, msg.sender == payer ? payee : payer);
    }

    /// @notice Takes all that the caller owns. Caller: who owns something.
    /// @param to Where it goes.
    function withdraw(address to) external {
        uint256 amount = owedTo[msg.sender];
        if (amount == 0) revert NothingOwed(msg.sender);
        // Gone before it is sent: a receiver that calls back finds nothing left.
        owedTo[msg.sender] = 0;
        emit Withdrawn(msg.sender, to, amount);
        // solhint-disable-next-line avoid-low-level-calls
        (bool accepted, ) = to.call{value: amount}("");
        if (!accepted) revert PaymentRefused(to);
    }

    /// @notice Whose the money would be now.
    /// @param id Number of the milestone.
    /// @return The side.
    function sideOf(uint256 id) external view returns (Side) {
        return _sideOf(_funded(id));
    }

    function _settle(uint256 id, Milestone storage milestone, address to) private {
        uint256 amount = milestone.amount;
        milestone.amount = 0;
        owedTo[to] += amount;
        emit Settled(id, to, amount);
    }

    function _sideOf(Milestone storage milestone) private view returns (Side) {
        bytes32 key = milestone.key;
        bool isOver = block.timestamp > milestone.due;
        if (!registry.isOpened(key)) return isOver ? Side.Payer : Side.Nobody;
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        if (_hasEnded(batch)) return Side.Payer;
        if (gate.isReleased(key)) return Side.Payee;
        if (batch.certified != 0) {
            bool isUndone = batch.status == IComplianceRegistry.Status.Open;
            return isUndone && block.timestamp > uint256(milestone.last) + GRACE ? Side.Payer : Side.Nobody;
        }
        if (!isOver) return Side.Nobody;
        return block.timestamp > milestone.last || !gate.isOpposed(key) ? Side.Payer : Side.Nobody;
    }

    /// @dev The gate of the batch never opens again.
    function _hasEnded(IComplianceRegistry.Batch memory batch) private pure returns (bool) {
        return
            batch.recalled ||
            batch.status == IComplianceRegistry.Status.Rejected ||
            batch.status == IComplianceRegistry.Status.Aborted ||
            batch.status == IComplianceRegistry.Status.ExceptionalSupply;
    }

    function _funded(uint256 id) private view returns (Milestone storage milestone) {
        milestone = milestoneOf[id];
        if (milestone.amount == 0) revert NothingLeft(id);
    }
}
