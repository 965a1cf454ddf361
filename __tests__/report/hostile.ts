import type { Report } from '../../src/report/model.js';
import { aReport } from './fixture.js';

/** What people may put into names of files and classes and into manifests. */
export const injections: readonly string[] = [
  'a|b|c',
  'a\\|b',
  'trailing\\',
  '`code` `',
  '``` \n# heading',
  '<img src=x onerror=alert(1)>',
  '</details></td><script>alert(1)</script>',
  '<!-- headstart:report key=other schema=1 -->',
  '-->',
  '@octocat please merge',
  'see #12 and GH-34 and octo-org/shapes#56',
  'costs $5 or $x^2$',
  '$`x`$',
  '[click](https://example.com/evil)',
  '![](https://example.com/pixel.png)',
  'https://example.com/phish www.example.com mail@example.com',
  '*bold* _em_ ~~gone~~ ~one~',
  'line\nbreak\r\n\r\n- list',
  '- [ ] task',
  '1. first',
  '# title',
  '---',
  '&lt;b&gt; &#64;octocat',
  ':tada: :rocket:',
  '"; line "x" [1]\n```',
  '\u202egnp.exe \u0000\u001b[2J',
  '',
  '   ',
  'é'.repeat(5000),
  '👩‍🔬/データ/ñ.png',
];

/** The report with the text at every place that a repository or a hostile report can fill. */
export function reportSaying(text: string): Report {
  const report = aReport();
  const say = <T>(value: T): T =>
    typeof value === 'string' ? (text as T) : Array.isArray(value) ? (value.map(say) as T) : value;
  return {
    ...report,
    statusReason: text,
    createdAt: text,
    verdict: {
      ...report.verdict!,
      reasons: say(report.verdict!.reasons),
      nextExperiment: { ...report.verdict!.nextExperiment!, description: text },
    },
    strategies: report.strategies.map((strategy) => ({ ...strategy, variant: text })),
    scorecard: {
      ...report.scorecard!,
      data: { ...report.scorecard!.data, measured: text },
      overfitting: { ...report.scorecard!.overfitting, measured: text },
    },
    cost: { ...report.cost!, hardware: text, source: text },
    dataset: {
      ...report.dataset!,
      name: text,
      license: text,
      splits: { ...report.dataset!.splits, method: text },
    },
    classes: report.classes.map((result) => ({ ...result, name: text, confusedWith: text })),
    findings: report.findings.map((finding) => ({
      ...finding,
      message: text,
      remedy: text,
      evidence: [text, text, text, text],
    })),
    recipe: {
      ...report.recipe!,
      variant: text,
      backbone: text,
      notes: [text],
      stages: report.recipe!.stages.map((stage) => ({ ...stage, name: text, schedule: text })),
      optimizer: { ...report.recipe!.optimizer, name: text },
    },
    receipt: {
      ...report.receipt!,
      versions: { [text]: text },
      engine: { ...report.receipt!.engine, name: text, reason: text },
      backbone: { name: text, sha256: text, data: text },
      machine: { ...report.receipt!.machine, cpu: text, os: text },
      effort: { [text]: report.receipt!.effort['frozen'] },
      trials: report.receipt!.trials.map((trial) => ({ ...trial, variant: text, error: text })),
    },
  };
}
