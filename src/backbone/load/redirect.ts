import { InputError } from '../../problem.js';
import { cleanAddress } from './address.js';

/** Which other hosts a download may be sent to. */
export interface Trust {
  /** What comes is checked against a hash, so it does not matter who gives it. */
  pinned: boolean;
  /** Host name of the hub that the user named; null: the source is not on a hub. */
  hub: string | null;
}

/** Hosts of Hugging Face and of its network for large files. */
const HUGGING_FACE = /(^|\.)(huggingface\.co|hf\.co)$/;

/**
 * Where a redirect leads.
 * @throws InputError when it leads nowhere, from https to http, or to a host that is not trusted.
 */
export function redirectTarget(from: URL, location: string | undefined, trust: Trust): URL {
  const refused = (message: string, remedy: string) =>
    new InputError([{ file: cleanAddress(from), message, remedy }]);
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw refused('the server redirects to no address.', 'Write the final address of the model.json.');
  }
  const target = new URL(location, from);
  target.hash = '';
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && from.protocol === 'http:')) {
    throw refused(
      `the server redirects from ${from.protocol}// to ${target.protocol}//, which is not followed.`,
      'Write the final address of the model.json.',
    );
  }
  if (target.hostname !== from.hostname && !trusted(from, target, trust)) {
    throw refused(
      `${from.hostname} redirects to another host, ${target.hostname}, and no hash says what is expected.`,
      `Give the hash (backbone-sha256), or write the final address if you trust it: ${cleanAddress(target)}`,
    );
  }
  return target;
}

function trusted(from: URL, target: URL, { pinned, hub }: Trust): boolean {
  const ofHub = ({ hostname }: URL) => hostname === hub || HUGGING_FACE.test(hostname);
  return pinned || (ofHub(from) && ofHub(target));
}
