import fc from 'fast-check';

/*
 * Properties meet the same cases wherever the tests run: whether a commit passes must not be drawn by lot. Others are met with
 * FAST_CHECK_SEED=random, or any whole number; `npm run test:busy` does that at every turn.
 */
const { FAST_CHECK_SEED: seed = '20261126' } = process.env;
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
