// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";

/// @title CertificateHash
/// @notice EIP-712 hash of what a QP signs. `src/chain/eip712.ts` holds the same types and a test compares them.
/// @dev OpenZeppelin's EIP712 needs Cancun's MCOPY, which this project does not ask of a chain.
library CertificateHash {
    bytes32 private constant DOMAIN_TYPE = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant NAME = keccak256("batchproof");
    bytes32 private constant VERSION = keccak256("1");
    bytes32 private constant CERTIFICATE_TYPE = keccak256(
        "Certificate(bytes32 batch,bytes32 policyId,uint8 neededFor,bytes32 trail,bytes32 exceptionsHash,"
        "bytes32 certificate,uint8 meaning,uint64 signedAt,uint256 nonce,uint64 deadline)"
    );

    /// @notice The hash that is signed, for this chain.
    /// @param certificate What is certified.
    /// @param registry The compliance registry.
    /// @return keccak256(0x1901, domain, struct).
    function hash(
        IComplianceRegistry.Certificate calldata certificate,
        address registry
    ) internal view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPE, NAME, VERSION, block.chainid, registry));
        // All fields are static, so abi.encode of the struct is EIP-712's encodeData.
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(CERTIFICATE_TYPE, certificate))));
    }
}
