/** Recognizes files that people name in place of a dataset, a table or JSON: images, archives, models. */
import { readHead } from './read-head.js';

export interface UnsupportedFile {
  /** With its article: `a JPEG image`. */
  what: string;
  kind: Kind;
}

type Kind = 'image' | 'archive' | 'model' | 'spreadsheet' | 'ours' | 'lfs pointer' | 'other';

/* eslint-disable no-control-regex -- formats begin with arbitrary bytes */
/** What a file is by its first bytes, as Latin-1. */
const BEGINNINGS: readonly [RegExp, string, Kind][] = [
  [/^\xff\xd8\xff/, 'a JPEG image', 'image'],
  [/^\x89PNG/, 'a PNG image', 'image'],
  [/^GIF8[79]a/, 'a GIF image', 'image'],
  [/^RIFF.{4}WEBP/s, 'a WebP image', 'image'],
  [/^BM.{4}\0{4}/s, 'a BMP image', 'image'],
  [/^(?:II[*+]\0|MM\0[*+])/, 'a TIFF image', 'image'],
  [/^P[1-6]\s+[\d#]/, 'a PPM image', 'image'],
  [/^.{4}ftypavi[fs]/s, 'an AVIF image', 'image'],
  [/^.{4}ftyp(?:he[ivx]|mif1|msf1)/s, 'a HEIC image', 'image'],
  [/^(?:\xff\x0a|\0{3}\x0cJXL )/, 'a JPEG XL image', 'image'],
  [/^\0{3}\x0cjP/, 'a JPEG 2000 image', 'image'],
  [/^8BPS/, 'a Photoshop file', 'image'],
  [/^\0\0\x01\0/, 'an icon', 'image'],
  [/^.{128}DICM/s, 'a DICOM file', 'image'],
  [/^\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!doctype svg[^>]*>\s*)*<svg\b/is, 'an SVG drawing', 'image'],
  [/^PK(?:\x03\x04|\x05\x06)/, 'a ZIP archive', 'archive'],
  [/^\x1f\x8b/, 'a gzip archive', 'archive'],
  [/^BZh[1-9]/, 'a bzip2 archive', 'archive'],
  [/^\xfd7zXZ/, 'an xz archive', 'archive'],
  [/^\x28\xb5\x2f\xfd/, 'a Zstandard archive', 'archive'],
  [/^7z\xbc\xaf/, 'a 7z archive', 'archive'],
  [/^Rar!\x1a/, 'a RAR archive', 'archive'],
  [/^.{257}ustar/s, 'a tar archive', 'archive'],
  [/^.{4}\0{4}\s*\{/s, 'a model in safetensors', 'model'],
  [/^.{4}TFL3/s, 'a TensorFlow Lite model', 'model'],
  [/^\s*\{(?=.*"(?:modelTopology|weightsManifest)")/s, 'a TensorFlow.js model', 'model'],
  [/^\x89HDF\r\n/, 'an HDF5 file', 'other'],
  [/^\x80[\x02-\x05]/, 'a Python pickle', 'other'],
  [/^\x93NUMPY/, 'a NumPy array', 'other'],
  [/^PAR1/, 'a Parquet file', 'other'],
  [/^ARROW1/, 'an Arrow file', 'other'],
  [/^SQLite format 3/, 'a SQLite database', 'other'],
  [/^\xd0\xcf\x11\xe0/, 'an Office document', 'other'],
  [/^%PDF/, 'a PDF', 'other'],
  [/^\{\\rtf/, 'an RTF document', 'other'],
  [/^\s*(?:<!doctype html|<html)\b/i, 'a web page', 'other'],
  [/^(?:.{4}ftyp|RIFF.{4}AVI |\x1a\x45\xdf\xa3)/s, 'a video', 'other'],
  [/^(?:RIFF.{4}WAVE|ID3|OggS|fLaC)/s, 'a sound file', 'other'],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer', 'lfs pointer'],
  [/^\s*\{\s*"schema":\s*"headstart\/report\//, 'a report that Headstart wrote', 'ours'],
  [/^\s*\{\s*"schema":\s*"headstart\/[a-z-]+\//, 'a file that Headstart wrote', 'ours'],
];

/** What a file is by its name, which says more than a container's first bytes. */
const EXTENSIONS: readonly [RegExp, string, Kind][] = [
  [/\.(?:xlsx?|xlsm|ods)$/i, 'a spreadsheet', 'spreadsheet'],
  [/\.(?:docx?|odt|pptx?)$/i, 'an Office document', 'other'],
  [/\.(?:pt|pth|ckpt|onnx|pb|keras|mlmodel|caffemodel|engine)$/i, 'a model', 'model'],
  [/\.np[yz]$/i, 'a NumPy array', 'other'],
  [/\.tfrecords?$/i, 'a TFRecord file', 'other'],
];

/** Formats that can contain anything. */
const CONTAINERS = ['a ZIP archive', 'a Python pickle', 'an HDF5 file', 'an Office document'];

const HEAD_BYTES = 4096;

/** What a file is if it is certainly not a text that Headstart reads; null otherwise. */
export function identifyUnsupportedFile(path: string): UnsupportedFile | null {
  const bytes = readHead(path, HEAD_BYTES);
  const head = bytes.toString('latin1');
  const begins = identifyBytes(bytes);
  if (begins !== null && !CONTAINERS.includes(begins.what)) return begins;
  const isUtf16 = /^(?:\xff\xfe|\xfe\xff)/.test(head);
  if (begins === null && (isUtf16 || !head.includes('\0'))) return null;
  return matching(EXTENSIONS, path) ?? begins ?? { what: 'a binary file', kind: 'other' };
}

/** The same by the first bytes alone. */
export function identifyBytes(bytes: Uint8Array): UnsupportedFile | null {
  const length = Math.min(bytes.length, HEAD_BYTES);
  return matching(BEGINNINGS, Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1'));
}

function matching(known: typeof BEGINNINGS, text: string): UnsupportedFile | null {
  const match = known.find(([pattern]) => pattern.test(text));
  return match === undefined ? null : { what: match[1], kind: match[2] };
}
