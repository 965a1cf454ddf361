import { expect, it } from '@jest/globals';
import { renderComment } from '../../../src/report/render/comment.js';
import { asBefore, notUnderway, underwayComment } from '../../../src/report/render/underway.js';
import { aContext, aReport } from '../fixture.js';

const comment = renderComment(aReport(), aContext);
const underway = underwayComment(comment, aContext.key, { headSha: 'f'.repeat(40), progress: null });

it('is as before when the result comes in another comment', () => {
  expect(underway).toContain('`fffffff` is being measured');
  expect(asBefore(underway)).toBe(comment);
  expect(asBefore(comment)).toBe(comment);
});

it('says that nothing is under way any more after a run that had no result', () => {
  expect(notUnderway(underway, 'f'.repeat(40))).toContain('Measuring `fffffff` ended without a result.');
  expect(notUnderway(comment, 'f'.repeat(40))).toBe(comment);
  // A newer run has the line by now.
  expect(notUnderway(underway, 'e'.repeat(40))).toBe(underway);
});
