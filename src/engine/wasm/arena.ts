import { kernels as base64, type KernelExports } from '../../generated/kernels.js';

/** Address in bytes. */
export type Address = number;

/** An instance of the module: the functions in `kernels/`, its constants and its memory. */
export interface Kernels extends KernelExports {
  readonly memory: {
    readonly buffer: ArrayBuffer;
    /** Adds pages of 64 KiB. */
    grow(pages: number): number;
  };
}

/** The part of the WebAssembly API used here; Node's types do not include it. */
declare const WebAssembly: {
  Module: new (binary: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

let compiled: object | undefined;

/** Creates an instance with a memory of its own. */
function instantiate(): Kernels {
  compiled ??= new WebAssembly.Module(Buffer.from(base64, 'base64'));
  return new WebAssembly.Instance(compiled).exports as Kernels;
}

const PAGE = 65536;
/** Some kernels use addresses as signed 32-bit numbers. */
const MAX_BYTES = 2 ** 31 - PAGE;

/**
 * The memory of one instance. First everything is reserved; then `allocate` takes all of it at once, filled
 * with zeros. Garbage collection frees it with the instance.
 */
export class Arena {
  readonly kernels: Kernels = instantiate();
  private end = this.kernels.firstFree();

  /** Reserves `bytes` at the start of a cache line. */
  reserve(bytes: number): Address {
    const address = Math.ceil(this.end / 64) * 64;
    this.end = address + bytes;
    return address;
  }

  reserveFloats(count: number): Address {
    return this.reserve(4 * count);
  }

  /**
   * Allocates everything that was reserved.
   *
   * @throws RangeError when that is more than 2 GiB.
   */
  allocate(): void {
    if (this.end > MAX_BYTES) {
      throw new RangeError(
        `This needs ${(this.end / 2 ** 30).toFixed(1)} GiB, but the wasm engine is limited to 2 GiB. ` +
          'Use smaller batches or fewer rows.',
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
