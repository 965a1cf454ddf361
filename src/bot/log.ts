import { type Logger, pino } from 'pino';

/** A line of JSON an event. What is logged is chosen field by field: never a header, a payload, a token or a secret. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

export function openLog(): Log {
  return pino({
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
  });
}
