/** Secrets that a child process has no use for. */
const WITHHELD = /TOKEN|SECRET|PASSWORD|^INPUT_|^ACTIONS_/i;

/** The environment that worker processes, compilers and foreign libraries get. */
export function childEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !WITHHELD.test(name)));
}
