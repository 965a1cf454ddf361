import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeImage, readImageFile, UnreadableImage } from '../../../src/dataset/images/decode.js';
import { folderWith } from '../../fixtures/folder-with.js';

const images = join(import.meta.dirname, '../../fixtures/images');
const expected = JSON.parse(readFileSync(join(images, 'expected.json'), 'utf8')) as Record<string, number[]>;
const options = { size: 32, channels: 'colour', exif: true } as const;
const fixture = (name: string) => readFileSync(join(images, name));

async function refusal(bytes: Uint8Array): Promise<UnreadableImage> {
  const error: unknown = await decodeImage(bytes, options).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UnreadableImage)) throw new Error('It was decoded.');
  return error;
}

describe('decodeImage', () => {
  // Decoders differ in rounding, lossy ones in their inverse transforms; a turn or a swapped channel is off by far more.
  it.each(Object.keys(expected))('reads %s as Pillow does', async (name) => {
    const pixels = await decodeImage(fixture(name), options);
    const [spots, mean] = [expected[name].slice(0, 5), expected[name][5]];
    const places = [[4, 4, 0], [4, 4, 1], [8, 24, 2], [16, 16, 0], [28, 8, 1]]; // prettier-ignore
    const seen = places.map(([y, x, channel]) => pixels[(y * 32 + x) * 3 + channel]);
    seen.forEach((value, i) => expect(Math.abs(value - spots[i])).toBeLessThan(10));
    const average = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    expect(Math.abs(average - mean)).toBeLessThan(1.5);
  });

  it('leaves EXIF orientation alone when asked to', async () => {
    const upright = await decodeImage(fixture('exif-1.jpg'), options);
    const asStored = await decodeImage(fixture('exif-6.jpg'), { ...options, exif: false });
    expect(asStored).toEqual(upright);
  });

  it('drops colour when asked to', async () => {
    const pixels = await decodeImage(fixture('rgb.png'), { ...options, channels: 'grey' });
    expect(pixels.every((value, i) => value === pixels[i - (i % 3)])).toBe(true);
  });

  const huge = Buffer.from(fixture('rgb.png'));
  huge.writeUInt32BE(60_000, 16);
  huge.writeUInt32BE(60_000, 20);
  it.each<[string, Uint8Array, string, RegExp]>([
    ['a 60,000 × 60,000 PNG header', huge, 'too large', /60000 × 60000 pixels.*Scale it down/],
    ['an empty file', new Uint8Array(), 'empty', /empty/],
    [
      'a zip of zeros',
      Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(1000)]),
      'not an image',
      /ZIP archive. Unpack it/,
    ],
    ['zeros', Buffer.alloc(5000), 'corrupt', /only zeros/],
    [
      'an LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n'),
      'git lfs pointer',
      /git lfs pull/,
    ],
    [
      'an animated WebP',
      Buffer.from('RIFF\x2e\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x1f\0\0\x1f\0\0ANIM', 'latin1'),
      'unsupported format',
      /animated WebP. Export its first frame/,
    ],
    [
      'a PPM without brightness',
      Buffer.concat([Buffer.from('P6 2 2 0\n'), Buffer.alloc(12)]),
      'corrupt',
      /maximum value of 0/,
    ],
    [
      'an OS/2 bitmap',
      Buffer.from('BM\x3a\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\x02\0\x02\0\x01\0\x18\0', 'latin1'),
      'unsupported format',
      /OS\/2 bitmap. Convert it to PNG or JPEG/,
    ],
    [
      'a plain-text PPM',
      Buffer.from('P3\n1 1\n255\n9 9 9\n'),
      'unsupported format',
      /plain-text PPM. Convert it/,
    ],
    ['a TIFF', Buffer.from('II*\0aaaaaaaaaaaa'), 'unsupported format', /TIFF.* Convert it to PNG or JPEG/],
    ['a HEIC', Buffer.from('\0\0\0\x18ftypheic0000'), 'unsupported format', /HEIC/],
    ['an AVIF', Buffer.from('\0\0\0\x18ftypavif0000'), 'unsupported format', /AVIF/],
    [
      'a DICOM',
      Buffer.concat([Buffer.alloc(128, 1), Buffer.from('DICMxxxx')]),
      'unsupported format',
      /DICOM.*Export/,
    ],
    ['a web page', Buffer.from('<!DOCTYPE html><html>'), 'not an image', /web page/],
    ['a drawing', Buffer.from('<svg xmlns="x">'), 'unsupported format', /SVG/],
    ['text', Buffer.from('hello, I am a label'), 'not an image', /Remove it/],
    ['half a JPEG', fixture('baseline.jpg').subarray(0, 900), 'corrupt', /damaged or cut short/],
    ['half a PNG', fixture('rgb.png').subarray(0, 400), 'corrupt', /damaged or cut short/],
    ['half a WebP', fixture('lossy.webp').subarray(0, 400), 'corrupt', /damaged or cut short/],
    ['half a BMP', fixture('palette-8.bmp').subarray(0, 700), 'corrupt', /damaged or cut short/],
    ['half a run-length BMP', fixture('rle-8.bmp').subarray(0, 700), 'corrupt', /damaged or cut short/],
    ['half a PPM', fixture('photo.ppm').subarray(0, 900), 'corrupt', /damaged or cut short/],
  ])('refuses %s and says what to do', async (_, bytes, kind, reason) => {
    const error = await refusal(bytes);
    expect(error.kind).toBe(kind);
    expect(error.reason).toMatch(reason);
  });

  it('goes on decoding after a damaged JPEG', async () => {
    const before = await decodeImage(fixture('baseline.jpg'), options);
    await refusal(fixture('baseline.jpg').subarray(0, 700));
    expect(await decodeImage(fixture('baseline.jpg'), options)).toEqual(before);
  });

  it('throws nothing but UnreadableImage, whatever the bytes', async () => {
    const names = [
      'baseline.jpg',
      'rgb.png',
      'palette.png',
      'lossy.webp',
      'photo.bmp',
      'palette-4.bmp',
      'rle-8.bmp',
      'sixteen-bit.bmp',
      'photo.ppm',
      'first-frame.gif',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(),
        fc.nat(255),
        fc.nat(),
        async (name, at, value, cut) => {
          const bytes = Uint8Array.from(fixture(name));
          bytes[at % bytes.length] = value;
          const kept = bytes.subarray(0, 1 + (cut % bytes.length));
          try {
            expect(await decodeImage(kept, options)).toHaveLength(32 * 32 * 3);
          } catch (error) {
            expect(error).toBeInstanceOf(UnreadableImage);
          }
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });
});

describe('readImageFile', () => {
  const folder = folderWith({});
  const root = join(folder, 'set');
  mkdirSync(root);
  writeFileSync(join(folder, 'secret.png'), fixture('rgb.png'));
  symlinkSync(join(folder, 'secret.png'), join(root, 'link.png'));
  writeFileSync(join(root, 'żółć 🙂.png'), fixture('rgb.png'));

  it('reads any Unicode name, and names the content', async () => {
    const { bytes, sha256 } = await readImageFile(root, 'żółć 🙂.png');
    expect(bytes).toEqual(fixture('rgb.png'));
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('follows no link out of the dataset', async () => {
    await expect(readImageFile(root, 'link.png')).rejects.toMatchObject({
      reason: expect.stringMatching(/leaves the dataset/),
    });
  });

  // Root may read anything.
  (process.getuid?.() === 0 ? it.skip : it)(
    'names a file that may not be read (not as root, who may read all)',
    async () => {
      writeFileSync(join(root, 'private.png'), fixture('rgb.png'), { mode: 0 });
      await expect(readImageFile(root, 'private.png')).rejects.toMatchObject({
        kind: 'missing',
        reason: expect.stringMatching(/permissions/),
      });
    },
  );

  it('names a file that has gone', async () => {
    await expect(readImageFile(root, 'gone.png')).rejects.toMatchObject({ kind: 'missing' });
  });
});
