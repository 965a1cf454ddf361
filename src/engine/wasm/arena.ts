import { instantiate, type Address, type Instance } from './module.js';

const PAGE = 65536;
/** Addresses are used as signed 32-bit numbers in places. */
const LIMIT = 2 ** 31 - PAGE;

/**
 * The memory of one instance: first everything is given its place, then the memory is taken at once, all zero, and
 * from then on nothing is allocated. It is freed when the instance is no longer referred to.
 */
export class Arena {
  readonly kernels: Instance = instantiate();
  private end = this.kernels.firstFree();

  /** A place for so many bytes, at the start of a cache line. */
  reserve(bytes: number): Address {
    const address = Math.ceil(this.end / 64) * 64;
    this.end = address + bytes;
    return address;
  }

  reserveFloats(count: number): Address {
    return this.reserve(4 * count);
  }

  /** Takes the memory for all that was reserved; throws a RangeError when that is over 2 GiB. */
  take(): void {
    if (this.end > LIMIT) {
      throw new RangeError(
        `The wasm engine would need ${(this.end / 2 ** 30).toFixed(1)} GiB for this; it has 2. Use smaller batches or fewer rows.`,
      );
    }
    this.kernels.memory.grow(Math.ceil(this.end / PAGE));
  }

  floats(address: Address, count: number): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, address, count);
  }

  integers(address: Address, count: number): Int32Array {
    return new Int32Array(this.kernels.memory.buffer, address, count);
  }

  bytes(address: Address, count: number): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, address, count);
  }
}
