/**
 * Counts the instances of WebAssembly that are made from now on and are still referred to: each is an arena of the wasm
 * engine or a decoder. To be called before they are made.
 */
export function countInstances() {
  const made = new Set();
  const { WebAssembly } = globalThis;
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, parameters) {
      const instance = Reflect.construct(target, parameters);
      // The exports are what the engine keeps; the instance itself it drops at once.
      made.add(new WeakRef(instance.exports));
      return instance;
    },
  });
  return {
    /** After a collection of garbage and a turn of the event loop. */
    live() {
      for (const reference of made) if (reference.deref() === undefined) made.delete(reference);
      return made.size;
    },
  };
}
