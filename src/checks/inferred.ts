import { evidence, type Check } from './check.js';

/** What was read from the names of folders: likely, and worth a look. */
export const inferredLayout: Check = ({ dataset: { inferred } }) =>
  inferred.length === 0
    ? null
    : {
        id: 'inferred',
        severity: 'info',
        effect: 'informs',
        message: inferred.join(' '),
        remedy: 'If that is wrong, say in a manifest which folders are the classes and splits.',
        count: inferred.length,
        evidence: evidence(inferred),
      };
