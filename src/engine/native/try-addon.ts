import { execFile, type ExecFileException } from 'node:child_process';
import { childEnvironment } from '../child-environment.js';

/** TensorFlow's version, or a one-sentence reason why the addon does not work. */
export type AddonTrial = { version: string } | { failure: string };

const TIMEOUT_SECONDS = 60;

/** Loads the addon and adds one and one; passed to `node --eval`, because the bundle has no such script. */
const ADDITION = `
const addon = require(process.argv[1]);
const one = addon.createTensor([1], addon.TF_FLOAT, new Float32Array([1]));
const type = { name: 'T', type: addon.TF_ATTR_TYPE, value: addon.TF_FLOAT };
const [sum] = addon.executeOp('AddV2', [type], [one, one], 1);
if (addon.tensorDataSync(sum.id)[0] !== 2) throw new Error('1 + 1 is not 2');
process.stdout.write(addon.TF_Version);
`;

/** Tries the addon in a separate process, because a broken or incompatible library may crash it. */
export function tryAddon(file: string): Promise<AddonTrial> {
  const env = { ...childEnvironment(), TF_CPP_MIN_LOG_LEVEL: '2' };
  const options = { env, timeout: 1000 * TIMEOUT_SECONDS, encoding: 'utf8' } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--eval', ADDITION, file], options, (error, stdout, stderr) =>
      resolve(error === null ? { version: stdout } : { failure: describeFailure(error, stderr) }),
    );
  });
}

function describeFailure({ signal, killed, code }: ExecFileException, stderr: string): string {
  if (killed === true) return `Its native addon does not respond within ${TIMEOUT_SECONDS} s.`;
  if (typeof signal === 'string') return `Its native addon crashes the process (${signal}).`;
  const line = /^\w*Error: (.*)$/m.exec(stderr)?.[1] ?? `exit code ${code ?? 'unknown'}`;
  return `Its native addon does not load: ${line}.`;
}
