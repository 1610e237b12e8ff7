pragma circom 2.2.2;

/**
 * @title Lookup
 * @notice LogUp (Haböck, eprint 2022/1530): every value whose numerator is not 0 is one of the keys. Where the keys are
 *         distinct, multiplicities[j] is also exactly the sum of the numerators of the values equal to keys[j].
 *         The sums of numerator / (challenge - value) and of multiplicity / (challenge - key) are equal; as rational
 *         functions of the challenge they are then equal too, except with probability (2n + 2m) / r for each
 *         challenge that is tried: below 2^-238.
 *
 *         SOUND ONLY IF, before the challenge is squeezed (template Challenges), these five conditions hold. Each has
 *         an attack that breaks a variant without it: test/attacks/lookup.test.ts.
 *         1. Every value and numerator is a function of absorbed, range-checked data. A packed word binds nothing
 *            until its limbs are range-checked.
 *         2. Every multiplicity is absorbed, one an element, never packed.
 *         3. Every key is absorbed, constant, or a function of the opened rule; distinct where multiplicities are
 *            used as numbers.
 *         4. Numerators are non-negative integers whose sum is below r, so nothing cancels; not 0 in any row that
 *            must be in the table. Where 0 is legal, it is a function of absorbed data.
 *         5. Each argument has a challenge of its own, squeezed after everything that the argument uses was absorbed;
 *            never public, never truncated.
 *         Constraints: n + m + 1.
 * @param  n               values
 * @param  m               keys
 * @input  values          see above
 * @input  numerators      see above
 * @input  keys            see above
 * @input  multiplicities  see above
 * @input  challenge       see above
 */
template Lookup(n, m) {
    signal input values[n];
    signal input numerators[n];
    signal input keys[m];
    signal input multiplicities[m];
    signal input challenge;

    signal looked[n];
    for (var i = 0; i < n; i++) {
        var before = i == 0 ? 0 : looked[i - 1];
        looked[i] <-- before + numerators[i] / (challenge - values[i]);
        (looked[i] - before) * (challenge - values[i]) === numerators[i];
    }

    signal held[m];
    for (var j = 0; j < m; j++) {
        var before = j == 0 ? 0 : held[j - 1];
        held[j] <-- before + multiplicities[j] / (challenge - keys[j]);
        (held[j] - before) * (challenge - keys[j]) === multiplicities[j];
    }

    looked[n - 1] === held[m - 1];
}
