/** Secrets that child processes do not need. */
const SECRETS = /TOKEN|SECRET|PASSWORD|^INPUT_|^ACTIONS_/i;

/** The environment for worker processes, compilers and third-party libraries: without secrets. */
export function childEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !SECRETS.test(name)));
}

/** TensorFlow's settings; without them it would start a thread per core in every process. */
export function tensorflowEnvironment(threads: number): Record<string, string> {
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    OMP_NUM_THREADS: String(threads),
    TF_CPP_MIN_LOG_LEVEL: '2',
  };
}
