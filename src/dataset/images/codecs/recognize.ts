import { identifyBytes } from '../../files/unsupported-file.js';

/** What a file is by its first bytes, whatever its name. */
export type FileKind =
  | { decodable: 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp' | 'ppm'; width: number; height: number }
  | {
      refused: 'unsupported format' | 'not an image' | 'git lfs pointer' | 'empty' | 'corrupt';
      reason: string;
    };

const refuse = (refused: Exclude<FileKind, { decodable: string }>['refused'], reason: string): FileKind => ({
  refused,
  reason,
});

const CONVERT = 'Convert it to PNG or JPEG.';

/** Reads the format and the size from the header. */
export function recognizeImage(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return refuse('empty', 'The file is empty. Fetch or export it again.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, length: number) => String.fromCharCode(...bytes.subarray(from, from + length));
  try {
    if (text(0, 4) === '\x89PNG') return sized('png', view.getUint32(16), view.getUint32(20));
    if (text(0, 2) === '\xff\xd8') return jpegSize(view);
    if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return webpSize(view, text(12, 4));
    if (text(0, 3) === 'GIF') return sized('gif', view.getUint16(6, true), view.getUint16(8, true));
    if (text(0, 2) === 'BM') return bmpSize(view);
    if (/^P[1-3]\s/.test(text(0, 3)))
      return refuse('unsupported format', `This is a plain-text PPM. ${CONVERT}`);
    if (/^P[4-6]\s/.test(text(0, 3))) return ppmSize(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse('corrupt', 'The file ends within its header. Fetch or export it again.');
  }
  return refuseUnsupported(bytes);
}

function sized(
  decodable: 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp' | 'ppm',
  width: number,
  height: number,
): FileKind {
  if (width === 0 || height === 0) return refuse('corrupt', 'Its header gives a width or height of 0.');
  return { decodable, width, height };
}

/** The size is in the first start-of-frame segment. */
function jpegSize(view: DataView): FileKind {
  for (let at = 2; ;) {
    while (view.getUint8(at) !== 0xff) at++;
    while (view.getUint8(at) === 0xff) at++;
    const marker = view.getUint8(at);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return sized('jpeg', view.getUint16(at + 6), view.getUint16(at + 4));
    at += 1 + (marker >= 0xd0 && marker <= 0xd9 ? 0 : view.getUint16(at + 1));
  }
}

/** A flag of the extended format. */
const WEBP_ANIMATION = 2;

function webpSize(view: DataView, chunk: string): FileKind {
  if (chunk === 'VP8 ')
    return sized('webp', view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true);
    return sized('webp', (bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
  }
  if (view.getUint8(20) & WEBP_ANIMATION) {
    return refuse('unsupported format', 'This is an animated WebP. Export its first frame.');
  }
  const uint24 = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  return sized('webp', uint24(24) + 1, uint24(27) + 1);
}

const OS2_HEADER_BYTES = 12;

function bmpSize(view: DataView): FileKind {
  return view.getUint32(14, true) === OS2_HEADER_BYTES
    ? refuse('unsupported format', `This is an OS/2 bitmap. ${CONVERT}`)
    : sized('bmp', Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true)));
}

function ppmSize(bytes: Uint8Array): FileKind {
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, 2000)).replace(/#[^\n\r]*/g, ' ');
  const match = /^P[4-6]\s+(\d{1,9})\s+(\d{1,9})(?:\s+(\d{1,9}))?/.exec(header);
  const isBitmap = header.startsWith('P4');
  if (match === null) return refuse('corrupt', 'Its PPM header has no width and height.');
  if (Number(match[3]) === 0 && !isBitmap) {
    return refuse('corrupt', 'Its PPM header gives a maximum value of 0. Export it again.');
  }
  return sized('ppm', Number(match[1]), Number(match[2]));
}

/** What to do with a file, by what it is or else by its kind. */
const REMEDIES: Readonly<Partial<Record<string, string>>> = {
  'a DICOM file': 'Export it as PNG, with one window for all images.',
  'a video': 'Extract frames, and put those of one video into one group.',
  'a web page': 'It may have been saved in place of a download. Fetch the image again.',
  image: CONVERT,
  archive: 'Unpack it.',
  'lfs pointer': 'Run "git lfs pull", or check out with lfs: true.',
};
const REMOVE = 'Remove it from the dataset.';

function refuseUnsupported(bytes: Uint8Array): FileKind {
  const file = identifyBytes(bytes);
  if (file !== null) {
    const remedy = REMEDIES[file.what] ?? REMEDIES[file.kind] ?? REMOVE;
    const refused =
      file.kind === 'image'
        ? 'unsupported format'
        : file.kind === 'lfs pointer'
          ? 'git lfs pointer'
          : 'not an image';
    return refuse(refused, `This is ${file.what}. ${remedy}`);
  }
  if (bytes.subarray(0, 1024).every((byte) => byte === 0)) {
    return refuse('corrupt', 'The file holds only zeros. Fetch or export it again.');
  }
  return refuse('not an image', `It is not in a known image format. ${REMOVE}`);
}
