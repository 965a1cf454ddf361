import { InputError } from '../../problem.js';
import { cleanAddress } from './address.js';
import { type Form, safetensorsForm, tfjsForm } from './model-format.js';
import type { HubSource } from './hub-source.js';
import type { Remote } from './remote.js';

const NEEDED =
  'TF.js layers models are read, a model.json with modelTopology and weightsManifest and its weight files beside it, and MobileNetV1 as model.safetensors with its config.json; name their folder with hf://owner/model/folder.';

/** The hub has no file of that name there. */
export class NoSuchFile extends InputError {}

/** In what forms the model may be there, the likelier first. */
export function hubForms({ file }: HubSource): [Form, ...Form[]] {
  if (file === null) return [tfjsForm(), safetensorsForm()];
  return [file.toLowerCase().endsWith('.json') ? tfjsForm(file) : safetensorsForm(file)];
}

/**
 * A model on Hugging Face's hub, or on a mirror that HF_ENDPOINT names; HF_TOKEN is sent there and nowhere else.
 *
 * The hub's documented addresses are enough for whole files, and `@huggingface/hub` would bring chunked transfers, two
 * more packages and a second downloader whose bounds are not ours.
 *
 * @throws InputError when HF_ENDPOINT is no address or HF_TOKEN is no token.
 */
export function hubRemote(
  source: HubSource,
  environment: NodeJS.ProcessEnv,
  form = hubForms(source)[0],
): Remote {
  const { owner, model, revision, folder } = source;
  const endpoint = endpointOf(environment['HF_ENDPOINT']?.trim());
  const token = tokenOf(environment['HF_TOKEN']?.trim());
  const shown = (at: string | null) => `hf://${owner}/${model}${at === null ? '' : `@${at}`}`;
  const address = (at: string, path: readonly string[]) =>
    new URL([owner, model, 'resolve', at, ...path].map(encodeURIComponent).join('/'), endpoint);
  const json = address(revision ?? 'main', [...folder, form.json]);
  const jsonFile = [shown(revision), ...folder, form.json].join('/');
  return {
    name: `${owner}/${model}`,
    form,
    json,
    jsonFile,
    authorization: token === null ? null : { origin: endpoint.origin, value: `Bearer ${token}` },
    hub: endpoint.hostname,
    refusal: (status, url, code) =>
      refusal(status, {
        code,
        at: jsonFile,
        isJson: url.href === json.href,
        page: `${cleanAddress(endpoint)}${owner}/${model}`,
        file: cleanAddress(url),
      }),
    resolved: (_, commit) => {
      const version = commit ?? revision ?? 'main';
      return {
        base: address(version, [...folder, '']),
        origin: [shown(version), ...folder].join('/'),
      };
    },
  };
}

interface Refused {
  /** The hub's word for what is wrong. */
  code: string | null;
  /** What the user asked for. */
  at: string;
  /** Address that people open. */
  page: string;
  /** Address of the file that was refused. */
  file: string;
  /** Whether that file is the one that describes the model. */
  isJson: boolean;
}

function refusal(status: number, { code, at, page, file, isJson }: Refused): InputError {
  const problem = (message: string, remedy: string) => new InputError([{ file: at, message, remedy }]);
  if (code === 'GatedRepo') {
    return problem(
      `the server answers ${status}: the model is gated.`,
      `Accept its terms on ${page} and set HF_TOKEN to a token of that account.`,
    );
  }
  if (status === 401 || status === 403) {
    return problem(
      `the server answers ${status}: there is no such model, or it is private or gated.`,
      `Check the name; for a private model set HF_TOKEN to a token that may read it, for a gated one accept its terms on ${page} too.`,
    );
  }
  if (status === 404) {
    const what =
      code === 'RevisionNotFound'
        ? 'there is no such revision'
        : code === 'EntryNotFound'
          ? `the model has no such file (${file})`
          : `there is no such model or revision, or the model has no such file (${file})`;
    const Kind = isJson && code !== 'RevisionNotFound' ? NoSuchFile : InputError;
    return new Kind([{ file: at, message: `the server answers 404: ${what}.`, remedy: NEEDED }]);
  }
  return problem(`the server answers ${status}.`, `See whether ${page} can be opened.`);
}

function endpointOf(text: string | undefined): URL {
  const written = text === undefined || text === '' ? 'https://huggingface.co' : text;
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') {
    throw new InputError([
      {
        file: '',
        message: 'The variable HF_ENDPOINT is no http or https address without a user.',
        remedy: 'Leave it out for https://huggingface.co.',
      },
    ]);
  }
  return new URL(`${cleanAddress(url).replace(/\/+$/, '')}/`);
}

function tokenOf(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new InputError([
      {
        file: '',
        message: 'The variable HF_TOKEN holds characters that no token has.',
        remedy: 'Set it anew; a token begins with hf_.',
      },
    ]);
  }
  return text;
}
