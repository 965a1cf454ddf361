import type { ConvLayer } from '../../engine/network.js';

/** Each block is a place where training can begin, and each place costs trials. */
const MOST_BLOCKS = 6;

/**
 * Block of each layer, from 0. A layer with stride 2 begins a new block, since features of one resolution belong
 * together; of more than six the lowest are joined. Without such a layer there are two blocks of about the same depth,
 * and a pair of depthwise and pointwise layers is not parted unless there is nothing else.
 */
export function blocksOf(layers: readonly Pick<ConvLayer, 'kind' | 'stride'>[]): number[] {
  let block = 0;
  const blocks = layers.map(({ stride }, index) => (index > 0 && stride === 2 ? ++block : block));
  const surplus = Math.max(0, block + 1 - MOST_BLOCKS);
  if (block > 0) return blocks.map((value) => Math.max(0, value - surplus));
  const start = middle(layers);
  return layers.map((_, index) => (index < start ? 0 : 1));
}

/** The layer at which the upper half begins. */
function middle(layers: readonly Pick<ConvLayer, 'kind'>[]): number {
  const half = Math.ceil(layers.length / 2);
  const starts = layers.flatMap(({ kind }, index) => {
    const parts = kind === 'pointwise' && layers[index - 1]?.kind === 'depthwise';
    return index === 0 || parts ? [] : [index];
  });
  const nearest = starts.sort((a, b) => Math.abs(a - half) - Math.abs(b - half)).at(0);
  return nearest ?? Math.max(1, half);
}
