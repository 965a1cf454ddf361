/**
 * Counts the instances of WebAssembly that are made from now on and are still referred to: each is an arena of the wasm
 * engine or a decoder. To be called before they are made. A registry and not weak references: making one of those keeps
 * its target until the event loop turns, and what is watched would be held by the watching.
 */
export function countInstances() {
  let live = 0;
  const registry = new globalThis.FinalizationRegistry(() => live--);
  const { WebAssembly } = globalThis;
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, parameters) {
      const instance = Reflect.construct(target, parameters);
      // The exports are what the engine keeps; the instance itself it drops at once.
      registry.register(instance.exports);
      live++;
      return instance;
    },
  });
  /** After a collection of garbage and a turn of the event loop. */
  return { live: () => live };
}
