import { execFile, type ExecFileException } from 'node:child_process';
import { childEnvironment } from './child-environment.js';

/** The version of TensorFlow that answered, or in one sentence why none does. */
export type Trial = { version: string } | { failure: string };

const SECONDS = 60;

/** Loads the addon and adds one and one. Plain text for `node --eval`: the bundle has no file that could be run. */
const SUM = `
const addon = require(process.argv[1]);
const one = addon.createTensor([1], addon.TF_FLOAT, new Float32Array([1]));
const type = { name: 'T', type: addon.TF_ATTR_TYPE, value: addon.TF_FLOAT };
const [sum] = addon.executeOp('AddV2', [type], [one, one], 1);
if (addon.tensorDataSync(sum.id)[0] !== 2) throw new Error('one and one do not make two');
process.stdout.write(addon.TF_Version);
`;

/**
 * Tries the native addon in a process of its own, because a library that is broken or made for another CPU may end
 * the process that loads it.
 */
export function tryAddon(file: string): Promise<Trial> {
  const env = { ...childEnvironment(), TF_CPP_MIN_LOG_LEVEL: '2' };
  const options = { env, timeout: 1000 * SECONDS, encoding: 'utf8' } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--eval', SUM, file], options, (error, stdout, stderr) =>
      resolve(error === null ? { version: stdout } : { failure: failureOf(error, stderr) }),
    );
  });
}

function failureOf({ signal, killed, code }: ExecFileException, stderr: string): string {
  if (killed === true) return `Its native addon does not answer within ${SECONDS} s.`;
  if (typeof signal === 'string') return `Its native addon ends the process that loads it (${signal}).`;
  const line = /^\w*Error: (.*)$/m.exec(stderr)?.[1] ?? `exit code ${code ?? 'unknown'}`;
  return `Its native addon does not load: ${line}.`;
}
