/** What a file is by its first bytes; names and extensions are not asked. */
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

/** Recognises the format and reads the size from the header; decodes nothing. */
export function recognise(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return refuse('empty', 'The file is empty. Fetch or export it again.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, length: number) => String.fromCharCode(...bytes.subarray(from, from + length));
  try {
    if (text(0, 4) === '\x89PNG') return sized('png', view.getUint32(16), view.getUint32(20));
    if (text(0, 2) === '\xff\xd8') return jpegSize(view);
    if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return webpSize(view, text(12, 4));
    if (text(0, 3) === 'GIF') return sized('gif', view.getUint16(6, true), view.getUint16(8, true));
    if (text(0, 2) === 'BM') return bmpSize(view);
    if (/^P[1-6]\s/.test(text(0, 3))) return ppmSize(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse('corrupt', 'The file ends within its header. Fetch or export it again.');
  }
  return refusal(bytes, text);
}

function sized(
  decodable: 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp' | 'ppm',
  width: number,
  height: number,
): FileKind {
  if (width === 0 || height === 0) return refuse('corrupt', 'The header says that the image has no pixels.');
  return { decodable, width, height };
}

/** Walks the markers to the first start-of-frame. */
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

/** A bit among the flags of the extended format. */
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

/** OS/2 wrote a header of 12 bytes, with sides of 16 bits. */
function bmpSize(view: DataView): FileKind {
  return view.getUint32(14, true) === 12
    ? sized('bmp', view.getUint16(18, true), view.getUint16(20, true))
    : sized('bmp', Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true)));
}

function ppmSize(bytes: Uint8Array): FileKind {
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, 2000)).replace(/#[^\n\r]*/g, ' ');
  const match = /^P[1-6]\s+(\d{1,9})\s+(\d{1,9})(?:\s+(\d{1,9}))?/.exec(header);
  const isBitmap = ['P1', 'P4'].includes(header.slice(0, 2));
  if (match === null) return refuse('corrupt', 'The PPM header has no width and height.');
  if (Number(match[3]) === 0 && !isBitmap) {
    return refuse('corrupt', 'The PPM header says that the brightest value is 0. Export it again.');
  }
  return sized('ppm', Number(match[1]), Number(match[2]));
}

function refusal(bytes: Uint8Array, text: (from: number, length: number) => string): FileKind {
  if (text(0, 40).startsWith('version https://git-lfs.github.com')) {
    return refuse(
      'git lfs pointer',
      'Only its Git LFS pointer is here. Run "git lfs pull", or check out with lfs: true.',
    );
  }
  if (/^(II\*\0|MM\0\*|II\+\0|MM\0\+)/.test(text(0, 4)))
    return refuse('unsupported format', `This is a TIFF. ${CONVERT}`);
  if (text(4, 4) === 'ftyp') {
    const brand = text(8, 4);
    const name = /^avi[fs]$/.test(brand)
      ? 'an AVIF'
      : /^(he[ivx]|mif1|msf1)/.test(brand)
        ? 'a HEIC'
        : 'a video';
    return name === 'a video'
      ? refuse('not an image', 'This is a video. Extract frames, and keep those of one video in one group.')
      : refuse('unsupported format', `This is ${name} image. ${CONVERT}`);
  }
  if (text(128, 4) === 'DICM') {
    return refuse(
      'unsupported format',
      'This is a DICOM file. Export it as PNG, with one window for all images.',
    );
  }
  const known = [
    ['8BPS', 'a Photoshop file'],
    ['\0\0\x01\0', 'an icon'],
    ['\0\0\0\x0cJXL ', 'a JPEG XL'],
    ['\xff\x0a', 'a JPEG XL'],
    ['\0\0\0\x0cjP', 'a JPEG 2000'],
  ] as const;
  const format = known.find(([magic]) => text(0, 8).startsWith(magic));
  if (format !== undefined) return refuse('unsupported format', `This is ${format[1]}. ${CONVERT}`);
  const start = text(0, 200);
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<svg/s.test(start)) {
    return refuse('unsupported format', `This is an SVG drawing. ${CONVERT}`);
  }
  if (/^\s*<(!doctype )?html/i.test(start)) {
    return refuse(
      'not an image',
      'This is a web page, perhaps saved in place of a download. Fetch the image again.',
    );
  }
  if (start.startsWith('PK\x03') || start.startsWith('PK\x05'))
    return refuse('not an image', 'This is a ZIP archive. Unpack it.');
  if (bytes.subarray(0, 1024).every((byte) => byte === 0)) {
    return refuse('corrupt', 'The file holds only zeros. Fetch or export it again.');
  }
  return refuse('not an image', 'Its content is no image format that is known. Remove it from the dataset.');
}
