import type { InputError } from '../../problem.js';

/** A model on Hugging Face's hub. */
export interface HubSource {
  kind: 'huggingface';
  owner: string;
  model: string;
  /** Branch, tag or commit; null: the default branch. */
  revision: string | null;
  /** Folders of the repository that lead to the model. */
  folder: string[];
  /** The `.json` or `.safetensors` file that is named; null: a model.json, else a model.safetensors. */
  file: string | null;
}

const FORM = /^hf:\/\/([^/@]+)\/([^/@]+)(?:@(refs\/(?:pr|convert)\/[^/]+|[^/]+))?(?:\/(.*))?$/i;
const NAME = /^[a-z0-9_][a-z0-9._-]{0,95}$/i;
const SEGMENT = /^[^\\?#%:\p{C}]{1,200}$/u;
const REMEDY =
  'Write hf://owner/model, with @revision for a branch, tag or commit, and /folder where the model is not at the top.';

/**
 * Reads `hf://owner/model[@revision][/folder]`; the last part may also be the `.json` or `.safetensors` file itself.
 * @throws what `refused` makes of one sentence and a remedy.
 */
export function hubSource(text: string, refused: (message: string, remedy: string) => InputError): HubSource {
  const parts: readonly (string | undefined)[] = FORM.exec(text) ?? [];
  const [, owner = '', model = '', revision, rest = ''] = parts;
  const names = [owner, model, ...(revision?.split('/') ?? [])];
  const path = rest.split('/').filter((segment) => segment !== '');
  if (
    !names.every((name) => NAME.test(name) && !name.includes('..')) ||
    !path.every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..')
  ) {
    throw refused('The backbone is no model of Hugging Face that can be read.', REMEDY);
  }
  if (/^(datasets|spaces|models)$/i.test(owner)) {
    throw refused(`hf://${owner}/… is not read: only models are.`, REMEDY);
  }
  const isFile = /\.(?:json|safetensors)$/i.test(path.at(-1) ?? '');
  return {
    kind: 'huggingface',
    owner,
    model,
    revision: revision ?? null,
    folder: isFile ? path.slice(0, -1) : path,
    file: isFile ? path.at(-1)! : null,
  };
}
