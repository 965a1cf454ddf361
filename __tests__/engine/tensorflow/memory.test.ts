import { describe, expect, it } from '@jest/globals';
import { plainNetwork, separableNetwork } from '../../../src/engine/network.js';
import { createTensorflowEngine } from '../../../src/engine/tensorflow/engine.js';
import { EngineUnavailable, loadTensorflow } from '../../../src/engine/tensorflow/load.js';
import { Operations } from '../../../src/engine/tensorflow/operations.js';
import { numbers, someBatch, someWeights, step, whole } from '../../contract/case.js';

const absence = whyAbsent();

function whyAbsent(): string | null {
  try {
    loadTensorflow();
    return null;
  } catch (error) {
    if (error instanceof EngineUnavailable) return error.message;
    throw error;
  }
}

const network = plainNetwork('small', 17, 3, [
  [8, 2, 0],
  [16, 1, 1],
]);
const separable = separableNetwork('separable', 16, 3, [
  [8, 2, 0],
  [16, 2, 1],
]);

if (absence !== null) {
  it('TensorFlow is ABSENT here: its memory cannot be counted', () => {
    expect(() => createTensorflowEngine()).toThrow(absence);
  });
} else {
  describe('tensors in TensorFlow’s memory', () => {
    const alive = () => loadTensorflow().addon.getNumOfTensors();
    const engine = createTensorflowEngine();

    it.each([network, separable])('stay as many, whatever a model is asked: $name', (network) => {
      const { pixels, labels, count } = someBatch(network, 3, 1);
      const depth = network.layers.length;
      const only = (layer: number) =>
        step(network, { learningRates: new Float32Array(depth + 1).fill(1, layer, layer + 1) });
      const before = alive();
      const model = engine.model(network, someWeights(network, 2), 3);
      const held = alive();
      for (let at = 0; at < 3; at++) {
        model.embed(pixels, count);
        model.predict(pixels, count);
        model.trainStep(pixels, labels, count, step(network, { clipNorm: 1 }));
        model.trainStep(pixels, labels, count, only(1));
        model.trainStep(pixels, labels, count, only(depth));
        model.load(someWeights(network, at));
        expect(alive()).toBe(held);
      }
      model.dispose();
      expect(alive()).toBe(before);
    });

    it('are gone when an operation fails in the middle', () => {
      const before = alive();
      const operations = new Operations(loadTensorflow().addon);
      const mismatched = () => {
        const wide = operations.upload(new Float32Array(6), [2, 3]);
        return operations.matMul(operations.activate(wide, 'relu'), wide);
      };
      expect(() => operations.scoped(mismatched)).toThrow(/Matrix size-incompatible/);
      expect(alive()).toBe(before);
    });

    it('are copies of what they were made from, whatever its size', () => {
      const operations = new Operations(loadTensorflow().addon);
      operations.scoped(() => {
        const sizes = Array.from({ length: 60 }, (_, at) => 1 + 37 * at);
        const kept = sizes.filter((size) => {
          const values = new Float32Array(size).fill(1);
          const tensor = operations.upload(values, [size]);
          values.fill(2);
          return operations.download(tensor).every((value) => value === 1);
        });
        expect(kept).toEqual(sizes);
      });
    });

    it('stay as many in logistic regression, and none is left', () => {
      const before = alive();
      const problem = engine.linear(numbers(20, 4), 5, 4, Int32Array.from(whole(5, 2, 5)), 2);
      const held = alive();
      for (let at = 0; at < 3; at++) {
        problem.lossAndGradient(numbers(10, at), 0.1);
        problem.scores(numbers(10, at), numbers(8, at), 2);
        expect(alive()).toBe(held);
      }
      problem.dispose();
      expect(alive()).toBe(before);
    });

    it('stay as many when weights are refused', () => {
      const before = alive();
      const weights = someWeights(network, 6);
      weights.delete('head/bias');
      expect(() => engine.model(network, weights, 3)).toThrow(/head\/bias/);
      expect(alive()).toBe(before);
    });
  });
}
