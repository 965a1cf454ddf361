import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A layers model of two groups, the first in two files; the bytes differ everywhere, so that a wrong join shows. */
export const BYTES = Buffer.from(
  Array.from({ length: 4000 }, (_, index) => (index * 31 + (index >> 8)) & 255),
);
export const SHARDS: readonly (readonly [string, Buffer])[] = [
  ['group1-shard1of2', BYTES.subarray(0, 1000)],
  ['group1-shard2of2', BYTES.subarray(1000, 1600)],
  ['deep/group2.bin', BYTES.subarray(1600)],
];
export const SHA256 = createHash('sha256').update(BYTES).digest('hex');

export function manifest(first: unknown[] = ['group1-shard1of2', 'group1-shard2of2']) {
  return [
    { paths: first, weights: [{ name: 'a', shape: [10, 40], dtype: 'float32' }] },
    {
      paths: ['deep/group2.bin'],
      weights: [
        { name: 'b', shape: [200], dtype: 'float32', quantization: { dtype: 'uint8', min: 0, scale: 1 } },
        { name: 'c', shape: [], dtype: 'int32' },
        { name: 'd', shape: [2, 549], dtype: 'float32', quantization: { dtype: 'uint16', min: 0, scale: 1 } },
      ],
    },
  ];
}

export const modelJson = (weightsManifest: unknown = manifest()): string =>
  JSON.stringify({ modelTopology: { model_config: {} }, weightsManifest });

/** A server of files on this machine that keeps what it was asked. */
export class ModelServer {
  readonly files = new Map<string, Handler | Buffer | string>();
  readonly asked: { path: string; range: string | undefined; authorization: string | undefined }[] = [];
  /** Answers to `Range`, with an ETag. */
  ranges = true;
  port = 0;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Puts the model into a folder of the server. */
  serve(folder: string, json = modelJson()): void {
    this.files.set(`${folder}/model.json`, json);
    for (const [path, bytes] of SHARDS) this.files.set(`${folder}/${path}`, bytes);
  }

  address(path: string, host = 'localhost'): string {
    return `http://${host}:${this.port}${path}`;
  }

  paths(): string[] {
    return this.asked.map(({ path }) => path);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://localhost').pathname);
    const { range, authorization } = request.headers;
    this.asked.push({ path, range, authorization });
    const file = this.files.get(path);
    if (typeof file === 'function') file(request, response);
    else if (file === undefined) response.writeHead(404).end();
    else this.send(request, response, Buffer.from(file));
  }

  /** A whole file, or the part of it that was asked for. */
  send(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
    const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
    const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.at(1) ?? Number.NaN);
    if (!this.ranges || Number.isNaN(first) || request.headers['if-range'] !== etag) {
      response
        .writeHead(200, { 'content-length': bytes.length, ...(this.ranges ? { etag } : {}) })
        .end(bytes);
      return;
    }
    const range = `bytes ${first}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { 'content-range': range, etag }).end(bytes.subarray(first));
  }
}

/** Sends the first bytes of a file, then breaks the connection; afterwards it is whole. */
export function broken(server: ModelServer, bytes: Buffer, at: number, times = 1): Handler {
  let left = times;
  return (request, response) => {
    if (left-- <= 0) {
      server.send(request, response, bytes);
      return;
    }
    const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
    response.writeHead(200, { 'content-length': bytes.length, ...(server.ranges ? { etag } : {}) });
    response.write(bytes.subarray(0, at), () => setTimeout(() => request.socket.destroy(), 20));
  };
}

/** Answers with statuses in turn, then with the file. */
export function failing(server: ModelServer, bytes: Buffer | string, ...statuses: number[]): Handler {
  const left = [...statuses];
  return (request, response) => {
    const status = left.shift();
    if (status === undefined) server.send(request, response, Buffer.from(bytes));
    else response.writeHead(status).end();
  };
}

export const redirect =
  (location: string, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    void response.writeHead(302, { location, ...headers }).end();
