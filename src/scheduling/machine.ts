import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';

/** Kept equal to package.json by a test. */
export const VERSION = '0.1.0';

/** One per core, within the CPU limit of a container (cgroup v2). */
export function workerCount(): number {
  return Math.max(1, Math.min(availableParallelism(), cgroupCores() ?? Infinity));
}

function cgroupCores(): number | null {
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').trim().split(' ');
    return quota === 'max' ? null : Math.max(1, Math.floor(Number(quota) / Number(period)));
  } catch {
    return null;
  }
}

/** The machine of a run. */
export interface MachineFacts {
  /** @maxLength 200 */
  cpu: string;
  cores: number;
  memoryGb: number;
  /** @maxLength 200 */
  os: string;
  /** @maxLength 100 */
  node: string;
}

export function machineFacts(): MachineFacts {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: workerCount(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${platform()} ${release()}`,
    node: process.version,
  };
}

export function programVersions(): Record<string, string> {
  return { headstart: VERSION, node: process.version };
}
