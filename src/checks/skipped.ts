import type { Skipped } from '../dataset/list/skipped.js';
import { evidence, plural, type Check } from './check.js';

const SAID: Record<Skipped['reason'], { one: string; many: string; remedy: string }> = {
  'no image ending': {
    one: 'file in the class folders is an image without an image’s ending',
    many: 'files in the class folders are images without an image’s ending',
    remedy: 'Give such files an ending, for example .jpg.',
  },
  'beside the class folders': {
    one: 'image lies beside the class folders',
    many: 'images lie beside the class folders',
    remedy: 'Put loose images into the folder of their class.',
  },
  'a thumbnail': {
    one: 'image lies in a folder of thumbnails',
    many: 'images lie in folders of thumbnails',
    remedy: 'Delete folders of thumbnails, or rename them where the images are to be used.',
  },
  'no images in it': {
    one: 'folder holds no images',
    many: 'folders hold no images',
    remedy: 'Add images to the folders that are classes.',
  },
};
const REASONS = Object.keys(SAID) as Skipped['reason'][];

/** What lies among class folders and is in no class; folders of other things are told of, but are no reason to worry. */
export const skippedFiles: Check = ({ dataset: { skipped } }) => {
  if (skipped.length === 0) return null;
  const there = REASONS.map((reason) => ({
    ...SAID[reason],
    paths: skipped.filter((each) => each.reason === reason),
  })).filter(({ paths }) => paths.length > 0);
  const said = there.map(({ paths, one, many }) => plural(paths.length, one, many));
  return {
    id: 'skipped',
    severity: skipped.some(({ reason }) => reason !== 'no images in it') ? 'warning' : 'info',
    effect: 'informs',
    message: `${said.join(', ')}: left out.`,
    remedy: there.map(({ remedy }) => remedy).join(' '),
    count: skipped.length,
    evidence: evidence(there.flatMap(({ paths }) => paths.map(({ path, reason }) => `${path}: ${reason}`))),
  };
};
