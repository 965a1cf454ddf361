/** What the probes have to reach, and whether they do. Probes that are not in yet leave a bar open. */
import { judge, reachesFar } from './judge.mjs';
import { isSameProbe, LONG, PLAN, SHORT } from './plan.mjs';

const SURE_SETS = 7;
const FAR_SETS = 6;

/** One bar a line: `state` is met, missed or open. `lines`: all of one program. */
export function resultBars(lines, engines) {
  return engines.flatMap((engine) => {
    const own = PLAN.filter((probe) => probe.engine === engine).map((probe) => ({
      ...probe,
      line: lines.find((line) => isSameProbe(line, probe)) ?? null,
    }));
    const short = own.filter(({ budget }) => budget === SHORT);
    const long = own.filter(({ budget }) => budget === LONG);
    const seeds = [...new Set(short.map(({ seed }) => seed))];
    const sets = [...new Set(own.map(({ set }) => set))];
    return [
      ...seeds.map((one) =>
        atLeast(
          SURE_SETS,
          `${engine}, ${SHORT} s, seed ${one}: sets decided and right`,
          short.filter(({ seed }) => seed === one).map(isRight),
        ),
      ),
      atLeast(
        SURE_SETS,
        `${engine}, ${SHORT} s, most seeds: sets decided and right`,
        sets.map((one) => most(short.filter(({ set }) => set === one).map(isRight))),
      ),
      atLeast(sets.length, `${engine}, ${LONG} s: sets decided and right`, long.map(isRight)),
      none(`${engine}, ${SHORT} s: wrong verdicts`, short.map(isWrong)),
      none(`${engine}, ${LONG} s: wrong verdicts`, long.map(isWrong)),
      atLeast(
        FAR_SETS,
        `${engine}, ${LONG} s: sets whose scratch is measured at min(N/4, 2,000) images`,
        long.map(({ line }) => (line === null ? null : reachesFar(line))),
      ),
    ];
  });
}

/** Null: not in yet. */
function isRight({ line }) {
  return line === null ? null : judge(line) === 'right';
}

function isWrong({ line }) {
  return line === null ? null : judge(line) === 'wrong';
}

function most(answers) {
  const half = answers.length / 2;
  if (count(answers, true) > half) return true;
  return count(answers, true) + count(answers, null) > half ? null : false;
}

function atLeast(bar, name, answers) {
  const [reached, open] = [count(answers, true), count(answers, null)];
  const state = reached >= bar ? 'met' : reached + open < bar ? 'missed' : 'open';
  return { name, value: valueOf(reached, answers), bar: `≥ ${bar} of ${answers.length}`, state };
}

function none(name, answers) {
  const [found, open] = [count(answers, true), count(answers, null)];
  const state = found > 0 ? 'missed' : open > 0 ? 'open' : 'met';
  return { name, value: valueOf(found, answers), bar: '0', state };
}

function valueOf(found, answers) {
  const open = count(answers, null);
  return open === 0 ? String(found) : `${found}, ${open} open`;
}

function count(answers, wanted) {
  return answers.filter((answer) => answer === wanted).length;
}
