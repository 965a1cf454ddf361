import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded chance: the same seed gives the same draws on every machine. */
export function dice(seed) {
  const random = xoroshiro128plus(seed);
  const whole = (from, to) => uniformInt(random, from, to);
  const between = (from, to) => from + (whole(0, 0xffff) / 0xffff) * (to - from);
  const pick = (list) => list[whole(0, list.length - 1)];
  const shuffled = (list) => {
    const dealt = [...list];
    for (let i = dealt.length - 1; i > 0; i--) {
      const j = whole(0, i);
      [dealt[i], dealt[j]] = [dealt[j], dealt[i]];
    }
    return dealt;
  };
  return { whole, between, pick, shuffled, chance: (share) => between(0, 1) < share };
}
