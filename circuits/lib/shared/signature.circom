pragma circom 2.2.2;

include "circomlib/circuits/babyjub.circom";
include "circomlib/circuits/eddsaposeidon.circom";
include "buses.circom";

/**
 * @title SignatureCheck
 * @notice Proves an EdDSA-Poseidon signature by the key (x, y). A and R8 are on the curve, A has no low order
 *         (circomlib refuses it), S is below the subgroup order (circomlib enforces it because `enabled` is the
 *         constant 1 here). Constraints: 4,223.
 * @input  x, y       public key, any field elements
 * @input  message    any field element
 * @input  signature  any field elements
 */
template SignatureCheck() {
    signal input x;
    signal input y;
    signal input message;
    input Signature() signature;

    component keyOnCurve = BabyCheck();
    keyOnCurve.x <== x;
    keyOnCurve.y <== y;
    component r8OnCurve = BabyCheck();
    r8OnCurve.x <== signature.r8x;
    r8OnCurve.y <== signature.r8y;

    component verifier = EdDSAPoseidonVerifier();
    verifier.enabled <== 1;
    verifier.Ax <== x;
    verifier.Ay <== y;
    verifier.S <== signature.s;
    verifier.R8x <== signature.r8x;
    verifier.R8y <== signature.r8y;
    verifier.M <== message;
}
