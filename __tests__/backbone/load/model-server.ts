import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A layers model of two groups, the first in two files. All bytes differ, so that a wrong order is noticed. */
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
  JSON.stringify({ modelTopology: null, weightsManifest });

/** A local file server that records its requests. */
export class ModelServer {
  readonly files = new Map<string, Handler | Buffer | string>();
  readonly asked: { path: string; authorization: string | undefined }[] = [];
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
    this.asked.push({ path, authorization: request.headers.authorization });
    const file = this.files.get(path);
    if (typeof file === 'function') file(request, response);
    else if (file === undefined) response.writeHead(404).end();
    else this.send(response, Buffer.from(file));
  }

  send(response: ServerResponse, bytes: Buffer): void {
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  }
}

/** Sends the first `at` bytes of a file and breaks the connection; later requests get all of it. */
export function broken(bytes: Buffer, at: number, times = 1): Handler {
  let left = times;
  return (request, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    if (left-- <= 0) response.end(bytes);
    else response.write(bytes.subarray(0, at), () => setTimeout(() => request.socket.destroy(), 20));
  };
}

/** Answers with these statuses in turn, then with the file. */
export function failing(server: ModelServer, bytes: Buffer | string, ...statuses: number[]): Handler {
  const left = [...statuses];
  return (_, response) => {
    const status = left.shift();
    if (status === undefined) server.send(response, Buffer.from(bytes));
    else response.writeHead(status).end();
  };
}

export const redirect =
  (location: string, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    void response.writeHead(302, { location, ...headers }).end();
