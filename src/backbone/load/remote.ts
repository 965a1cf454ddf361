import { InputError } from '../../problem.js';
import { cleanAddress } from './address.js';
import type { Connection } from './connection.js';
import { type Form, tfjsForm } from './model-format.js';

/** A model that is downloaded: where its files are and how it is spoken of. */
export interface Remote {
  /** Short, for reports. */
  name: string;
  form: Form;
  /** Address of the file that describes it. */
  json: URL;
  /** What messages call that file. */
  jsonFile: string;
  authorization: Connection['authorization'];
  /** Host name of the hub; null: not on one. */
  hub: string | null;
  refusal: Connection['refusal'];
  /** Once the description is there: `reached` is where it came from in the end, `commit` the hub's name for the version. */
  resolved: (reached: URL, commit: string | null) => Resolved;
}

export interface Resolved {
  /** What paths of weight files are relative to. */
  base: URL;
  /** For records, without secrets. */
  origin: string;
}

/** A model.json at an address, its weight files beside where it was found in the end. */
export function plainRemote(url: string, name = nameFrom(url)): Remote {
  return {
    name,
    form: tfjsForm(),
    json: new URL(url),
    jsonFile: cleanAddress(url),
    authorization: null,
    hub: null,
    refusal: (status, file) =>
      new InputError([
        {
          file: cleanAddress(file),
          message: `the server answers ${status}${status === 404 ? ': there is no such file' : ''}.`,
          remedy:
            'Check that the address of the model.json is whole, and that anyone may read it and its weight files.',
        },
      ]),
    resolved: (reached) => {
      const origin = cleanAddress(reached);
      return { base: new URL(origin), origin };
    },
  };
}

/** The folder of a model.json, which is where models carry their names; else the host. */
function nameFrom(url: string): string {
  const { pathname, hostname } = new URL(url);
  const folder = pathname.split('/').at(-2) ?? '';
  try {
    return decodeURIComponent(folder).replace(/\p{C}/gu, '').slice(0, 100) || hostname;
  } catch {
    return hostname;
  }
}
