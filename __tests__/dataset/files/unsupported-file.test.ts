import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readDatasets } from '../../../src/dataset/read-datasets.js';
import { readJsonFile } from '../../../src/dataset/files/read-file.js';
import { identifyUnsupportedFile } from '../../../src/dataset/files/unsupported-file.js';

const images = join(import.meta.dirname, '../../fixtures/images');

function fileWith(name: string, content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'other-')), name);
  writeFileSync(path, Buffer.from(content, 'latin1'));
  return path;
}

/** Name, how it begins, and what it is. */
const files: [string, string, string][] = [
  ['a.jpg', '\xff\xd8\xff\xe0\0\x10JFIF', 'a JPEG image'],
  ['a.dat', '\xff\xd8\xff\xe1', 'a JPEG image'],
  ['a.png', '\x89PNG\r\n\x1a\n', 'a PNG image'],
  ['a.gif', 'GIF89a\x01\0', 'a GIF image'],
  ['a.webp', 'RIFF\x10\0\0\0WEBPVP8 ', 'a WebP image'],
  ['a.bmp', 'BM\x46\0\0\0\0\0\0\0\x36\0', 'a BMP image'],
  ['a.tif', 'II*\0\x08\0\0\0', 'a TIFF image'],
  ['a.tiff', 'MM\0*\0\0\0\x08', 'a TIFF image'],
  ['a.ppm', 'P6\n# made\n2 2\n255\n', 'a PPM image'],
  ['a.heic', '\0\0\0\x18ftypheic', 'a HEIC image'],
  ['a.avif', '\0\0\0\x18ftypavif', 'an AVIF image'],
  ['a.svg', '<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="x">', 'an SVG drawing'],
  ['a.zip', 'PK\x03\x04\x14\0', 'a ZIP archive'],
  ['a.tar', `${'x'.padEnd(257, '\0')}ustar\x0000`, 'a tar archive'],
  ['a.tar.gz', '\x1f\x8b\x08\0', 'a gzip archive'],
  ['a.7z', '7z\xbc\xaf\x27\x1c', 'a 7z archive'],
  ['a.rar', 'Rar!\x1a\x07\0', 'a RAR archive'],
  ['a.pdf', '%PDF-1.7\n', 'a PDF'],
  ['a.xlsx', 'PK\x03\x04\x14\0', 'a spreadsheet'],
  ['a.xls', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'a spreadsheet'],
  ['a.docx', 'PK\x03\x04\x14\0', 'an Office document'],
  ['a.pt', 'PK\x03\x04\0\0', 'a model'],
  ['a.pth', '\x80\x02\x8a\x0al\xfc', 'a model'],
  ['a.onnx', '\x08\x07\x12\0', 'a model'],
  ['a.safetensors', '\x10\0\0\0\0\0\0\0{"a":{}}', 'a model in safetensors'],
  ['a.tflite', '\x1c\0\0\0TFL3', 'a TensorFlow Lite model'],
  ['model.json', '{"format":"layers-model","modelTopology":{}}', 'a TensorFlow.js model'],
  ['a.h5', '\x89HDF\r\n\x1a\n', 'an HDF5 file'],
  ['a.keras', 'PK\x03\x04\0\0', 'a model'],
  ['a.pkl', '\x80\x04\x95', 'a Python pickle'],
  ['a.npy', '\x93NUMPY\x01\0', 'a NumPy array'],
  ['a.parquet', 'PAR1\x15\x04', 'a Parquet file'],
  ['a.mp4', '\0\0\0\x18ftypisom', 'a video'],
  ['a.wav', 'RIFF\x24\0\0\0WAVEfmt ', 'a sound file'],
  ['report.json', '{\n  "schema": "headstart/report/v1"', 'a report that Headstart wrote'],
  ['recipe.json', '{\n  "schema": "headstart/recipe/v1"', 'a file that Headstart wrote'],
  ['a', '\x7fELF\x02\x01\x01\0', 'a binary file'],
];

describe('identifyUnsupportedFile', () => {
  it.each(files)('knows %s', (name, content, what) => {
    expect(identifyUnsupportedFile(fileWith(name, content))?.what).toBe(what);
  });

  it('knows every image that the decoder is tested with', () => {
    const names = readdirSync(images).filter((name) => name !== 'expected.json');
    expect(names.filter((name) => identifyUnsupportedFile(join(images, name)) === null)).toEqual([]);
  });

  it.each([
    ['dataset.yaml', 'schema: headstart/v1\npath: .\n'],
    ['dataset.json', '{ "schema": "headstart/v1" }'],
    ['labels.csv', 'image,label\na.png,cat\n'],
    ['labels.xlsx', 'image,label\na.png,cat\n'],
    ['a.pb', 'text'],
    ['grüße.yaml', 'name: Gr\xc3\xbc\xc3\x9fe'],
    ['utf16.yaml', '\xff\xfes\0c\0h\0'],
    ['latin1.csv', 'image,label\na.png,Stra\xdfe\n'],
    ['empty', ''],
  ])('leaves %s to its reader', (name, content) => {
    expect(identifyUnsupportedFile(fileWith(name, content))).toBeNull();
  });

  it('leaves what is not there, and folders, to their readers', () => {
    expect(identifyUnsupportedFile(join(tmpdir(), 'nowhere-at-all'))).toBeNull();
    expect(identifyUnsupportedFile(tmpdir())).toBeNull();
  });
});

describe('an unsupported file', () => {
  const refusal = async (promise: Promise<unknown>) =>
    promise.then(
      () => '',
      (error: unknown) => (error as Error).message,
    );

  it.each(files)(
    '%s is named as what it is where a dataset or a manifest belongs',
    async (name, content, what) => {
      const path = fileWith(name, content);
      expect(await refusal(readDatasets(path, { cwd: '/' }))).toContain(`: is ${what}, not a dataset. `);
      expect(await refusal(readDatasets(images, { cwd: '/', manifest: path }))).toContain(
        `: is ${what}, not a manifest. `,
      );
    },
  );

  it.each([
    ['a.jpg', 'folder of images'],
    ['a.zip', 'Unpack it'],
    ['a.safetensors', 'backbone'],
    ['a.xlsx', 'CSV'],
    ['report.json', 'headstart render'],
    ['a.pdf', 'a table'],
  ])('%s comes with what to name instead', async (name, remedy) => {
    const [, content] = files.find((file) => file[0] === name)!;
    expect(await refusal(readDatasets(fileWith(name, content), { cwd: '/' }))).toContain(remedy);
  });

  it('is named as what it is also when it is larger than any manifest', async () => {
    const path = fileWith('large.jpg', `\xff\xd8\xff${'\x12'.repeat(3 * 2 ** 20)}`);
    expect(await refusal(readDatasets(path, { cwd: '/' }))).toContain('is a JPEG image');
  });

  it.each(['a.xlsx', 'a.jpg', 'a.tar'])('%s is named where a manifest names a table', async (name) => {
    const [, content, what] = files.find((file) => file[0] === name)!;
    const table = fileWith(name, content);
    const manifest = join(table, '../dataset.yaml');
    writeFileSync(manifest, `schema: headstart/v1\nlabels: { file: ${name} }\n`);
    expect(await refusal(readDatasets(manifest, { cwd: '/' }))).toContain(`is ${what}, not a table.`);
  });

  it('is named where JSON belongs', () => {
    const read = (name: string, content: string) => () =>
      readJsonFile(fileWith(name, content), '/', 'Give a report.json.');
    expect(read('a.jpg', '\xff\xd8\xff')).toThrow(/is a JPEG image, not JSON\. Give a report\.json\./);
    expect(read('a.zip', 'PK\x03\x04')).toThrow(/is a ZIP archive, not JSON\./);
    expect(read('a.json', '{')).toThrow(/cannot be read as JSON \(/);
    expect(() => readJsonFile('nowhere.json', '/', 'Give one.')).toThrow(/does not exist\. Give one\./);
    expect(() => readJsonFile('.', '/', 'Give one.')).toThrow(/is a folder, not a JSON file\./);
  });

  (process.platform === 'win32' ? it.skip : it)(
    'is not waited for where it is a pipe (not on Windows)',
    () => {
      const pipe = join(mkdtempSync(join(tmpdir(), 'other-')), 'pipe');
      execFileSync('mkfifo', [pipe]);
      expect(identifyUnsupportedFile(pipe)).toBeNull();
    },
  );
});
