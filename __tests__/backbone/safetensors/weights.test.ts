import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readSafetensors } from '../../../src/backbone/safetensors/weights.js';
import { InputError } from '../../../src/problem.js';
import { refusal } from '../tfjs/synthetic.js';
import { floats, safetensors, type Written } from './written.js';

const read = (bytes: Uint8Array) => readSafetensors(bytes, 'net/model.safetensors');
const two = { a: floats([2, 2], Float32Array.of(1, 2, 3, 4)), b: floats([1], Float32Array.of(5)) };

describe('a safetensors file', () => {
  it('gives back what was written into it', () => {
    const tensors = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 20 }).filter((name) => name !== '__metadata__'),
      fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 20 }),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(tensors, fc.nat(7), (all, shift) => {
        const written = Object.fromEntries(
          Object.entries(all).map(([name, values]) => [name, floats([values.length], values)]),
        );
        // A view that begins anywhere in its buffer, as downloads are.
        const bytes = safetensors(written);
        const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
        shifted.set(bytes);
        const found = read(shifted);
        expect([...found.keys()].sort()).toEqual(Object.keys(all).sort());
        for (const [name, values] of Object.entries(all)) {
          expect(found.get(name)?.shape).toEqual([values.length]);
          expect(found.get(name)?.values()).toEqual(values);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('may have float16 and bfloat16', () => {
    const half = (dtype: string, ...bits: number[]): Written => ({
      dtype,
      shape: [bits.length],
      bytes: new Uint8Array(Uint16Array.from(bits).buffer),
    });
    const found = read(
      safetensors({ f: half('F16', 0x3c00, 0xc000, 0x3555), b: half('BF16', 0x3f80, 0xc000, 0x3eab) }),
    );
    expect(found.get('f')?.values()).toEqual(Float32Array.of(1, -2, 0.333251953125));
    expect(found.get('b')?.values()).toEqual(Float32Array.of(1, -2, 0.333984375));
  });

  it('may have tensors of other types, as long as they are not used', () => {
    const found = read(safetensors({ steps: { dtype: 'I64', shape: [], bytes: new Uint8Array(8) } }));
    expect(refusal(() => found.get('steps')?.values())).toMatch(
      /^net\/model\.safetensors: .*"steps" as "I64"; only F32, F16 and BF16 are supported/,
    );
  });

  const whole = safetensors(two);
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(3), 'is not a safetensors file: it is too short.'],
    [
      'a page of text',
      Buffer.from('<!doctype html><title>404</title>'),
      'is not a safetensors file, or its header is truncated',
    ],
    ['a cut header', whole.subarray(0, 40), 'header is truncated'],
    ['cut numbers', whole.subarray(0, -1), 'is truncated: 1 bytes of the tensor "b" are missing.'],
    ['no JSON', safetensors(two, () => '{'), 'its header is not a JSON object'],
    ['a list', safetensors(two, () => []), 'its header is not a JSON object'],
    ['a word for a tensor', safetensors(two, () => ({ a: 'x' })), 'invalid entry for the tensor "a"'],
    [
      'a negative offset',
      safetensors(two, () => ({ a: { dtype: 'F32', shape: [1], data_offsets: [-4, 0] } })),
      'invalid entry for the tensor "a"',
    ],
    [
      'another shape',
      safetensors(two, () => ({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 16] } })),
      'size for the tensor "a" that does not match',
    ],
    [
      'a shape beyond all bounds',
      safetensors(two, () => ({ a: { dtype: 'F32', shape: [1e15, 1e15], data_offsets: [0, 16] } })),
      'size for the tensor "a" that does not match',
    ],
    [
      'an end before the beginning',
      safetensors(two, () => ({ a: { dtype: 'I64', shape: [1], data_offsets: [16, 8] } })),
      'size for the tensor "a" that does not match',
    ],
  ])('is refused with %s', (_, bytes, message) => {
    expect(refusal(() => read(bytes))).toContain(
      `net/model.safetensors: ${message.startsWith('is') ? message : ''}`,
    );
    expect(refusal(() => read(bytes))).toContain(message);
  });

  it('is refused with NaN once it is asked for', () => {
    const found = read(safetensors({ a: floats([1], Float32Array.of(NaN)) }));
    expect(refusal(() => found.get('a')?.values())).toContain('NaN or infinite values');
  });

  it('is read or refused, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(whole.length), (noise, at) => {
        for (const bytes of [noise, Buffer.concat([whole.subarray(0, at), noise])]) {
          try {
            for (const tensor of read(bytes).values()) tensor.values();
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
